//! What Salt Edge's documentation leaves open, answered each way: the main journeys work whichever is true.
//!
//! A partner meets every other answer of every switch alone, a licence holder some at a time, both all of them
//! together. The table is made of the switches themselves: a new one is in it, or the table refuses to be made.

use e2e::options;
use serde_json::{Map, Value, json};
use simulator::{ClientKind, Switches};

use crate::switches_both_ways::{Detours, journey};

/// Second answers where there is more than yes and no, or words to choose from.
const OTHERS: [(&str, &[&str]); 16] = [
    ("background_limit", &["1"]),
    ("background_limit_status", &["429"]),
    // The key stays the same: callbacks of this version cannot be verified, and the schedule brings everything.
    ("callback_key_version", &["\"5.0\""]),
    ("callback_retry_minutes", &["[]"]),
    ("callback_timeout_millis", &["1"]),
    ("catalogue_per_second", &["null"]),
    ("connect_token_minutes", &["5"]),
    ("connects_per_minute", &["1"]),
    ("created_status", &["201"]),
    ("default_per_page", &["7"]),
    ("most_per_page", &["7"]),
    ("providers_per_page", &["7"]),
    ("stage_millis", &["20000"]),
    ("stage_millis_of", &["{\"fetch_accounts\": 70000}"]),
    ("success_callbacks", &["1", "2"]),
    ("unknown_error_status", &["400"]),
];

/// What a switch is asked about besides the main journey, where it shows only there. Nothing turned and all turned
/// are asked all of it.
fn detours(name: &str) -> Detours {
    let all = Detours::default();
    match name {
        "unticked_box" | "failed_connect" | "cancel_calls_back" | "return_extras" => {
            Detours { failures: true, ..all }
        }
        "interactive_timeout" => Detours { waits: true, ..all },
        "same_login"
        | "same_email"
        | "partner_customers"
        | "customer_by_identifier"
        | "connects_per_minute" => Detours { again: true, ..all },
        "consent_callback"
        | "consent_errors"
        | "revoked_data"
        | "unknown_error_status"
        | "reconnect_retires_consent" => Detours { renewal: true, ..all },
        _ => all,
    }
}

/// Turns that are made in one world under an own licence. A partner makes each alone.
const TOGETHER: usize = 4;

/// The switches as a test has them.
fn usual() -> Map<String, Value> {
    let all = serde_json::to_value(options().switches).unwrap();
    serde_json::from_value(all).unwrap()
}

fn turned(turns: &[(String, Value)]) -> Switches {
    let mut all = usual();
    all.extend(turns.iter().cloned());
    serde_json::from_value(Value::Object(all)).unwrap()
}

/// Every answer of a switch but its usual one.
fn others(name: &str, usual: &Value) -> Vec<Value> {
    if let Value::Bool(yes) = usual {
        return vec![json!(!yes)];
    }
    if let Some((_, others)) = OTHERS.iter().find(|(known, _)| *known == name) {
        return others.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    }
    let words = words(name);
    assert!(words.len() > 1, "the switch {name} needs a second answer in this table");
    words.into_iter().map(Value::from).filter(|word| word != usual).collect()
}

/// The words of a switch, as the refusal of a word that is none lists them.
fn words(name: &str) -> Vec<String> {
    let mut all = usual();
    all.insert(name.to_owned(), json!("no such word"));
    let refused = serde_json::from_value::<Switches>(Value::Object(all));
    let said = refused.map_or_else(|error| error.to_string(), |_| String::new());
    said.split('`').skip(1).step_by(2).skip(1).map(str::to_owned).collect()
}

/// Each switch with each of its other answers.
fn turns() -> Vec<(String, Value)> {
    let each = |(name, usual): (String, Value)| {
        others(&name, &usual).into_iter().map(move |other| (name.clone(), other))
    };
    usual().into_iter().flat_map(each).collect()
}

#[test]
fn every_switch_has_another_answer() {
    let (usual, turns) = (usual(), turns());
    for name in usual.keys() {
        assert!(turns.iter().any(|(turned, _)| turned == name), "{name} is never turned");
    }
    for (name, _) in OTHERS {
        assert!(usual.contains_key(name), "{name} is no switch");
    }
    for (name, other) in &turns {
        assert_ne!(usual[name], *other, "{name} is turned to its usual answer");
        turned(&[(name.clone(), other.clone())]);
    }
    let worlds = turns.len() + turns.len().div_ceil(TOGETHER) + 4;
    println!("{} switches, {} turns, {worlds} worlds", usual.len(), turns.len());
}

/// Every second turn alone, beginning with `from`: two tests, which run side by side.
async fn alone(from: usize) {
    for (name, other) in turns().into_iter().skip(from).step_by(2) {
        let told = format!("{name}: {other}");
        let switches = turned(&[(name.clone(), other)]);
        journey(ClientKind::Partner, switches, detours(&name), &told).await;
    }
}

#[tokio::test]
async fn a_partner_gets_by_whichever_way_a_switch_is_turned() {
    alone(0).await;
}

#[tokio::test]
async fn a_partner_gets_by_whichever_way_another_switch_is_turned() {
    alone(1).await;
}

/// Some turns at a time, each of another switch: those of one switch lie far apart.
#[tokio::test]
async fn a_licence_holder_gets_by_whichever_way_switches_are_turned() {
    let turns = turns();
    let worlds = turns.len().div_ceil(TOGETHER);
    for first in 0..worlds {
        let some: Vec<_> = turns.iter().skip(first).step_by(worlds).cloned().collect();
        let detours = some.iter().fold(Detours::default(), |all, (name, _)| all.and(detours(name)));
        journey(ClientKind::Client, turned(&some), detours, &format!("{some:?}")).await;
    }
}

/// None is turned, and all are: of the answers of one switch the last.
#[tokio::test]
async fn both_get_by_with_none_and_with_all_of_them_turned() {
    for kind in [ClientKind::Partner, ClientKind::Client] {
        journey(kind, turned(&[]), Detours::ALL, &format!("{kind:?}, none")).await;
        journey(kind, turned(&turns()), Detours::ALL, &format!("{kind:?}, all")).await;
    }
}
