//! Y9. From every state of a session, a connection and a consent, what the API names as the next step
//! leads to `active` or `revoked`, in three steps at most. The states come from their types: a new one has
//! no way in here, and does not compile.

use std::collections::BTreeSet;

use domain::{
    connection::{Phase, StateKind},
    consent::ConsentStatus,
    next_action::NextAction,
    session::StageKind,
};
use e2e::{
    TENANT, User, hours, minutes, user,
    ways_out::{Subject, goal, settled, take},
};
use serde_json::Value;

use crate::y9_ways_in::{self as ways_in, Way};

/// Steps that anybody is asked for.
const STEPS: usize = 3;

/// One state, and how to get into it.
struct Case {
    name: String,
    /// What the API shows there: a member of the answer and its value.
    shows: Vec<(&'static str, String)>,
    way: Way,
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |shows: Vec<(&'static str, String)>, way: Option<Way>| {
        let name = shows.iter().map(|(name, value)| format!("{name} {value}"));
        let name = name.collect::<Vec<_>>().join(", ");
        cases.extend(way.map(|way| Case { name, shows, way }));
    };
    let stage = |kind: StageKind| ("stage", snake(&kind));
    let status = |kind: StateKind| ("status", snake(&kind));
    for kind in StageKind::ALL {
        match ways_in::stage(*kind) {
            Some(way) => add(vec![stage(*kind)], Some(way)),
            None => {
                for action in NextAction::ALL {
                    add(
                        vec![stage(*kind), ("next_action", code(*action))],
                        ways_in::failed(*action),
                    );
                }
            }
        }
    }
    for kind in StateKind::ALL {
        match kind {
            StateKind::NeedsReconnect => {
                for action in NextAction::ALL {
                    let shows = vec![status(*kind), ("next_action", code(*action))];
                    add(shows, ways_in::needs_reconnect(*action));
                }
            }
            StateKind::Revoking => {
                for phase in Phase::ALL {
                    let shows = vec![status(*kind), ("phase", phase.name().to_owned())];
                    add(shows, Some(ways_in::revoking(*phase)));
                }
                let stuck = ("next_action", code(NextAction::Report));
                add(vec![status(*kind), stuck], Some(ways_in::stuck()));
            }
            StateKind::Active
            | StateKind::Disabled
            | StateKind::LeftWithOwner
            | StateKind::Revoked => {
                add(vec![status(*kind)], Some(ways_in::state(*kind)));
            }
        }
    }
    for consent in ConsentStatus::ALL {
        add(vec![("consent", consent.name().to_owned())], Some(ways_in::consent(*consent)));
    }
    cases
}

fn snake(kind: &impl std::fmt::Debug) -> String {
    let mut snake = String::new();
    for letter in format!("{kind:?}").chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

fn code(action: NextAction) -> String {
    serde_json::to_value(action).unwrap().as_str().unwrap().to_owned()
}

/// A member of an answer, or the word inside it.
fn said(shown: &Value, name: &str) -> String {
    let value = match name {
        "next_action" => &shown[name]["code"],
        "consent" => &shown[name]["status"],
        _ => &shown[name],
    };
    value.as_str().unwrap_or("null").to_owned()
}

/// Walks out of a state; the steps that it took.
async fn walk_out(ada: &User<'_>, name: &str, mut subject: Subject) -> Vec<String> {
    let mut steps = Vec::new();
    loop {
        subject = settled(ada, subject).await;
        let shown = subject.shown(ada).await;
        if goal(&shown) {
            return steps;
        }
        let named = said(&shown, "next_action");
        let action: NextAction = serde_json::from_value(Value::String(named.clone()))
            .unwrap_or_else(|_| panic!("{name}: {named} is no way out of {shown:#}"));
        assert!(shown["display_message"].is_string(), "{name}: {shown:#}");
        let actor = serde_json::to_value(action.actor()).unwrap();
        assert_eq!(shown["next_action"]["actor"], actor, "{name}: {shown:#}");
        assert!(steps.len() < STEPS, "{name}: {steps:?} lead to {shown:#}");
        subject = take(ada, action, subject).await;
        steps.push(named);
    }
}

#[tokio::test]
async fn y9_every_state_has_a_way_out_of_three_steps() {
    let mut reached = BTreeSet::new();
    for case in cases() {
        let name = &case.name;
        let world = case.way.world().await;
        let ada = user(&world, TENANT, "ada");
        let subject = case.way.reach(&ada).await;
        let shown = subject.shown(&ada).await;
        for (member, value) in &case.shows {
            assert_eq!(said(&shown, member), *value, "{name} is not reached: {shown:#}");
        }
        let steps = walk_out(&ada, name, subject).await;
        println!(
            "{name}: {}",
            if steps.is_empty() { "is there".to_owned() } else { steps.join(", ") }
        );
        reached.insert(case.name.clone());
        // Messages that failed on the way come again, and find nothing to do.
        world.salt_edge.control().clear_faults();
        world.advance(hours(1), minutes(5)).await;
        world.cloud.take_dead_letters();
    }
    assert!(reached.len() > 40, "{reached:#?}");
}
