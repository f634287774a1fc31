//! A function whose setting is missing or wrong does not start, and says which one in one sentence.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use local_cloud::{LocalCloud, Options, SaltEdge, StartError, TemplateText};

const PEM: &str = include_str!("../../simulator/keys/client-test-private.pem");

fn own() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml")).unwrap()
}

fn account(app_id: &str, private_key: &str) -> SaltEdge {
    SaltEdge {
        url: String::from("http://127.0.0.1:9/api/v6"),
        app_id: app_id.to_owned(),
        secret: String::from("secret"),
        private_key: private_key.to_owned(),
        callback_key: None,
        dashboard: None,
        tapped: false,
    }
}

/// Which function refused, and its sentence; none when all of them start.
async fn refusal(template: String, account: SaltEdge) -> Option<(String, String)> {
    let mut options = Options::new(account);
    options.template = TemplateText::Text(template);
    match LocalCloud::start(options).await {
        Ok(_) => None,
        Err(StartError::Function { function, why }) => Some((function, why)),
        Err(other) => panic!("it is not a function that refuses: {other}"),
    }
}

/// Every setting of every function: the function, and the number of its line in the template.
fn settings(template: &str) -> Vec<(String, usize)> {
    let (mut function, mut found) = ("", Vec::new());
    for (number, line) in template.lines().enumerate() {
        if let Some(rest) = line.trim().strip_prefix("BuildProperties: { Binary: ") {
            function = rest.trim_end_matches(" }");
        }
        if line.starts_with("          HALITE_") {
            found.push((function.to_owned(), number));
        }
    }
    found
}

fn name(line: &str) -> &str {
    line.trim().split(':').next().unwrap()
}

/// The template with one line replaced, or taken out.
fn with_line(template: &str, number: usize, line: Option<String>) -> String {
    let mut lines: Vec<String> = template.lines().map(str::to_owned).collect();
    match line {
        Some(line) => lines[number] = line,
        None => drop(lines.remove(number)),
    }
    lines.join("\n")
}

#[tokio::test]
async fn each_function_refuses_to_start_without_any_of_its_settings() {
    let template = own();
    let settings = settings(&template);
    assert!(settings.len() > 30, "the template is read: {settings:?}");
    for (function, number) in settings {
        let name = name(template.lines().nth(number).unwrap());
        // The first is read by the shell before the function starts (tests/load), the second may be missing.
        let elsewhere = match name {
            "HALITE_DEPLOYMENT" => ["webhook", "schedule", "statements"].contains(&&*function),
            other => other == "HALITE_CALLBACK_KEY_5",
        };
        let refused = refusal(with_line(&template, number, None), account("app", PEM)).await;
        let want = (!elsewhere).then(|| {
            let what = "is not set: give it in the function's environment in template.yaml";
            (function.clone(), format!("{name} {what}"))
        });
        assert_eq!(refused, want, "{function} without {name}");
    }
}

#[tokio::test]
async fn a_setting_of_no_use_is_named_with_what_to_give() {
    let template = own();
    let settings = settings(&template);
    for (setting, value, words) in [
        ("HALITE_MODE", "parnter", "partner or client"),
        ("HALITE_SALTEDGE_URL", "www.saltedge.com", "an absolute https URL"),
        ("HALITE_SALTEDGE_URL", "http://www.saltedge.com/api/v6", "use https"),
        ("HALITE_PUBLIC_URL", "api.example.com", "an absolute https address"),
        ("HALITE_PUBLIC_URL", "https://api.example.com/", "without a slash at the end"),
        ("HALITE_DASHBOARD_URL", "dashboard", "an absolute https address"),
        ("HALITE_SYNC_QUEUE_URL", "SyncQueue", "an absolute https address"),
        ("HALITE_REVOKE_QUEUE_URL", "arn:aws:sqs:eu-central-1:1:q", "an absolute https address"),
        ("HALITE_LOCALE", "de", "en or vi"),
        ("HALITE_SANDBOXES", "maybe", "`true` or `false`"),
        ("HALITE_PARTNER_CUSTOMER", "by_phone", "email"),
        ("HALITE_USER_VISITS", "many", "digit"),
        ("HALITE_TENANT_VISITS", "-1", "digit"),
        ("HALITE_CADENCE_HOURS", "5", "6 to 24"),
        ("HALITE_CADENCE_HOURS", "9223372036854775807", "6 to 24"),
        ("HALITE_CADENCE_HOURS", "twelve", "digit"),
        ("HALITE_DEPLOYMENT", "my halite", "letters"),
        ("HALITE_RETURN_URLS", "https://app.example", "JSON like"),
        ("HALITE_RETURN_URLS", r#"{"acme":["http://app.example"]}"#, "not https"),
        ("HALITE_RETURN_URLS", r#"{"acme":"https://app.example"}"#, "JSON like"),
        ("HALITE_CALLBACK_KEY_6", "no key", "PEM"),
        ("HALITE_CALLBACK_KEY_5", "no key", "PEM"),
    ] {
        let mut seen = 0;
        for (function, number) in &settings {
            let line = template.lines().nth(*number).unwrap();
            if name(line) != setting
                || (setting == "HALITE_DEPLOYMENT"
                    && ["webhook", "schedule", "statements"].contains(&function.as_str()))
            {
                continue;
            }
            seen += 1;
            let line = format!("          {setting}: '{value}'");
            let changed = with_line(&template, *number, Some(line));
            let refused = refusal(changed, account("app", PEM)).await;
            let (refused, why) =
                refused.unwrap_or_else(|| panic!("{function} starts with {setting}={value}"));
            assert_eq!(&refused, function);
            let named = why.starts_with(&format!("{setting} cannot be used: "));
            assert!(named && why.contains(words), "{function}, {setting}={value}: {why}");
            // The address of an open API may be said; nothing else that was given is.
            assert!(!why.contains(value), "{why}");
        }
        assert!(seen > 0, "nobody reads {setting}");
    }
}

#[tokio::test]
async fn a_secret_of_no_use_is_named_by_its_field() {
    let short = include_str!("../../../shared/salt-edge/tests/keys/short.pkcs8.pem");
    for (app_id, key, words) in [
        ("", PEM, "app_id is empty"),
        ("app", "no key", "private_key is not PEM"),
        ("app", short, "private_key is not an RSA key of at least 2048 bits"),
    ] {
        let (function, why) = refusal(own(), account(app_id, key)).await.unwrap();
        assert_eq!(function, "connect", "the first of the three that read it");
        assert!(why.contains("the secret of HALITE_SECRET_ID") && why.contains(words), "{why}");
    }
}
