//! The sandbox banks of country XF and what distinguishes them.

use std::collections::BTreeMap;

use super::generated::{BankList, generated};
use super::provider::{
    Field, FieldNature, InteractiveStep, KeyOwner, Provider, ProviderMode, ProviderStatus,
};

/// The code of an SMS step.
pub const SMS_CODE: &str = "123456";
/// The code of the second step of a two-step bank.
pub const SECOND_CODE: &str = "654321";
/// The text on the captcha image.
pub const CAPTCHA: &str = "SALT42";
/// The token of the token bank.
pub const TOKEN: &str = "778899";

/// What the sandboxes deliver.
const NATURES: &[&str] = &[
    "account",
    "bonus",
    "card",
    "checking",
    "credit_card",
    "debit_card",
    "ewallet",
    "insurance",
    "investment",
    "loan",
    "mortgage",
    "savings",
];
const LOGIN: &str = "Enter the demo user name (username) and password (secret).";
const AT_BANK: &str = "You are taken to the bank's own page; log in with username and secret.";

fn field(name: &'static str, label: &'static str, nature: FieldNature) -> Field {
    Field { name, label, nature, optional: false, options: Vec::new() }
}

fn login_fields() -> Vec<Field> {
    vec![
        field("login", "User name", FieldNature::Text),
        field("password", "Password", FieldNature::Password),
    ]
}

fn sms(name: &'static str, html: &'static str, answer: &'static str) -> InteractiveStep {
    InteractiveStep { field: field(name, "Code", FieldNature::Text), html, answer }
}

fn select(name: &'static str, label: &'static str, options: &[(&str, &str)]) -> Field {
    let options = options.iter().map(|&(v, l)| (v.to_owned(), l.to_owned())).collect();
    Field { options, ..field(name, label, FieldNature::Select) }
}

fn credentials_bank(code: &str, name: &str) -> Provider {
    Provider {
        id: 0,
        code: code.to_owned(),
        name: name.to_owned(),
        country: "XF".to_owned(),
        bic_codes: Vec::new(),
        group: None,
        timezone: "UTC",
        natures: NATURES,
        mode: ProviderMode::Web,
        status: ProviderStatus::Active,
        regulated: false,
        automatic_fetch: true,
        interactive: false,
        interactive_once: false,
        credentials: login_fields(),
        steps: Vec::new(),
        chooses_accounts: false,
        chooses_error: false,
        updates: false,
        max_consent_days: None,
        max_fetch_interval: 90,
        custom_pendings_period: None,
        max_interactive_delay: 180,
        refresh_timeout: 60,
        key_owner: KeyOwner::Saltedge,
        instruction: LOGIN,
    }
}

fn interactive_bank(code: &str, name: &str, steps: Vec<InteractiveStep>) -> Provider {
    Provider { automatic_fetch: false, interactive: true, steps, ..credentials_bank(code, name) }
}

pub(super) fn oauth_bank(code: &str, name: &str) -> Provider {
    Provider {
        mode: ProviderMode::Oauth,
        regulated: true,
        credentials: Vec::new(),
        chooses_accounts: true,
        max_consent_days: Some(180),
        instruction: AT_BANK,
        ..credentials_bank(code, name)
    }
}

const SMS_HTML: &str = "<p>A code was sent to your phone. In this sandbox it is <b>123456</b>.</p>";
const SECOND_HTML: &str = "<p>One more code. In this sandbox it is <b>654321</b>.</p>";
const TOKEN_HTML: &str = "<p>Type what your token shows. In this sandbox it is <b>778899</b>.</p>";
const CAPTCHA_HTML: &str = "<p>Type the letters of the image.</p><svg role=\"img\" aria-label=\"SALT42\" \
     width=\"180\" height=\"56\" viewBox=\"0 0 180 56\"><rect width=\"180\" height=\"56\" fill=\"#e8eef4\"/>\
     <path d=\"M0 40 Q45 5 90 36 T180 18\" stroke=\"#9db2c7\" fill=\"none\" stroke-width=\"3\"/>\
     <text x=\"22\" y=\"39\" font-family=\"serif\" font-size=\"30\" letter-spacing=\"4\" \
     transform=\"rotate(-3 90 28)\" fill=\"#28415c\">SALT42</text></svg>";

fn first_code() -> InteractiveStep {
    sms("sms", SMS_HTML, SMS_CODE)
}

fn captcha() -> InteractiveStep {
    InteractiveStep {
        field: field("captcha", "Letters", FieldNature::Text),
        html: CAPTCHA_HTML,
        answer: CAPTCHA,
    }
}

fn typed_in() -> Vec<Provider> {
    vec![
        credentials_bank("fakebank_simple_xf", "Fakebank Simple"),
        Provider {
            credentials: with_field(select(
                "branch",
                "Branch",
                &[("north", "North"), ("south", "South")],
            )),
            ..credentials_bank("fakebank_select_xf", "Fakebank with Select")
        },
        interactive_bank("fakebank_image_xf", "Fakebank with Image", vec![captcha()]),
        interactive_bank("fakebank_interactive_xf", "Fakebank Interactive", vec![first_code()]),
        interactive_bank(
            "fakebank_two_step_interactive_xf",
            "Fakebank Two Step Interactive",
            vec![first_code(), sms("second_code", SECOND_HTML, SECOND_CODE)],
        ),
        Provider {
            interactive: false,
            interactive_once: true,
            automatic_fetch: true,
            ..interactive_bank(
                "fakebank_semi_interactive_xf",
                "Fakebank Semi Interactive",
                vec![first_code()],
            )
        },
        Provider {
            credentials: with_field(Field {
                optional: true,
                ..field("branch_code", "Branch code", FieldNature::Text)
            }),
            ..credentials_bank("fakebank_with_optional_fields_xf", "Fakebank with Optional Fields")
        },
        Provider {
            mode: ProviderMode::Api,
            regulated: true,
            max_consent_days: Some(180),
            ..credentials_bank("fakebank_api_with_fields_xf", "Fakebank API with Fields")
        },
    ]
}

fn oauth() -> Vec<Provider> {
    vec![
        oauth_bank("fakebank_oauth_xf", "Fakebank OAuth"),
        oauth_bank("fakebank_oauth_with_pending_xf", "Fakebank OAuth with Pending"),
        oauth_bank(
            "fakebank_oauth_with_pending_and_available_balance_xf",
            "Fakebank OAuth with Pending and Available Balance",
        ),
        Provider {
            chooses_accounts: false,
            ..oauth_bank(
                "fakebank_oauth_with_n_transactions_xf",
                "Fakebank OAuth with N Transactions",
            )
        },
    ]
}

fn special() -> Vec<Provider> {
    vec![
        Provider {
            updates: true,
            ..credentials_bank("fakebank_with_updates_xf", "Fakebank with Updates")
        },
        interactive_bank(
            "fakebank_with_token_xf",
            "Fakebank with Token",
            vec![sms("token", TOKEN_HTML, TOKEN)],
        ),
        Provider {
            chooses_error: true,
            credentials: with_field(select("error", "Error to end with", ERRORS)),
            ..credentials_bank("fakebank_with_error_xf", "Fakebank with Error")
        },
        Provider {
            chooses_accounts: true,
            ..credentials_bank("fake_demobank_xf", "Fake Demobank")
        },
    ]
}

fn client_keys() -> Vec<Provider> {
    vec![
        Provider {
            mode: ProviderMode::Api,
            regulated: true,
            key_owner: KeyOwner::Client,
            max_consent_days: Some(180),
            ..credentials_bank("fake_client_xf", "Fake Bank API with Client Keys")
        },
        Provider {
            key_owner: KeyOwner::Client,
            ..oauth_bank("fake_oauth_client_xf", "Fake Bank with Client Keys")
        },
        Provider {
            mode: ProviderMode::Api,
            regulated: true,
            key_owner: KeyOwner::Client,
            max_consent_days: Some(180),
            ..interactive_bank(
                "fake_interactive_client_xf",
                "Fake Interactive Bank with Client Keys",
                vec![first_code()],
            )
        },
    ]
}

/// The errors that `fakebank_with_error_xf` offers.
const ERRORS: &[(&str, &str)] = &[
    ("InvalidCredentials", "Invalid credentials"),
    ("InvalidInteractiveCredentials", "Invalid interactive credentials"),
    ("InteractiveTimeout", "Interactive time-out"),
    ("ProviderAccessNotGranted", "Access not granted"),
    ("AllAccountsExcluded", "All accounts excluded"),
    ("ProviderError", "Error at the bank"),
    ("ProviderUnavailable", "Bank not available"),
    ("ConnectionFailed", "Connection failed"),
    ("ConnectionLost", "Connection lost"),
    ("FetchingTimeout", "Fetching time-out"),
    ("ExecutionTimeout", "Execution time-out"),
    ("InternalServerError", "Internal error"),
];

fn with_field(more: Field) -> Vec<Field> {
    let mut fields = login_fields();
    fields.push(more);
    fields
}

/// The catalogue by code, with ids that do not change: the sandboxes, and as many made-up banks as are asked for.
pub(crate) fn catalogue(more: BankList) -> BTreeMap<String, Provider> {
    (4_101..)
        .zip([typed_in(), oauth(), special(), client_keys()].into_iter().flatten())
        .chain((10_001..).zip(generated(more)))
        .map(|(id, provider)| (provider.code.clone(), Provider { id, ..provider }))
        .collect()
}
