//! What a request needs of its function's role, and whether the role has it: as IAM would, for the calls we make.

use std::fmt;

use serde_json::Value;

use crate::tap::Service;
use crate::template::Statement;

/// One action on one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ask {
    action: String,
    resource: String,
    /// Partition keys that it touches, for `dynamodb:LeadingKeys`.
    leading_keys: Vec<String>,
}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}", self.action, self.resource)
    }
}

/// Everything that a request asks for.
pub(crate) fn asks(
    service: Service,
    operation: &str,
    request: &Value,
    table: &str,
    queue: Option<&str>,
) -> Vec<Ask> {
    let ask = |action: String, resource: &str, leading_keys: Vec<String>| Ask {
        action,
        resource: resource.to_owned(),
        leading_keys,
    };
    match service {
        Service::Sqs => {
            // The permission for a batch is that for one message.
            let action = operation.strip_suffix("Batch").unwrap_or(operation);
            vec![ask(format!("sqs:{action}"), queue.unwrap_or("an unknown queue"), Vec::new())]
        }
        Service::Secrets => {
            let id = request["SecretId"].as_str().unwrap_or_default();
            vec![ask(format!("secretsmanager:{operation}"), id, Vec::new())]
        }
        Service::Kms => {
            let id = request["KeyId"].as_str().unwrap_or_default();
            vec![ask(format!("kms:{operation}"), id, Vec::new())]
        }
        Service::DynamoDb if operation == "TransactWriteItems" => transaction(request)
            .map(|(kind, part)| {
                let action = match kind {
                    "ConditionCheck" => "ConditionCheckItem".to_owned(),
                    kind => format!("{kind}Item"),
                };
                ask(format!("dynamodb:{action}"), table, leading_keys(part))
            })
            .collect(),
        Service::DynamoDb => {
            let resource = match request["IndexName"].as_str() {
                Some(index) => format!("{table}/index/{index}"),
                None => table.to_owned(),
            };
            vec![ask(format!("dynamodb:{operation}"), &resource, leading_keys(request))]
        }
        Service::SaltEdge => Vec::new(),
    }
}

fn transaction(request: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let parts = request["TransactItems"].as_array().into_iter().flatten();
    parts.filter_map(Value::as_object).flatten().map(|(kind, part)| (kind.as_str(), part))
}

/// The table's own partition key of an item or a key, or of each of a batch. A query by expression names none.
fn leading_keys(request: &Value) -> Vec<String> {
    let tables = request["RequestItems"].as_object().into_iter().flat_map(|tables| tables.values());
    let batch = tables.filter_map(|table| table["Keys"].as_array()).flatten();
    let keys = ["Item", "Key"].iter().map(|at| &request[at]).chain(batch);
    keys.filter_map(|key| key["pk"]["S"].as_str()).map(str::to_owned).collect()
}

impl Ask {
    /// Whether one statement allows it.
    pub(crate) fn allowed_by(&self, role: &[Statement]) -> bool {
        role.iter().any(|statement| {
            statement.actions.contains(&self.action)
                && statement.resources.contains(&self.resource)
                && statement.conditions.iter().all(|condition| {
                    condition.key == "dynamodb:LeadingKeys"
                        && condition.operator.starts_with("ForAllValues:String")
                        && self
                            .leading_keys
                            .iter()
                            .all(|key| condition.values.iter().any(|value| like(value, key)))
                })
        })
    }
}

/// A value with a `*` at its end, or exactly.
fn like(pattern: &str, text: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => text.starts_with(start),
        None => pattern == text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Condition;
    use serde_json::json;

    #[test]
    fn a_role_allows_what_it_names_and_nothing_else() {
        let statement = |action: &str, resource: &str, keys: &[&str]| Statement {
            actions: vec![action.to_owned()],
            resources: vec![resource.to_owned()],
            conditions: if keys.is_empty() {
                Vec::new()
            } else {
                vec![Condition {
                    operator: "ForAllValues:StringLike".to_owned(),
                    key: "dynamodb:LeadingKeys".to_owned(),
                    values: keys.iter().map(|&key| key.to_owned()).collect(),
                }]
            },
        };
        let role = [
            statement("dynamodb:Query", "t/index/due", &[]),
            statement("dynamodb:PutItem", "t", &["TICK*"]),
            statement("sqs:SendMessage", "q", &[]),
        ];
        let put = |pk: &str| json!({ "Item": { "pk": { "S": pk } } });
        for (service, operation, request, want) in [
            (Service::DynamoDb, "Query", json!({ "IndexName": "due" }), true),
            (Service::DynamoDb, "Query", json!({}), false),
            (Service::DynamoDb, "Query", json!({ "IndexName": "other" }), false),
            (Service::DynamoDb, "PutItem", put("TICK#1"), true),
            (Service::DynamoDb, "PutItem", put("T#acme"), false),
            (
                Service::DynamoDb,
                "TransactWriteItems",
                json!({ "TransactItems": [{ "Put": put("TICK") }] }),
                true,
            ),
            (
                Service::DynamoDb,
                "TransactWriteItems",
                json!({ "TransactItems": [{ "Delete": put("TICK") }] }),
                false,
            ),
            (
                Service::DynamoDb,
                "BatchGetItem",
                json!({ "RequestItems": { "t": { "Keys": [{ "pk": { "S": "TICK" } }] } } }),
                false,
            ),
            (Service::Sqs, "SendMessageBatch", json!({}), true),
            (Service::Sqs, "ReceiveMessage", json!({}), false),
            (Service::Secrets, "GetSecretValue", json!({ "SecretId": "s" }), false),
        ] {
            let asks = asks(service, operation, &request, "t", Some("q"));
            let allowed = asks.iter().all(|ask| ask.allowed_by(&role));
            assert_eq!(allowed, want, "{operation} {request}");
        }
    }
}
