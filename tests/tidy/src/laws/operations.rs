//! What is watched: every alarm leads to an entry for the person it wakes, and nothing that a person must
//! know is without an alarm.

use std::collections::BTreeSet;

use crate::{
    Fault, Tree, rust,
    yaml::{self, Node},
};

const TEMPLATE: &str = "template.yaml";
const OPERATIONS: &str = "infra/operations.yaml";
const RUNBOOK: &str = "infra/runbook.md";
/// Before the name of the entry in an alarm's description.
const LINK: &str = "${RunbookUrl}#";
/// The chapter of the runbook that is no entry.
const TOOLS: &str = "The tools";
/// Counted by the functions, and worth waking somebody: whether too many, or none at all.
const COUNTED: &[(&str, &str)] = &[("callbacks_lost", "notBreaching"), ("ticks", "breaching")];

/// One alarm.
struct Alarm {
    line: usize,
    properties: Node,
}

impl Alarm {
    fn is(&self, namespace: &str, metric: &str) -> bool {
        let text = |key: &str| self.properties.get(key).text.as_str();
        text("Namespace") == namespace && text("MetricName") == metric
    }

    fn values(&self) -> impl Iterator<Item = &str> {
        self.properties.get("Dimensions").items.iter().map(|one| one.get("Value").text.as_str())
    }

    fn entry(&self) -> &str {
        self.properties.get("AlarmDescription").text.split_once(LINK).map_or("", |(_, name)| name)
    }
}

fn alarms(tree: &Tree) -> Result<Vec<Alarm>, Fault> {
    let operations = yaml::parse(OPERATIONS, tree.text(OPERATIONS))?;
    let resources = operations.get("Resources").entries.iter();
    let alarms = resources.filter(|(_, one)| one.get("Type").text == "AWS::CloudWatch::Alarm");
    let alarm =
        |(_, one): &(_, Node)| Alarm { line: one.line, properties: one.get("Properties").clone() };
    Ok(alarms.map(alarm).collect())
}

/// Every alarm tells somebody and links its entry of the runbook, and every entry is of an alarm.
pub fn each_alarm_has_an_entry(tree: &Tree) -> Vec<Fault> {
    let alarms = match alarms(tree) {
        Ok(alarms) => alarms,
        Err(fault) => return vec![fault],
    };
    let mut faults = Vec::new();
    let entries: Vec<(usize, &str)> = tree
        .text(RUNBOOK)
        .lines()
        .enumerate()
        .filter_map(|(line, text)| Some((line + 1, text.strip_prefix("## ")?)))
        .filter(|(_, entry)| *entry != TOOLS)
        .collect();
    for alarm in &alarms {
        let entry = alarm.entry();
        if !entries.iter().any(|(_, known)| *known == entry) {
            let what = format!("{RUNBOOK} has no entry {entry:?}: its description links one");
            faults.push(Fault::at(OPERATIONS, alarm.line, what));
        }
        if alarm.properties.get("AlarmActions").texts() != ["Topic"] {
            faults.push(Fault::at(OPERATIONS, alarm.line, "this alarm tells nobody"));
        }
    }
    for (line, entry) in entries {
        if !alarms.iter().any(|alarm| alarm.entry() == entry) {
            faults.push(Fault::at(RUNBOOK, line, format!("no alarm leads to the entry {entry}")));
        }
    }
    faults
}

/// What code calls an alarm is one, what it counts is looked at, and the reverse.
pub fn what_is_counted_is_watched(tree: &Tree) -> Vec<Fault> {
    let alarms = match alarms(tree) {
        Ok(alarms) => alarms,
        Err(fault) => return vec![fault],
    };
    let mut faults = Vec::new();
    let named = alarms.iter().filter(|alarm| alarm.is("Halite", "alarms"));
    let named: BTreeSet<&str> = named.filter_map(|alarm| alarm.values().last()).collect();
    let watched = watched(tree.text(OPERATIONS));
    let (mut raised, mut counted) = (BTreeSet::new(), BTreeSet::new());
    for (path, text) in tree.shipped() {
        let words = rust::words(path, without_tests(text)).unwrap_or_default();
        for at in words.windows(5) {
            let (line, text) = (at[0].line, |place: usize| at[place].text.as_str());
            if let Some(name) = alarm_in(text) {
                if !named.contains(name) {
                    let what = format!("no alarm of {OPERATIONS} stands on {name}");
                    faults.push(Fault::at(path, line, what));
                }
                raised.insert(name.to_owned());
            }
            if text(0) != "." && (text(1), text(2)) == ("alarm", "=") && text(3).starts_with('"') {
                let what =
                    format!("{} is said and not counted: by.alarm and metric.alarms", text(3));
                faults.push(Fault::at(path, line, what));
            }
            if let Some(name) = metric_in(text) {
                if !watched.contains(name) {
                    let what = format!("nobody looks at {name}: show it in {OPERATIONS}");
                    faults.push(Fault::at(path, line, what));
                }
                counted.insert(name.to_owned());
            }
        }
    }
    for name in named.into_iter().filter(|name| !raised.contains(*name)) {
        faults.push(Fault::at(OPERATIONS, 1, format!("nothing raises the alarm {name}")));
    }
    for name in watched.into_iter().filter(|name| !counted.contains(*name)) {
        faults.push(Fault::at(OPERATIONS, 1, format!("nothing counts {name}")));
    }
    faults
}

/// The alarm that these words raise: `alarm("name"`, or `by.alarm = "name"`.
fn alarm_in<'a>(text: impl Fn(usize) -> &'a str) -> Option<&'a str> {
    let name = match (text(0), text(1), text(2), text(3)) {
        ("by", ".", "alarm", "=") => text(4),
        ("alarm", "Parenthesis", name, _) => name,
        _ => return None,
    };
    Some(name.strip_prefix('"')?.trim_end_matches('"'))
}

/// The metric that these words count: `metric.name =`, or `timed = "name"`.
fn metric_in<'a>(text: impl Fn(usize) -> &'a str) -> Option<&'a str> {
    match (text(0), text(1), text(2), text(3)) {
        ("metric", ".", name, "=") => Some(name),
        ("timed", "=", name, _) => Some(name.strip_prefix('"')?.trim_end_matches('"')),
        _ => None,
    }
}

/// A shipped file up to its tests.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

/// Names of our own metrics in alarms and dashboard.
fn watched(text: &str) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    let mut ours = false;
    for line in text.lines().map(str::trim) {
        if let Some(namespace) = line.strip_prefix("Namespace: ") {
            ours = namespace == "Halite";
        } else if let Some(metric) = line.strip_prefix("MetricName: ").filter(|_| ours) {
            names.insert(metric);
        }
    }
    for (before, end) in [("\"Halite\",\"", '"'), ("MetricName=\\\"", '\\')] {
        names.extend(text.split(before).skip(1).filter_map(|rest| rest.split(end).next()));
    }
    names
}

/// Every queue, every set of dead letters and every function has its alarms, and so has what only we count.
pub fn nothing_fails_unseen(tree: &Tree) -> Vec<Fault> {
    let (alarms, template) = match (alarms(tree), yaml::parse(TEMPLATE, tree.text(TEMPLATE))) {
        (Ok(alarms), Ok(template)) => (alarms, template),
        (Err(fault), _) | (_, Err(fault)) => return vec![fault],
    };
    let mut faults = Vec::new();
    let mut must = |line: usize, namespace: &str, metric: &str, value: &str| {
        let fits = |alarm: &&Alarm| {
            alarm.is(namespace, metric) && alarm.values().any(|known| known == value)
        };
        if !alarms.iter().any(|alarm| fits(&alarm)) {
            let what = format!("{OPERATIONS} has no alarm on {metric} of {value}");
            faults.push(Fault::at(TEMPLATE, line, what));
        }
    };
    let resources = &template.get("Resources").entries;
    let of =
        |kind: &'static str| resources.iter().filter(move |(_, one)| one.get("Type").text == kind);
    let dead: Vec<&str> = of("AWS::SQS::Queue")
        .map(|(_, one)| &one.path(&["Properties", "RedrivePolicy", "deadLetterTargetArn"]).text)
        .filter_map(|arn| arn.strip_suffix(".Arn"))
        .collect();
    for (id, queue) in of("AWS::SQS::Queue") {
        let metric = if dead.contains(&id.as_str()) {
            "ApproximateNumberOfMessagesVisible"
        } else {
            "ApproximateAgeOfOldestMessage"
        };
        must(queue.line, "AWS/SQS", metric, &format!("{id}Name"));
    }
    for (_, function) in of("AWS::Serverless::Function") {
        let name = function.path(&["Properties", "FunctionName"]).text.clone();
        let name = name.replace("${AWS::StackName}", "${Deployment}");
        for metric in ["Errors", "Throttles"] {
            must(function.line, "AWS/Lambda", metric, &name);
        }
    }
    for (metric, missing) in COUNTED {
        let right = |alarm: &&Alarm| {
            alarm.is("Halite", metric) && alarm.properties.get("TreatMissingData").text == *missing
        };
        if !alarms.iter().any(|alarm| right(&alarm)) {
            let what = format!("there is no alarm on {metric} for which silence is {missing}");
            faults.push(Fault::at(OPERATIONS, 1, what));
        }
    }
    faults
}
