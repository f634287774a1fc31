//! Bad input: each kind has its own documented answer, and leaves no trace.

use e2e::{
    TENANT, options,
    raw::{items, raw},
    refusals::{BANK, LINKS, Row, assert_problem, assert_refused, link_with, send, table},
    user, world,
};
use serde_json::{Value, json};
use simulator::ProviderStatus;

const OUT_OF_ORDER: &str = "fakebank_simple_xf";

/// What is wrong, the member that is changed, its value in JSON (null = it is not there), the answer.
const MEMBERS: &str = r#"
    an unknown field            | colour         | "red"         | 400 unknown_field
    no intent                   | intent         | null          | 400 missing_field
    no return_to                | return_to      | null          | 400 missing_field
    no bank                     | institution_id | null          | 400 missing_field
    no e-mail                   | email          | null          | 400 missing_field
    an unknown intent           | intent         | "steal"       | 400 invalid_field
    a number for a text         | email          | 7             | 400 invalid_field
    a list for a text           | return_to      | ["https://x"] | 400 invalid_field
    no connection to reconnect  | intent         | "reconnect"   | 400 missing_field
    an unknown bank             | institution_id | "no_bank_xf"  | 404 institution_not_found
    a bank that cannot be       | institution_id | "../etc"      | 404 institution_not_found
    a bank that is out of order | institution_id | "{out}"       | 409 institution_unavailable
"#;

/// Ids, bodies and parameters of every route.
const REQUESTS: &str = r#"
    too long an id         | GET /v1/connections/{over}            |                    | 400 invalid_id
    no account id          | GET /v1/accounts/{con}                |                    | 400 invalid_id
    no session id          | GET /v1/link-sessions/{con}           |                    | 400 invalid_id
    an account of nobody   | GET /v1/accounts/acc_0                |                    | 404 account_not_found
    an unknown session     | GET /v1/link-sessions/lnk_000         |                    | 404 link_session_not_found
    a wrong code           | POST /v1/link-sessions/{lnk}/confirm  | {"code":"x"}       | 400 invalid_code
    no code                | POST /v1/link-sessions/{lnk}/confirm  | {}                 | 400 missing_field
    a field too many       | POST /v1/link-sessions/{lnk}/confirm  | {"code":"x","a":1} | 400 unknown_field
    no return_to           | POST /v1/connections/{con}/reconnect  | {}                 | 400 missing_field
    no return_to           | POST /v1/connections/{con}/refresh    | {"present":true}   | 400 missing_field
    present is no text     | POST /v1/connections/{con}/refresh    | {"present":"HUSH"} | 400 invalid_field
    an unknown connection  | POST /v1/connections/con_000/refresh  | {}                 | 404 connection_not_found
    a bad country          | GET /v1/institutions?country=XFX      |                    | 400 invalid_country
    a bad country          | GET /v1/institutions?country=4%2F     |                    | 400 invalid_country
    an unknown parameter   | GET /v1/institutions?colour=red       |                    | 400 unknown_field
    an unknown parameter   | GET /v1/connections?colour=red        |                    | 400 unknown_field
    an unknown parameter   | GET /v1/connections/{con}?colour=red  |                    | 400 unknown_field
    an unknown parameter   | DELETE /v1/connections/{con}?really=1 |                    | 400 unknown_field
    an unknown parameter   | GET /v1/accounts/{acc}?colour=red     |                    | 400 unknown_field
    an unknown parameter   | GET {rows}colour=red                  |                    | 400 unknown_field
    an unknown parameter   | GET {feed}from=2026-01-01             |                    | 400 unknown_field
    no day                 | GET {rows}from=2026-02-30             |                    | 400 invalid_parameter
    no day                 | GET {rows}to=HUSH                     |                    | 400 invalid_parameter
    no status              | GET {rows}status=HUSH                 |                    | 400 invalid_parameter
    no cursor              | GET {rows}cursor=HUSH                 |                    | 400 invalid_cursor
    a cursor of nobody     | GET /v1/connections?cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAA | | 400 invalid_cursor
    no cursor              | GET {feed}cursor=%00                  |                    | 400 invalid_cursor
"#;

#[tokio::test]
async fn a_bad_link_session_is_refused_and_leaves_no_trace() {
    let world = world(options()).await;
    let control = world.salt_edge.control();
    control.set_provider_status(OUT_OF_ORDER, ProviderStatus::Inactive).unwrap();
    world.settle().await;
    let row = |case: &str, body: Vec<u8>, status: u16, code: &str| Row {
        case: case.to_owned(),
        method: "POST".into(),
        path: LINKS.into(),
        body,
        answer: (status, code.to_owned()),
    };
    let mut rows = vec![
        row("not JSON", b"{".to_vec(), 400, "malformed_json"),
        row("not UTF-8", vec![b'"', 0xff, b'"'], 400, "malformed_json"),
        row("deep", "[".repeat(500).into_bytes(), 400, "malformed_json"),
        row("a list", b"[]".to_vec(), 400, "invalid_field"),
        row("a text", b"\"link\"".to_vec(), 400, "invalid_field"),
        row("null", b"null".to_vec(), 400, "invalid_field"),
        row("nothing", Vec::new(), 400, "missing_field"),
        row("large", link_with("phone", json!("x".repeat(64 * 1024))), 413, "body_too_large"),
    ];
    for line in MEMBERS.lines().filter(|line| !line.trim().is_empty()) {
        let [case, member, value, answer] = *line.split('|').map(str::trim).collect::<Vec<_>>()
        else {
            panic!("a row has four parts: {line}");
        };
        let value: Value = serde_json::from_str(&value.replace("{out}", OUT_OF_ORDER)).unwrap();
        let (status, code) = answer.split_once(' ').unwrap();
        rows.push(row(case, link_with(member, value), status.parse().unwrap(), code));
    }
    assert_refused(&world, rows).await;
}

#[tokio::test]
async fn bad_contact_data_is_refused_and_not_sent_back() {
    let world = world(options()).await;
    let emails = [
        "",
        "ada",
        "ada@",
        "@example.com",
        "ada@example",
        "ada@@example.com",
        "ada example.com",
        "ada@exam ple.com",
        "ada@example.com ",
        "Ada <ada@example.com>",
        "ada@[127.0.0.1]",
        "ada@example.com\r\nBcc: eve@example.com",
        "ada@.com",
        "ada@example..com",
        "ada@-a.com",
    ];
    let phones =
        ["", "12", "ring me", "+84 912 345 678 912 345", "+84<script>", "0912\n345678", "٠١٢٣٤٥٦"];
    let emails = emails.map(|value| ("email", value, "invalid_email"));
    let phones = phones.map(|value| ("phone", value, "invalid_phone"));
    let before = items(&world).await;
    for (name, value, code) in emails.into_iter().chain(phones) {
        let answer = send(&world, "POST", LINKS, &link_with(name, json!(value))).await;
        assert_eq!(answer.said(), (400, code.to_owned()), "{value:?}");
        assert_problem(&answer, value);
        assert_eq!(answer.json()["errors"][0]["pointer"], format!("/{name}"));
        assert!(value.len() < 5 || !answer.text.contains(value), "{value:?} came back");
    }
    assert_eq!(items(&world).await, before);
}

#[tokio::test]
async fn bad_ids_and_parameters_are_refused_and_leave_no_trace() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let con = connection["id"].as_str().unwrap();
    let acc = connection["accounts"][0]["id"].as_str().unwrap();
    let session = ada.new_link(BANK).await;
    let rows = format!("/v1/accounts/{acc}/transactions?");
    let feed = format!("/v1/connections/{con}/transactions/sync?");
    let names = [
        ("{con}", con),
        ("{acc}", acc),
        ("{lnk}", session["id"].as_str().unwrap()),
        ("{over}", &format!("con_{}", "a".repeat(41))),
        ("{rows}", &rows),
        ("{feed}", &feed),
    ];
    let mut all = table(REQUESTS, &names);
    let no_ids = ["x", "con_", "con_UPPER", "acc_abc", "con_a%23b", "con_%00", "%F0%9F%92%A9"];
    for id in no_ids {
        let both = "no id | GET /v1/connections/{no} | | 400 invalid_id\n\
                    no id | DELETE /v1/connections/{no} | | 400 invalid_id";
        all.extend(table(both, &[("{no}", id)]));
    }
    for (path, most) in [
        ("/v1/institutions?", 100),
        ("/v1/connections?", 100),
        (rows.as_str(), 100),
        (feed.as_str(), 500),
    ] {
        for limit in ["0", "-1", "1.5", "ten", "99999999999999999999", &(most + 1).to_string()] {
            let row = "out of range | GET {path}limit={limit} | | 400 invalid_parameter";
            all.extend(table(row, &[("{path}", path), ("{limit}", limit)]));
        }
    }
    assert_refused(&world, all).await;
    for (method, path, body, pointer) in [
        ("GET", format!("{rows}to=HUSH"), "", "?to"),
        ("POST", format!("/v1/connections/{con}/refresh"), r#"{"present":"HUSH"}"#, "/present"),
    ] {
        let answer = send(&world, method, &path, body.as_bytes()).await;
        assert!(!answer.text.contains("HUSH"), "a value came back: {}", answer.text);
        assert_eq!(answer.json()["errors"][0]["pointer"], pointer);
    }
    assert_eq!(ada.stands(&connection).await.0, "active");
}

#[tokio::test]
async fn a_problem_speaks_the_readers_language() {
    let world = world(options()).await;
    let token = format!("Bearer {}", user(&world, TENANT, "ada").token());
    let mut sentences = Vec::new();
    for language in ["en-GB,en;q=0.9", "vi-VN,vi;q=0.9", "fr"] {
        let headers = [("authorization", token.as_str()), ("accept-language", language)];
        let answer = raw(&world, "GET", "/v1/connections/con_000", &headers, b"").await;
        sentences.push(answer.json()["display_message"].as_str().unwrap().to_owned());
    }
    assert_ne!(sentences[0], sentences[1]);
    assert_eq!(sentences[0], sentences[2], "what we do not speak is English");
}
