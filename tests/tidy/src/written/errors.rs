//! The page of errors: every code, class and ending, and the one step that each leads to.

use std::fmt::Write;

use domain::{
    ending::Ending,
    message::CallbackKind,
    next_action::{Actor, NextAction, Retry},
    wording::Locale,
};
use strum::VariantArray;

use super::{
    length,
    tables::{Place, Row, rows},
};
use crate::{Fault, Tree, rust::snake_case};

const CODES: Place = Place {
    of: "shared/shell/src/code.rs",
    name: "Code",
    table: "shared/shell/src/code.rs",
    method: "row",
};
const CLASSES: Place = Place {
    of: "shared/salt-edge/src/error_class.rs",
    name: "ErrorClass",
    table: "shared/salt-edge/src/meaning.rs",
    method: "meaning",
};
const ENDINGS: Place = Place {
    of: "shared/domain/src/ending.rs",
    name: "Ending",
    table: "shared/domain/src/ending.rs",
    method: "row",
};

const HEAD: &str = "\
# Errors and next steps

Everything that goes wrong, and everything that has not come to its end, names **one next step**: who takes it, what they do, and when it
is tried again. The API says it as `next_action`, and as a sentence for the end user as `display_message`, in English or Vietnamese.
Look up a `code` of a problem under [codes](#codes), a `why` of a connection under [classes](#error-classes-of-salt-edge) or
[endings](#endings-in-our-own-words), a `next_action.code` under [next steps](#next-steps).

This page is written by `cargo run -p tidy` from the tables in the code, and a test holds it to them.
";

/// The whole page.
pub(super) fn page(tree: &Tree) -> Result<String, Fault> {
    let (codes, classes) = (rows(tree, &CODES)?, rows(tree, &CLASSES)?);
    let endings = rows(tree, &ENDINGS)?;
    let mut page = String::from(HEAD);
    page += &next_steps(&codes, &classes);
    page += &of_codes(&codes);
    page += &of_classes(&classes);
    page += &of_endings(&endings);
    page += &of_callbacks();
    Ok(page)
}

fn next_steps(codes: &[Row], classes: &[Row]) -> String {
    let mut text = String::from("\n## Next steps\n");
    for actor in Actor::VARIANTS {
        let _ = write!(text, "\n### {}\n", title(*actor));
        for action in NextAction::ALL.iter().filter(|action| action.actor() == *actor) {
            text += &next_step(*action, codes, classes);
        }
    }
    text
}

fn title(actor: Actor) -> &'static str {
    match actor {
        Actor::EndUser => "The end user acts",
        Actor::Operator => "The operator acts",
        Actor::Bank => "The bank acts",
        Actor::Halite => "Nobody acts: Halite goes on by itself",
    }
}

fn next_step(action: NextAction, codes: &[Row], classes: &[Row]) -> String {
    let name = code_of(action);
    let mut text = format!("\n#### `{name}`\n\n{}\n\n", action.step());
    let _ = writeln!(text, "* Tried again: {}.", retry(action.retry()));
    for locale in Locale::VARIANTS {
        let _ = writeln!(text, "* {}: {}", locale.code(), locale.sentence(action));
    }
    let leads_here = |row: &&Row| row.cells.iter().any(|cell| *cell == format!("{action:?}"));
    let codes = codes.iter().filter(leads_here).map(|row| link(&snake_case(&row.variant)));
    let classes = classes.iter().filter(leads_here).map(|row| format!("`{}`", class(row)));
    let endings = Ending::ALL.iter().filter(|ending| ending.next_action() == action);
    let endings = endings.map(|ending| format!("`{}`", ending.class()));
    for (title, mut behind) in [
        ("Codes", codes.collect::<Vec<_>>()),
        ("Classes of Salt Edge", classes.collect()),
        ("Endings of our own", endings.collect()),
    ] {
        behind.dedup();
        if !behind.is_empty() {
            let _ = writeln!(text, "* {title}: {}.", behind.join(", "));
        }
    }
    text
}

/// A class as Salt Edge writes it.
fn class(row: &Row) -> &str {
    row.cells.first().filter(|_| row.variant != "Unknown").map_or("any other", String::as_str)
}

/// `RetryLater` by the name that the API shows.
fn code_of(action: NextAction) -> String {
    snake_case(&format!("{action:?}"))
}

fn link(code: &str) -> String {
    format!("[`{code}`](#{code})")
}

fn retry(retry: Retry) -> String {
    match retry {
        Retry::Never => String::from("not before the step was taken"),
        Retry::WhilePresent => String::from("at once, while the user is there"),
        Retry::AtInstant => String::from("at `deadline`"),
        Retry::After(pause) => format!("after {}", length(pause.as_secs())),
    }
}

fn of_codes(codes: &[Row]) -> String {
    let mut text = String::from(
        "\n## Codes\n\n`code` of a problem. A call may name a better step than the usual one; `next_action` counts.\n\n\
         | code | HTTP | what it says | usual next step |\n|---|---|---|---|\n",
    );
    for row in codes {
        let code = snake_case(&row.variant);
        let [status, action, _] = row.cells.as_slice() else { continue };
        let (meaning, action) = (&row.meaning, link(&snake_case(action)));
        let _ =
            writeln!(text, "| <a id=\"{code}\"></a>`{code}` | {status} | {meaning} | {action} |");
    }
    text
}

fn of_classes(classes: &[Row]) -> String {
    let mut text = String::from(
        "\n## Error classes of Salt Edge\n\nIn an answer, a fail callback, or an attempt. Consent classes come with and without `Aisp`. A visit is never \
         tried again by itself: of one, `wait_until`, `wait_budget`, `backoff`, `retry_later` and `bank_problem` are shown as \
         [`start_again_later`](#start_again_later). A class that is not listed raises the alarm `unknown_class`.\n\n\
         | class | what it says | next step |\n|---|---|---|\n",
    );
    for row in classes {
        let [_, _, action] = row.cells.as_slice() else { continue };
        let (class, meaning) = (class(row), &row.meaning);
        let class = if row.variant == "Unknown" { class.to_owned() } else { format!("`{class}`") };
        let _ = writeln!(text, "| {class} | {meaning} | {} |", link(&snake_case(action)));
    }
    text
}

fn of_endings(endings: &[Row]) -> String {
    let mut text = String::from(
        "\n## Endings in our own words\n\nHow a visit or a connection ends where Salt Edge gives no class, or ours is the surer word.\n\n\
         | ending | what happened | next step |\n|---|---|---|\n",
    );
    for row in endings {
        let [class, action] = row.cells.as_slice() else { continue };
        let _ = writeln!(text, "| `{class}` | {} | {} |", row.meaning, link(&snake_case(action)));
    }
    text
}

fn of_callbacks() -> String {
    let mut text = String::from(
        "\n## Callbacks of Salt Edge\n\nNone is believed: each makes Halite look again, and what it then sees decides.\n\n\
         | callback | what it may lead to |\n|---|---|\n",
    );
    for kind in CallbackKind::ALL {
        let name = snake_case(&format!("{kind:?}"));
        let _ = writeln!(text, "| `{name}` | {} |", callback(kind));
    }
    text
}

fn callback(kind: CallbackKind) -> &'static str {
    match kind {
        CallbackKind::Success => "A read. No next step.",
        CallbackKind::Fail => {
            "The session or the connection fails with the class that it names; without one, with `failed_without_class`."
        }
        CallbackKind::Notify => {
            "The session learns its connection. Its stages (`start`, `connect`, `interactive`, the `fetch_…` ones, `finish`) are progress and never an end."
        }
        CallbackKind::Destroy => {
            "A connection that is proven to be gone is `revoked`. No next step."
        }
        CallbackKind::Provider => {
            "The bank is offered or not; a connection of a bank that was closed is `disabled` with [`choose_other_bank`](#choose_other_bank)."
        }
        CallbackKind::Consent => {
            "A connection whose consent expired or was revoked needs its user: [`renew_consent`](#renew_consent)."
        }
        CallbackKind::Service => "A line in the log.",
    }
}
