//! The HTML of Salt Edge's own pages.

use jiff::Timestamp;

use super::html::{account_boxes, cancel, escape, field, form, page};
use crate::attempt::fail_message;
use crate::bank::ProviderStatus;
use crate::clients::ClientKind;
use crate::errors::ErrorClass;
use crate::session::{ConsentRequest, Session};
use crate::world::World;

pub(super) const BRAND: &str = "Salt Edge (simulated)";
/// Banks that the page shows at most: the rest is found by its name.
const MOST_BANKS: usize = 100;
const REFRESH: &str = "<meta http-equiv=\"refresh\" content=\"1\">";

pub(super) fn search_page(world: &World, session: &Session, wanted: &str) -> String {
    let wanted_lower = wanted.to_lowercase();
    let modes = session.request.modes.as_ref();
    let banks: Vec<String> = world
        .providers
        .values()
        .filter(|bank| session.request.include_sandboxes || !bank.is_sandbox())
        .filter(|bank| bank.status == ProviderStatus::Active)
        .filter(|bank| modes.is_none_or(|modes| modes.iter().any(|mode| mode == bank.mode.name())))
        .filter(|bank| bank.name.to_lowercase().contains(&wanted_lower))
        .take(MOST_BANKS)
        .map(|bank| {
            format!(
                "<button class=\"bank\" type=\"submit\" name=\"provider\" value=\"{}\">{}</button>",
                escape(&bank.code),
                escape(&bank.name)
            )
        })
        .collect();
    let banks = banks.concat();
    let banks = if banks.is_empty() { "<p>No bank found.</p>".to_owned() } else { banks };
    let token = escape(&session.token);
    let search = if session.request.disable_search {
        String::new()
    } else {
        format!(
            "<form method=\"get\" action=\"/connect\"><input type=\"hidden\" name=\"token\" \
             value=\"{token}\"><label for=\"q\">Search</label><input type=\"search\" id=\"q\" \
             name=\"q\" value=\"{}\"></form>",
            escape(wanted)
        )
    };
    let body = format!(
        "{search}<form method=\"post\" action=\"/connect/provider\"><input type=\"hidden\" \
         name=\"token\" value=\"{token}\">{banks}</form>{}",
        cancel(&session.token)
    );
    page(BRAND, "Choose your bank", "", false, &body)
}

fn bank_name(world: &World, session: &Session) -> String {
    let code = session.provider_code.as_deref().unwrap_or_default();
    world.providers.get(code).map_or_else(|| code.to_owned(), |bank| bank.name.clone())
}

pub(super) fn consent_page(world: &World, session: &Session, warning: &str) -> String {
    let client = world.clients.get(&session.app_id);
    let name = client.map_or("The application", |client| &client.name);
    let partner = client.map(|client| client.kind) == Some(ClientKind::Partner);
    let asked = session.request.consent.clone().unwrap_or_else(|| ConsentRequest {
        scopes: vec!["accounts".to_owned(), "transactions".to_owned()],
        ..ConsentRequest::default()
    });
    let items: Vec<String> =
        asked.scopes.iter().map(|scope| format!("<li>{}</li>", says(scope))).collect();
    let items = items.concat();
    let until = asked
        .period_days
        .map_or_else(|| "until you withdraw it".to_owned(), |days| format!("for {days} days"));
    let email = world.customers.get(&session.customer_id).and_then(|c| c.dashboard_email());
    let account = email.filter(|_| partner).map_or_else(String::new, |email| {
        format!(
            "<p class=\"soft\">The connection will belong to your Salt Edge account <b>{}</b>. \
             You can remove it at any time in the dashboard.</p>",
            escape(email)
        )
    });
    let fields = format!(
        "<ul>{items}</ul>{account}<label class=\"tick\"><input type=\"checkbox\" name=\"consent\" \
         value=\"yes\" id=\"consent\"><span>I agree that {} reads this data {until}.</span></label>",
        escape(name)
    );
    let body = format!(
        "{warning}<p><b>{}</b> asks to read from <b>{}</b>:</p>{}{}",
        escape(name),
        escape(&bank_name(world, session)),
        form("/connect/consent", &session.token, &fields, "Proceed"),
        cancel(&session.token)
    );
    page(BRAND, "Your consent", "", false, &body)
}

fn says(scope: &str) -> &'static str {
    match scope {
        "accounts" => "your accounts and their balances",
        "transactions" => "your transactions",
        _ => "who the holder is",
    }
}

pub(super) fn credentials_page(world: &World, session: &Session) -> String {
    let code = session.provider_code.as_deref().unwrap_or_default();
    let Some(bank) = world.providers.get(code) else { return String::new() };
    let fields: String = bank.credentials.iter().map(field).collect();
    let body = format!(
        "<p class=\"soft\">{}</p>{}{}",
        escape(bank.instruction),
        form("/connect/credentials", &session.token, &fields, "Log in"),
        cancel(&session.token)
    );
    page(BRAND, &bank.name, "", false, &body)
}

pub(super) fn step_page(world: &World, session: &Session, at: usize) -> String {
    let code = session.provider_code.as_deref().unwrap_or_default();
    let Some(step) = world.providers.get(code).and_then(|bank| bank.steps.get(at)) else {
        return String::new();
    };
    let fields = format!(
        "{}<label for=\"answer\">{}</label><input type=\"text\" id=\"answer\" name=\"answer\" \
         autocomplete=\"one-time-code\" required>",
        step.html,
        escape(step.field.label)
    );
    let body = format!(
        "{}{}",
        form("/connect/step", &session.token, &fields, "Confirm"),
        cancel(&session.token)
    );
    page(BRAND, &bank_name(world, session), "", false, &body)
}

/// Keys and labels of the accounts that the user may share.
pub(super) fn choices(
    world: &mut World,
    session: &Session,
    now: Timestamp,
) -> Vec<(String, String)> {
    let code = session.provider_code.clone().unwrap_or_default();
    let login = session.login.clone().unwrap_or_default();
    let book = world.book(&code, &login, now);
    book.accounts
        .iter()
        .filter(|account| !account.closed)
        .map(|account| {
            (
                account.key.clone(),
                format!("{} · {} · {}", account.name, account.iban, account.currency),
            )
        })
        .collect()
}

pub(super) fn accounts_page(world: &mut World, session: &Session, now: Timestamp) -> String {
    let boxes = account_boxes(&choices(world, session, now));
    let body = format!(
        "{}{}",
        form("/connect/accounts", &session.token, &boxes, "Share these"),
        cancel(&session.token)
    );
    page(BRAND, "Which accounts?", "", false, &body)
}

pub(super) fn fetching_page(world: &World, session: &Session) -> String {
    let attempt = session.attempt_id.and_then(|id| world.attempts.get(&id));
    let stage = attempt.map_or("start", |attempt| attempt.stage().name());
    let body = format!(
        "<p>We are reading from your bank. You will be taken back by itself.</p>\
         <p class=\"soft\" id=\"stage\">{}</p>{}{}",
        escape(stage),
        message(world, session, "fetching", stage),
        cancel(&session.token)
    );
    page(BRAND, "One moment", REFRESH, false, &body)
}

/// The message to the window that opened this one: section 8.4.
fn message(world: &World, session: &Session, stage: &str, api_stage: &str) -> String {
    if !session.request.post_message {
        return String::new();
    }
    let fields = session.request.attempt.custom_fields.clone().unwrap_or_default();
    let data = serde_json::json!({ "data": {
        "connection_id": world.opt_id(session.connection_id),
        "customer_id": world.id(session.customer_id),
        "stage": stage,
        "api_stage": api_stage,
        "custom_fields": fields,
    }});
    let text = data.to_string().replace('<', "\\u003c");
    format!("<script>if(window.opener)window.opener.postMessage({text},\"*\")</script>")
}

pub(super) fn failed_page(world: &World, session: &Session, class: ErrorClass) -> String {
    let name = class.name(&world.switches);
    let body = format!(
        "<p class=\"bad\" id=\"error\" data-class=\"{name}\">{}</p>\
         <p class=\"soft\">{name}</p>{}{}\
         <form method=\"post\" action=\"/connect/leave\"><input type=\"hidden\" name=\"token\" \
         value=\"{}\"><button type=\"submit\" class=\"plain\">Back to the application</button></form>",
        escape(&fail_message(class)),
        message(world, session, "error", "finish"),
        form("/connect/retry", &session.token, "", "Try again"),
        escape(&session.token)
    );
    page(BRAND, &bank_name(world, session), "", false, &body)
}
