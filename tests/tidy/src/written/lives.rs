//! The lives of a session, a connection and a consent, drawn by asking their tables about every pair.

use std::{collections::BTreeSet, fmt::Write};

use domain::{
    bank::RemoteConsentState,
    connection::{Event, EventKind, Phase, State, StateKind},
    consent::ConsentStatus,
    deadline::{Deadline, Then, Waiting},
    ending::Ending,
    session::{SessionEvent, SessionEventKind, Stage, StageKind},
};
use strum::VariantArray;

use super::length;

/// One step: from, event, to.
type Step = (String, String, String);

/// The text between each pair of marks: a diagram and its table.
pub(super) fn lives() -> [(&'static str, String); 4] {
    [
        ("the life of a session", life("created", &session())),
        ("the life of a connection", life("active", &connection())),
        ("the life of a consent", life("active", &consent())),
        ("what waits, and until when", deadlines()),
    ]
}

fn deadlines() -> String {
    let mut text = String::from("\n| what waits | until | then |\n|---|---|---|\n");
    for waiting in Waiting::ALL {
        let what = waiting.meaning().trim_end_matches('.');
        let _ = match waiting.deadline() {
            Deadline::After(long, then) => {
                let then = match then {
                    Then::Ends => String::from("it is over, and says so"),
                    Then::Told(alarm) => format!("alarm `{alarm}`, and tried again"),
                    Then::DeadLetter => String::from("a dead letter, of which a person is told"),
                };
                writeln!(text, "| {what} | {} | {then} |", length(long.as_secs()))
            }
            Deadline::None(why) => writeln!(text, "| {what} | no deadline | {why} |"),
        };
    }
    text.push('\n');
    text
}

fn session() -> Vec<Step> {
    let mut steps = Vec::new();
    for event in SessionEventKind::ALL.iter().map(|kind| session_event(*kind)) {
        for stage in StageKind::ALL.iter().map(|kind| stage(*kind)) {
            if let Ok(next) = stage.apply(event.clone()) {
                let (from, to) = (stage.name().to_owned(), next.name().to_owned());
                steps.push((from, event.name().to_owned(), to));
            }
        }
    }
    steps
}

fn stage(kind: StageKind) -> Stage {
    match kind {
        StageKind::Created => Stage::Created,
        StageKind::Redirected => Stage::Redirected,
        StageKind::Returned => Stage::Returned,
        StageKind::Confirmed => Stage::Confirmed,
        StageKind::Asking => Stage::Asking,
        StageKind::Reading => Stage::Reading,
        StageKind::Finished => Stage::Finished,
        StageKind::Failed => Stage::Failed { failure: Ending::NothingCame.into() },
        StageKind::Expired => Stage::Expired,
        StageKind::Cancelled => Stage::Cancelled,
    }
}

fn session_event(kind: SessionEventKind) -> SessionEvent {
    match kind {
        SessionEventKind::Opened => SessionEvent::Opened,
        SessionEventKind::Returned => SessionEvent::Returned,
        SessionEventKind::Confirmed => SessionEvent::Confirmed,
        SessionEventKind::Asking => SessionEvent::Asking,
        SessionEventKind::Reading => SessionEvent::Reading,
        SessionEventKind::Finished => SessionEvent::Finished,
        SessionEventKind::Failed => SessionEvent::Failed(Ending::NothingCame.into()),
        SessionEventKind::Expired => SessionEvent::Expired,
        SessionEventKind::Cancelled => SessionEvent::Cancelled,
    }
}

fn connection() -> Vec<Step> {
    let states: Vec<State> = StateKind::ALL.iter().flat_map(|kind| states(*kind)).collect();
    let mut steps = Vec::new();
    for kind in EventKind::ALL {
        for state in &states {
            if let Ok(next) = state.apply(event(*kind)) {
                steps.push((name(state), format!("{kind:?}"), name(&next)));
            }
        }
    }
    steps
}

/// A state as the API shows it: status, and phase while it is being revoked.
fn name(state: &State) -> String {
    match state {
        State::Revoking { phase } => format!("{} {}", state.name(), phase.name()),
        State::Active
        | State::NeedsReconnect { .. }
        | State::Disabled { .. }
        | State::LeftWithOwner
        | State::Revoked => state.name().to_owned(),
    }
}

fn states(kind: StateKind) -> Vec<State> {
    match kind {
        StateKind::Active => vec![State::Active],
        StateKind::NeedsReconnect => {
            vec![State::NeedsReconnect { failure: Ending::Inactive.into() }]
        }
        StateKind::Disabled => vec![State::Disabled { failure: Ending::ProviderDisabled.into() }],
        StateKind::Revoking => {
            Phase::ALL.iter().map(|phase| State::Revoking { phase: *phase }).collect()
        }
        StateKind::LeftWithOwner => vec![State::LeftWithOwner],
        StateKind::Revoked => vec![State::Revoked],
    }
}

fn event(kind: EventKind) -> Event {
    match kind {
        EventKind::Fetched => Event::Fetched,
        EventKind::UserNeeded => Event::UserNeeded(Ending::Inactive.into()),
        EventKind::Closed => Event::Closed(Ending::ProviderDisabled.into()),
        EventKind::RevokeAsked => Event::RevokeAsked,
        EventKind::ConsentRevoked => Event::ConsentRevoked,
        EventKind::RemoveAccepted => Event::RemoveAccepted,
        EventKind::LeftWithOwner => Event::LeftWithOwner,
        EventKind::GoneProven => Event::GoneProven,
        EventKind::Relinked => Event::Relinked,
        EventKind::LoginAfterEnd => Event::LoginAfterEnd,
    }
}

/// A consent is what Salt Edge says that it is; one that is over is followed by another, which begins anew.
fn consent() -> Vec<Step> {
    let said = RemoteConsentState::VARIANTS.iter().map(|said| {
        let to = ConsentStatus::of(*said);
        (String::from("active"), format!("{said:?}"), to.name().to_owned())
    });
    said.collect()
}

/// A diagram of the steps that lead elsewhere, and the table of all.
fn life(first: &str, steps: &[Step]) -> String {
    diagram(first, steps) + &table(steps)
}

fn diagram(first: &str, steps: &[Step]) -> String {
    let mut lines = vec![format!("[*] --> {}", id(first))];
    let mut ends = Vec::new();
    for (from, _, to) in steps {
        let events = steps.iter().filter(|step| step.0 == *from && step.2 == *to);
        let events: Vec<&str> = events.map(|step| step.1.as_str()).collect();
        if from != to {
            lines.push(format!("{} --> {}: {}", id(from), id(to), events.join(", ")));
        }
        for state in [from, to].into_iter().filter(|state| state.contains(' ')) {
            lines.push(format!("{}: {state}", id(state)));
        }
        if !steps.iter().any(|step| step.0 == *to && step.2 != *to) {
            ends.push(format!("{} --> [*]", id(to)));
        }
    }
    let mut drawn = BTreeSet::new();
    lines.extend(ends);
    lines.retain(|line| drawn.insert(line.clone()));
    format!("\n```mermaid\nstateDiagram-v2\n    {}\n```\n", lines.join("\n    "))
}

/// A state's name as a word of the diagram.
fn id(name: &str) -> String {
    name.replace(' ', "_")
}

fn table(steps: &[Step]) -> String {
    let mut rows: Vec<(&str, Vec<&str>, &str)> = Vec::new();
    for (from, event, to) in steps {
        match rows.iter_mut().find(|row| row.0 == event && row.2 == to) {
            Some((_, states, _)) => states.push(from),
            None => rows.push((event, vec![from], to)),
        }
    }
    let rows: Vec<String> = rows
        .into_iter()
        .map(|(event, from, to)| format!("| {event} | {} | {to} |\n", from.join(", ")))
        .collect();
    format!("\n| event | from | to |\n|---|---|---|\n{}\n", rows.concat())
}
