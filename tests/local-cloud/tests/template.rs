//! A mistake in a copy of the template is refused by name, with its line where it has one.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use local_cloud::{LocalCloud, Options, SaltEdge, StartError, TemplateText};

fn own() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml")).unwrap()
}

/// Starts with the template in which `from` became `to`.
async fn start(from: &str, to: &str) -> Result<LocalCloud, StartError> {
    let template = own();
    assert!(template.contains(from), "the template does not say {from}");
    let mut options = Options::new(SaltEdge {
        url: "http://127.0.0.1:9/api/v6".to_owned(),
        app_id: "app".to_owned(),
        secret: "secret".to_owned(),
        private_key: include_str!("../../simulator/keys/client-test-private.pem").to_owned(),
        callback_key: None,
        dashboard: None,
        tapped: false,
    });
    options.template = TemplateText::Text(template.replacen(from, to, 1));
    LocalCloud::start(options).await
}

#[tokio::test]
async fn the_projects_own_template_starts() {
    start("Halite", "Halite").await.unwrap();
}

#[tokio::test]
async fn a_mistake_in_the_template_is_refused_by_name() {
    for (from, to, want) in [
        // Routes.
        (
            "Path: /v1/institutions",
            "Path: /v1/instituions",
            "connect does not answer GET /v1/instituions",
        ),
        (
            "Path: /hooks/saltedge/success",
            "Path: /hooks/saltedge/fail",
            "the route POST /hooks/saltedge/fail is also on line",
        ),
        ("Path: /healthz", "Path: healthz", "a path begins with /"),
        ("Authorizer: NONE", "Authorizer: nobody", "there is no authoriser nobody"),
        // The table.
        ("IndexName: due", "IndexName: duel", "the store needs the index due on due_pk/due_sk"),
        (
            "{ AttributeName: due_sk, KeyType: RANGE }",
            "{ AttributeName: pk, KeyType: RANGE }",
            "the store needs the index due on due_pk/due_sk",
        ),
        (
            "{ AttributeName: sk, KeyType: RANGE }",
            "{ AttributeName: sort, KeyType: RANGE }",
            "the store needs the key pk/sk",
        ),
        ("TimeToLiveSpecification:", "TimeToLiveSpec:", "TimeToLiveSpec is not a property"),
        ("AttributeName: ttl", "AttributeName: expires", "the store needs the time to live in ttl"),
        // Variables.
        ("HALITE_TABLE: !Ref Table", "HALITE_TABEL: !Ref Table", "HALITE_TABLE is not set"),
        ("HALITE_PUBLIC_URL: ", "HALITE_PUBLIC_URI: ", "HALITE_PUBLIC_URL is not set"),
        ("HALITE_CALLBACK_KEY_6:", "HALITE_CALLBACK_KEY:", "HALITE_CALLBACK_KEY_6 is not set"),
        // Names.
        (
            "!GetAtt SyncQueue.Arn",
            "!GetAtt SyncQeue.Arn",
            "there is no parameter or resource SyncQeue",
        ),
        (
            "!GetAtt SyncQueue.Arn",
            "!GetAtt SyncQueue.Name",
            "SyncQueue (AWS::SQS::Queue) has no attribute Name here",
        ),
        ("!Ref CadenceHours", "!Ref Cadence", "there is no parameter or resource Cadence"),
        ("[ReserveConcurrency, 20", "[Reserve, 20", "there is no condition Reserve"),
        ("Binary: webhook", "Binary: webhok", "there is no such function"),
        // Intrinsics and YAML.
        (
            "!Sub ${AWS::StackName}-connect",
            "!ImportValue other",
            "!ImportValue is not one of the intrinsics",
        ),
        (
            "RetentionInDays: !Ref LogRetentionDays",
            "RetentionInDays: { \"Fn::Select\": [0, [1]] }",
            "the long form Fn::Select",
        ),
        (
            "Mode:\n    Type: String",
            "Mode:\n    Type: String\n    Type: String",
            "Type is written twice",
        ),
        ("Default: partner", "Default: both", "parameter Mode cannot be both"),
        ("    Default: partner\n", "", "parameter Mode has no value"),
        // Queues, schedule, roles.
        (
            "VisibilityTimeout: 720",
            "VisibilityTimeout: 719",
            "must hide a message for six time-outs",
        ),
        ("rate(1 minute)", "rate(1 minutes)", "rate(1 minutes) is no rate"),
        (
            "deadLetterTargetArn: !GetAtt SyncDeadLetters.Arn",
            "deadLetterTargetArn: !GetAtt Key.Arn",
            "the dead letters of SyncQueue are no queue",
        ),
        (
            "Action: [sqs:SendMessage]",
            "Action: [sqs:*]",
            "a statement with * is no least privilege",
        ),
    ] {
        let refusal = match start(from, to).await {
            Ok(cloud) => {
                cloud.abandon();
                panic!("{from} → {to} was not noticed");
            }
            Err(refusal) => refusal.to_string(),
        };
        assert!(refusal.contains(want), "{from} → {to}: {refusal}");
        let template_fault = !want.contains("is not set") && !want.contains("no such function");
        assert_eq!(refusal.starts_with("template.yaml:"), template_fault, "{refusal}");
    }
}

#[tokio::test]
async fn the_refused_line_is_the_line_of_the_mistake() {
    let line = own().lines().position(|line| line.contains("Path: /v1/institutions")).unwrap();
    let refusal = start("Path: /v1/institutions", "Path: +").await.err().unwrap().to_string();
    let near: usize = refusal.split(':').nth(1).unwrap().parse().unwrap();
    assert!(near.abs_diff(line + 1) <= 1, "{refusal}, wanted line {}", line + 1);
}
