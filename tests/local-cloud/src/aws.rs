//! The AWS services that the functions call, on one loopback address, each function below its own path.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::routing::post;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::keys::Keys;
use crate::permissions;
use crate::queues::Queues;
use crate::tap::{Asked, Service, Tap};
use crate::template::Statement;

/// The caller that no role holds back: the embedder's own table client.
pub(crate) const UNBOUND: &str = "test";

/// What answers behind the tap.
pub(crate) struct Aws {
    /// The queues.
    pub(crate) queues: Arc<Queues>,
    /// Secret texts by ARN.
    pub(crate) secrets: BTreeMap<String, String>,
    /// Keys that sign.
    pub(crate) keys: Keys,
    /// Where the embedded table engine listens.
    pub(crate) engine: String,
    /// The client that talks to it.
    pub(crate) http: reqwest::Client,
    /// What each function's role allows.
    pub(crate) roles: BTreeMap<String, Vec<Statement>>,
    /// ARN of the table.
    pub(crate) table_arn: String,
    /// The time.
    pub(crate) clock: Clock,
    /// The tap in front.
    pub(crate) tap: Tap,
}

/// DynamoDB takes 16 MiB, the largest of the three.
const BODY_LIMIT: usize = 16 << 20;

/// The service as an axum router.
pub(crate) fn router(aws: Arc<Aws>) -> Router {
    Router::new()
        .route("/{function}", post(answer))
        .route("/{function}/", post(answer))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(aws)
}

async fn answer(
    State(aws): State<Arc<Aws>>,
    Path(function): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let target = headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or("");
    let (prefix, operation) = target.split_once('.').unwrap_or((target, ""));
    let service = match prefix {
        "DynamoDB_20120810" => Service::DynamoDb,
        "AmazonSQS" => Service::Sqs,
        "secretsmanager" => Service::Secrets,
        "TrentService" => Service::Kms,
        _ => return error("UnknownOperationException", target).map(Body::from),
    };
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    if let Some(refusal) = aws.refusal(&function, service, operation, &request) {
        tracing::warn!(function, operation, refusal, "the role does not allow it");
        return error("AccessDeniedException", &refusal).map(Body::from);
    }
    let asked = Asked {
        function: &function,
        service,
        operation,
        may_be_older: may_be_older(operation, &request).then(|| format!("{function} {request}")),
    };
    let work = async {
        match service {
            Service::DynamoDb => aws.table(operation, &headers, request).await,
            Service::Sqs => aws.queue(operation, &request),
            Service::Kms => aws.keys.answer(operation, &request),
            Service::Secrets | Service::SaltEdge => aws.secret(operation, &request),
        }
    };
    aws.tap.pass(asked, work).await
}

/// Whether a read did not ask for the newest: then the table may answer as it stood a moment ago.
fn may_be_older(operation: &str, request: &Value) -> bool {
    matches!(operation, "GetItem" | "Query") && request["ConsistentRead"] != true
}

impl Aws {
    /// Why the function's role refuses this; nothing when it allows it.
    fn refusal(
        &self,
        function: &str,
        service: Service,
        operation: &str,
        request: &Value,
    ) -> Option<String> {
        if function == UNBOUND {
            return None;
        }
        let none = Vec::new();
        let role = self.roles.get(function).unwrap_or(&none);
        let queue = request["QueueUrl"].as_str().and_then(|url| self.queues.by_url(url));
        let queue = queue.map(|queue| queue.arn.as_str());
        let asks = permissions::asks(service, operation, request, &self.table_arn, queue);
        let refused = asks.iter().find(|ask| !ask.allowed_by(role));
        refused.map(|ask| format!("{function} may not {ask}"))
    }

    async fn table(
        &self,
        operation: &str,
        headers: &HeaderMap,
        mut request: Value,
    ) -> Response<Bytes> {
        if let Value::Object(fields) = &mut request
            && !operation.ends_with("Table")
            && !operation.ends_with("TimeToLive")
        {
            fields.insert("ReturnConsumedCapacity".to_owned(), "INDEXES".into());
        }
        let mut call = self.http.post(&self.engine).body(request.to_string());
        for (name, value) in headers {
            if !matches!(name.as_str(), "host" | "content-length") {
                call = call.header(name, value);
            }
        }
        match relay(call).await {
            Ok(answer) => answer,
            Err(why) => error("InternalServerError", &why.to_string()),
        }
    }

    fn queue(&self, operation: &str, request: &Value) -> Response<Bytes> {
        let Some(queue) = request["QueueUrl"].as_str().and_then(|url| self.queues.by_url(url))
        else {
            return error("QueueDoesNotExist", "no such queue");
        };
        let now = self.clock.now();
        let send = |message: &Value| {
            let delay = SignedDuration::from_secs(message["DelaySeconds"].as_i64().unwrap_or(0));
            self.queues.send(queue, message["MessageBody"].as_str().unwrap_or_default(), delay, now)
        };
        match operation {
            "SendMessage" => ok(&json!({ "MessageId": send(request) })),
            "SendMessageBatch" => {
                let entries = request["Entries"].as_array().cloned().unwrap_or_default();
                if entries.is_empty() || entries.len() > 10 {
                    return error("TooManyEntriesInBatchRequest", "a batch has 1 to 10 entries");
                }
                let stored: Vec<Value> = entries
                    .iter()
                    .map(|entry| json!({ "Id": entry["Id"], "MessageId": send(entry) }))
                    .collect();
                ok(&json!({ "Successful": stored, "Failed": [] }))
            }
            _ => error("InvalidAction", operation),
        }
    }

    fn secret(&self, operation: &str, request: &Value) -> Response<Bytes> {
        if operation != "GetSecretValue" {
            return error("InvalidRequestException", operation);
        }
        let id = request["SecretId"].as_str().unwrap_or_default();
        match self.secrets.get(id) {
            Some(text) => ok(&json!({
                "ARN": id, "Name": id, "SecretString": text,
                "VersionId": "local", "VersionStages": ["AWSCURRENT"],
            })),
            None => error("ResourceNotFoundException", "no such secret"),
        }
    }
}

/// Sends a request on and takes its whole answer.
pub(crate) async fn relay(
    call: reqwest::RequestBuilder,
) -> Result<Response<Bytes>, reqwest::Error> {
    let answer = call.send().await?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    let mut response = Response::new(answer.bytes().await?);
    *response.status_mut() = status;
    for (name, value) in &headers {
        if !matches!(name.as_str(), "transfer-encoding" | "connection" | "content-length") {
            response.headers_mut().append(name, value.clone());
        }
    }
    Ok(response)
}

pub(crate) fn ok(body: &Value) -> Response<Bytes> {
    Response::new(Bytes::from(body.to_string()))
}

pub(crate) fn error(code: &str, message: &str) -> Response<Bytes> {
    let body = json!({ "__type": code, "message": message });
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = match code {
        "InternalServerError" => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    };
    response
}
