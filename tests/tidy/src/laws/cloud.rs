//! The cloud as the template writes it: nothing gets lost, nothing stays open, nothing runs wild.

use crate::{
    Fault, Tree,
    yaml::{self, Node},
};

const TEMPLATE: &str = "template.yaml";
/// What may be called without a token: a browser's way, Salt Edge's signed callbacks, and two documents.
const PUBLIC: &[&str] = &[
    "GET /connect/return",
    "GET /connect/{token}",
    "GET /healthz",
    "GET /openapi.json",
    "POST /hooks/saltedge/consent",
    "POST /hooks/saltedge/destroy",
    "POST /hooks/saltedge/fail",
    "POST /hooks/saltedge/notify",
    "POST /hooks/saltedge/provider",
    "POST /hooks/saltedge/service",
    "POST /hooks/saltedge/success",
];
/// Deliveries before a message is a dead letter.
const DELIVERIES: &str = "5";
/// Fourteen days in seconds, the longest that a queue keeps a message.
const FORTNIGHT: &str = "1209600";
/// Time-outs of its function for which a queue hides a message. Source: AWS's guide to SQS with Lambda.
const TIMEOUTS: u32 = 6;

/// Kinds of resources that hold data, or without which data cannot be read.
const KEPT: &[&str] = &["DynamoDB::Table", "KMS::Key", "SecretsManager::Secret", "Logs::LogGroup"];

/// The template's resources, and what breaks a law about them.
struct Cloud {
    template: Node,
    faults: Vec<Fault>,
}

fn judged(tree: &Tree, judge: impl FnOnce(&mut Cloud)) -> Vec<Fault> {
    match yaml::parse(TEMPLATE, tree.text(TEMPLATE)) {
        Ok(template) => {
            let mut cloud = Cloud { template, faults: Vec::new() };
            judge(&mut cloud);
            cloud.faults
        }
        Err(fault) => vec![fault],
    }
}

impl Cloud {
    /// Resources of a kind: id, line and properties.
    fn all(&self, kind: &str) -> Vec<(String, usize, Node)> {
        let resources = self.template.get("Resources").entries.iter();
        let of_kind = resources.filter(|(_, one)| one.get("Type").text == format!("AWS::{kind}"));
        of_kind.map(|(id, one)| (id.clone(), one.line, one.get("Properties").clone())).collect()
    }

    /// The properties of the resource that a `!GetAtt` or `!Ref` names.
    fn named(&self, reference: &str) -> Node {
        let id = reference.split('.').next().unwrap_or_default();
        self.template.path(&["Resources", id, "Properties"]).clone()
    }

    fn must(&mut self, holds: bool, line: usize, what: impl Into<String>) {
        if !holds {
            self.faults.push(Fault::at(TEMPLATE, line, what));
        }
    }
}

/// A message that is worked on is hidden long enough, and one that is given up is kept where it is seen.
pub fn no_message_gets_lost(tree: &Tree) -> Vec<Fault> {
    judged(tree, |cloud| {
        for (id, _, function) in cloud.all("Serverless::Function") {
            let timeout: u32 = function.get("Timeout").text.parse().unwrap_or(u32::MAX);
            for (_, event) in &function.get("Events").entries {
                if event.get("Type").text != "SQS" {
                    continue;
                }
                let properties = event.get("Properties");
                let queue = cloud.named(&properties.get("Queue").text);
                let hidden: u32 = queue.get("VisibilityTimeout").text.parse().unwrap_or(0);
                let long = hidden >= timeout.saturating_mul(TIMEOUTS);
                let what = format!("the queue of {id} hides a message for less than six time-outs");
                cloud.must(long, event.line, what);
                let answers = properties.get("FunctionResponseTypes").texts();
                let what = format!("{id} must answer for each message: ReportBatchItemFailures");
                cloud.must(answers == ["ReportBatchItemFailures"], event.line, what);
                let redrive = queue.get("RedrivePolicy").clone();
                let count = redrive.get("maxReceiveCount").text == DELIVERIES;
                cloud.must(count, event.line, format!("{id} gives up after five deliveries"));
                let dead = cloud.named(&redrive.get("deadLetterTargetArn").text);
                let kept = dead.get("MessageRetentionPeriod").text == FORTNIGHT;
                cloud.must(kept, event.line, format!("{id}'s dead letters stay fourteen days"));
            }
        }
    })
}

/// What is kept can be brought back, is under the customer's own key, and is not deleted by mistake.
pub fn what_is_kept_is_safe(tree: &Tree) -> Vec<Fault> {
    judged(tree, |cloud| {
        for (id, line, table) in cloud.all("DynamoDB::Table") {
            let point = ["PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled"];
            let back = table.path(&point).text == "true";
            cloud.must(back, line, format!("{id} has no point-in-time recovery"));
            let sse = table.get("SSESpecification");
            let ours = sse.get("SSEEnabled").text == "true"
                && sse.get("SSEType").text == "KMS"
                && sse.get("KMSMasterKeyId").text == "Key.Arn";
            cloud.must(ours, line, format!("{id} is not under our own key"));
            let parameter = &table.get("DeletionProtectionEnabled").text;
            let default = cloud.template.path(&["Parameters", parameter, "Default"]);
            let on = default.text == "true";
            cloud.must(on, line, format!("{id} is not protected from deletion by default"));
        }
        for (id, line, queue) in cloud.all("SQS::Queue") {
            let ours = queue.get("KmsMasterKeyId").text == "Key.Arn";
            cloud.must(ours, line, format!("{id} is not under our own key"));
        }
        for (id, line, key) in cloud.all("KMS::Key") {
            // KMS turns no key that signs, and who verifies holds on to its public half.
            let signs = key.get("KeyUsage").text == "SIGN_VERIFY";
            let turns = signs || key.get("EnableKeyRotation").text == "true";
            cloud.must(turns, line, format!("{id} is not rotated: EnableKeyRotation: true"));
        }
        for (id, line, secret) in cloud.all("SecretsManager::Secret") {
            let ours = secret.get("KmsKeyId").text == "Key.Arn";
            cloud.must(ours, line, format!("{id} is not under our own key"));
        }
        for (id, line, logs) in cloud.all("Logs::LogGroup") {
            let ends = logs.get("RetentionInDays").is_there();
            cloud.must(ends, line, format!("{id} is kept for ever: give it RetentionInDays"));
            let ours = logs.get("KmsKeyId").text == "Key.Arn";
            cloud.must(ours, line, format!("{id} is not under our own key"));
        }
    })
}

/// Deleting the stack, or replacing a resource of it, leaves the data and the key that reads it.
pub fn deleting_the_stack_loses_nothing(tree: &Tree) -> Vec<Fault> {
    judged(tree, |cloud| {
        for kind in KEPT {
            for (id, line, _) in cloud.all(kind) {
                let resource = cloud.template.path(&["Resources", &id]).clone();
                // What a first deployment that fails has made holds nothing, and would be in the next one's way.
                for (policy, kept) in
                    [("DeletionPolicy", "RetainExceptOnCreate"), ("UpdateReplacePolicy", "Retain")]
                {
                    let retained = resource.get(policy).text == kept;
                    cloud.must(retained, line, format!("{id} would be lost: {policy}: {kept}"));
                }
            }
        }
    })
}

/// Whoever deploys reads what each parameter is for.
pub fn parameters_say_what_they_are(tree: &Tree) -> Vec<Fault> {
    judged(tree, |cloud| {
        for (name, parameter) in cloud.template.get("Parameters").entries.clone() {
            let said = parameter.get("Description").text.len() > 20;
            cloud.must(said, parameter.line, format!("{name} needs a Description"));
        }
    })
}

/// A role names what it may touch, and only the routes that are meant so can be called by everybody.
pub fn nothing_is_open(tree: &Tree) -> Vec<Fault> {
    judged(tree, |cloud| {
        for (id, _, role) in cloud.all("IAM::Role") {
            for policy in &role.get("Policies").items {
                for statement in &policy.path(&["PolicyDocument", "Statement"]).items {
                    let resource = statement.get("Resource");
                    let mut named = resource.texts();
                    named.extend(Some(resource.text.clone()).filter(|text| !text.is_empty()));
                    let narrow = !named.is_empty() && named.iter().all(|one| !one.contains('*'));
                    let sid = &statement.get("Sid").text;
                    let what = format!("{sid} of {id} must name its resources, without *");
                    cloud.must(narrow, statement.line, what);
                }
            }
        }
        for (_, _, function) in cloud.all("Serverless::Function") {
            for (_, event) in &function.get("Events").entries {
                let route = event.get("Properties");
                let key = format!("{} {}", route.get("Method").text, route.get("Path").text);
                let public = route.path(&["Auth", "Authorizer"]).text == "NONE";
                let meant = !public || PUBLIC.contains(&key.as_str());
                cloud.must(meant, event.line, format!("{key} may not be called by everybody"));
            }
        }
        for (id, line, api) in cloud.all("Serverless::HttpApi") {
            let default = api.path(&["Auth", "DefaultAuthorizer"]).is_there();
            cloud.must(default, line, format!("{id} lets everybody in by default"));
            let strict = api.get("FailOnWarnings").text == "true";
            let what =
                format!("{id} would be deployed without its authoriser: FailOnWarnings: true");
            cloud.must(strict, line, what);
        }
    })
}

/// Every function has its share of the account and its own log, and the schedule comes every minute.
pub fn functions_are_bounded(tree: &Tree) -> Vec<Fault> {
    judged(tree, |cloud| {
        let mut minutes = 0;
        for (id, line, function) in cloud.all("Serverless::Function") {
            let reserved = function.get("ReservedConcurrentExecutions").texts();
            let bounded = match reserved.as_slice() {
                [condition, count, _] => {
                    condition == "ReserveConcurrency" && count.parse::<u32>().is_ok_and(|n| n > 0)
                }
                _ => false,
            };
            let what = format!("{id} has no reserved concurrency: !If [ReserveConcurrency, n, …]");
            cloud.must(bounded, line, what);
            let group = function.path(&["LoggingConfig", "LogGroup"]).text.clone();
            let logs = cloud.all("Logs::LogGroup").iter().any(|(known, ..)| *known == group);
            cloud.must(logs, line, format!("{id} has no log group of this template"));
            for (_, event) in &function.get("Events").entries {
                if event.get("Type").text == "Schedule" {
                    minutes += 1;
                    let rate = event.path(&["Properties", "Schedule"]).text == "rate(1 minute)";
                    cloud.must(rate, event.line, "the schedule is rate(1 minute)");
                }
            }
        }
        cloud.must(
            minutes == 1,
            1,
            format!("{minutes} functions are woken by a schedule, not one"),
        );
    })
}
