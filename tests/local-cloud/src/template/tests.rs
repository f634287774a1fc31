//! What the project's own template must keep: rights by an approved table, encryption, retention, limits.

use std::collections::BTreeMap;

use super::yaml::Node;
use super::{Given, Resource, read, resources, scope, yaml};

const OWN: &str = include_str!("../../../../template.yaml");

fn parameters() -> BTreeMap<String, String> {
    [("JwtIssuer", "https://issuer.test"), ("AllowedOrigins", "https://a.test,https://b.test")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

fn own() -> Vec<Resource> {
    let root = yaml::parse(OWN).unwrap();
    let parameters = parameters();
    let given = Given { parameters: &parameters, queues: "http://queues.test".to_owned() };
    resources(&root, &scope(&root, &given).unwrap()).unwrap()
}

/// The text at a path of properties; nothing where a step is missing.
fn at<'a>(node: &'a Node, path: &str) -> Option<&'a str> {
    path.split('.').try_fold(node, |node, key| node.get(key))?.text().ok()
}

#[test]
fn every_role_has_the_approved_rights_and_no_more() {
    let parameters = parameters();
    let given = Given { parameters: &parameters, queues: "http://queues.test".to_owned() };
    let template = read(OWN, &given).unwrap();
    let mut lines = Vec::new();
    for function in &template.functions {
        for statement in &function.allows {
            for (action, arn) in statement
                .actions
                .iter()
                .flat_map(|action| statement.resources.iter().map(move |arn| (action, arn)))
            {
                let resource = arn.split(':').skip(5).collect::<Vec<_>>().join(":");
                let when = statement.conditions.iter().map(|condition| {
                    format!(" when {} in {}", condition.key, condition.values.join(" "))
                });
                let when: String = when.collect();
                lines.push(format!("{} {action} {resource}{when}", function.package));
            }
        }
    }
    lines.sort();
    let text =
        lines.join("\n").replace("halite-local-", "").replace(".eu-central-1.amazonaws.com", "");
    let approved = include_str!("../../tests/rights.txt");
    assert_eq!(text, approved.trim_end(), "review tests/local-cloud/tests/rights.txt");
}

#[test]
fn what_holds_data_is_sealed_kept_and_bounded() {
    let key = "arn:aws:kms:eu-central-1:000000000000:key/halite-local-Key";
    let days = "1209600";
    let wanted: &[(&str, &[(&str, &str)])] = &[
        (
            "AWS::DynamoDB::Table",
            &[
                ("Properties.SSESpecification.KMSMasterKeyId", key),
                ("Properties.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled", "true"),
                ("Properties.DeletionProtectionEnabled", "true"),
                ("DeletionPolicy", "RetainExceptOnCreate"),
                ("UpdateReplacePolicy", "Retain"),
            ],
        ),
        (
            "AWS::SQS::Queue",
            &[
                ("Properties.KmsMasterKeyId", key),
                ("Properties.MessageRetentionPeriod", days),
                ("Properties.KmsDataKeyReusePeriodSeconds", "3600"),
            ],
        ),
        (
            "AWS::SecretsManager::Secret",
            &[("Properties.KmsKeyId", key), ("DeletionPolicy", "RetainExceptOnCreate")],
        ),
        (
            "AWS::Logs::LogGroup",
            &[("Properties.KmsKeyId", key), ("Properties.RetentionInDays", "30")],
        ),
        ("AWS::KMS::Key", &[("DeletionPolicy", "RetainExceptOnCreate")]),
    ];
    let own = own();
    for (kind, properties) in wanted {
        let all: Vec<_> = own.iter().filter(|resource| resource.kind == *kind).collect();
        assert!(!all.is_empty(), "no {kind}");
        for resource in all {
            for (path, value) in *properties {
                assert_eq!(at(&resource.node, path), Some(*value), "{} {path}", resource.id);
            }
            if *kind == "AWS::KMS::Key" && at(&resource.node, "Properties.KeyUsage").is_none() {
                let turns = at(&resource.node, "Properties.EnableKeyRotation");
                assert_eq!(turns, Some("true"), "{}", resource.id);
            }
        }
    }
}

#[test]
fn every_function_has_reserved_concurrency_a_log_group_and_every_queue_a_policy() {
    let own = own();
    let has = |kind: &str, id: &str| own.iter().any(|one| one.kind == kind && one.id == id);
    for function in own.iter().filter(|one| one.kind == "AWS::Serverless::Function") {
        let reserved = function.properties.need("ReservedConcurrentExecutions").unwrap().number();
        assert!(reserved.unwrap() > 0, "{}", function.id);
        assert!(has("AWS::Logs::LogGroup", &format!("{}Logs", function.id)), "{}", function.id);
    }
    for queue in own.iter().filter(|one| one.kind == "AWS::SQS::Queue") {
        let policy = format!("{}Policy", queue.id);
        assert!(has("AWS::SQS::QueuePolicy", &policy), "{policy}");
    }
}

#[test]
fn only_the_named_routes_are_public() {
    let parameters = parameters();
    let given = Given { parameters: &parameters, queues: "http://queues.test".to_owned() };
    let template = read(OWN, &given).unwrap();
    assert_eq!(template.api.cors.origins, ["https://a.test", "https://b.test"]);
    let routes = template.functions.iter().flat_map(|function| &function.routes);
    let (public, guarded): (Vec<_>, Vec<_>) = routes.partition(|route| route.public);
    let mut names: Vec<String> = public.iter().map(|route| route.key()).collect();
    names.sort();
    names.retain(|name| !name.starts_with("POST /hooks/saltedge/"));
    let known =
        ["GET /connect/return", "GET /connect/{token}", "GET /healthz", "GET /openapi.json"];
    assert_eq!(names, known);
    for route in guarded {
        let scope = if route.method == "GET" { "halite:read" } else { "halite:write" };
        assert_eq!(route.scopes, [scope], "{}", route.key());
    }
}
