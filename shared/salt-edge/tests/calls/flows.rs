//! What is sent for each thing that a function wants, and what is made of the answer.

use domain::bank::{Health, OpenPages, Tag, Visit};
use salt_edge::Mode;
use secrecy::ExposeSecret;
use serde_json::{Value, json as value};

use crate::{
    answers::{CONNECTION, CONNECTION_ID, CONSENTS, CUSTOMER, OPENED, PROVIDER, last_page},
    server::{Reply, Server, failed, html, json, ours, told},
};

fn tag() -> Tag {
    Tag {
        deployment: "halite-test".parse().unwrap(),
        tenant: "acme".parse().unwrap(),
        session: Some("lnk_1".parse().unwrap()),
    }
}

fn pages(visit: Visit) -> OpenPages {
    OpenPages {
        visit,
        return_to: "https://api.example.com/connect/return?state=a&b=<c>".to_owned(),
        locale: "en".to_owned(),
        from_date: "2025-12-01".parse().unwrap(),
        consent_days: 90,
        sandboxes: true,
        account_type: None,
        tag: tag(),
    }
}

fn attempt() -> Value {
    value!({
        "fetch_scopes": ["accounts", "balance", "transactions"],
        "custom_fields": { "deployment": "halite-test", "tenant": "acme", "session": "lnk_1" },
        "locale": "en",
        "return_to": "https://api.example.com/connect/return?state=a&b=<c>",
    })
}

#[tokio::test]
async fn pages_are_opened_in_the_grammar_of_v6() {
    let connection = CONNECTION_ID.parse().unwrap();
    let connect = Visit::Connect {
        customer: "1200340000000000001".parse().unwrap(),
        institution: "fake_oauth_client_xf".parse().unwrap(),
    };
    let consent = value!({
        "scopes": ["accounts", "transactions"], "from_date": "2025-12-01", "period_days": 90,
    });
    let reconnect = Visit::Reconnect(CONNECTION_ID.parse().unwrap());
    for (mode, visit, path, more) in [
        (
            Mode::Client,
            connect,
            "connect".to_owned(),
            value!({
                "customer_id": "1200340000000000001", "consent": consent,
                "widget": { "skip_provider_selection": true },
                "provider": { "code": "fake_oauth_client_xf", "include_sandboxes": true },
            }),
        ),
        (
            Mode::Client,
            reconnect,
            format!("{CONNECTION_ID}/reconnect"),
            value!({ "consent": consent }),
        ),
        (
            Mode::Partner,
            Visit::Refresh(connection),
            format!("{CONNECTION_ID}/refresh"),
            value!({ "consent": consent }),
        ),
        (
            Mode::Client,
            Visit::Refresh(CONNECTION_ID.parse().unwrap()),
            format!("{CONNECTION_ID}/refresh"),
            value!({}),
        ),
    ] {
        let server = Server::start([json(OPENED)]).await;
        let opened = server.client(mode).open(&pages(visit), server.now).await.unwrap();
        assert_eq!(
            opened.url.expose_secret(),
            "https://www.saltedge.com/connect?token=GENERATED_TOKEN"
        );
        assert_eq!(opened.expires_at, Some("2026-03-01T11:00:00Z".parse().unwrap()));
        let [seen] = server.seen().try_into().ok().unwrap();
        assert_eq!(seen.line, format!("POST /api/v6/connections/{path}"));
        assert_eq!(seen.expires_in, 900, "seconds ahead, far below an hour");
        let mut want = value!({
            "attempt": attempt(), "return_connection_id": true, "return_error_class": true,
            "automatic_refresh": true,
        });
        want.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(
            serde_json::from_str::<Value>(&seen.body).unwrap(),
            value!({ "data": want }),
            "{path}"
        );
    }
}

#[tokio::test]
async fn pages_without_a_web_address_are_no_pages() {
    for body in [r#"{"data":{}}"#, r#"{"data":{"connect_url":"javascript:alert(1)"}}"#] {
        let server = Server::start([json(body)]).await;
        let visit = Visit::Reconnect(CONNECTION_ID.parse().unwrap());
        let opened = server.client(Mode::Client).open(&pages(visit), server.now).await;
        assert_eq!(told(&opened), "unreadable: connect_url is missing or no web address");
    }
}

#[tokio::test]
async fn an_ask_takes_any_answer_that_is_json() {
    for (reply, want) in [
        (json(format!(r#"{{"data":{CONNECTION}}}"#)), Some("2026-03-01T11:05:00Z")),
        (json(OPENED), None),
        (json("{}"), None),
        (json(r#"{"data":[]}"#), None),
    ] {
        let server = Server::start([reply]).await;
        let client = server.client(Mode::Partner);
        let later = client.ask(&CONNECTION_ID.parse().unwrap(), &tag(), server.now).await.unwrap();
        assert_eq!(later, want.map(|text| text.parse().unwrap()));
        let [seen] = server.seen().try_into().ok().unwrap();
        assert_eq!(
            seen.line,
            format!("POST /api/v6/connections/{CONNECTION_ID}/background_refresh")
        );
        assert_eq!(
            seen.body,
            r#"{"data":{"attempt":{"fetch_scopes":["accounts","balance","transactions"],"custom_fields":{"deployment":"halite-test","tenant":"acme","session":"lnk_1"}}}}"#
        );
    }
}

#[tokio::test]
async fn a_refused_ask_says_until_when() {
    let body = r#"{"error":{"class":"ConnectionCannotBeRefreshed","message":"m"},
                   "next_refresh_possible_at":"2026-03-01T11:05:00Z"}"#;
    let server = Server::start([Reply(406, "application/json", body.into())]).await;
    let client = server.client(Mode::Partner);
    let asked = client.ask(&CONNECTION_ID.parse().unwrap(), &tag(), server.now).await;
    assert_eq!(told(&asked), "406 ConnectionCannotBeRefreshed Wait WaitUntil");
    let Err(domain::bank::BankError::Refused { failure, .. }) = asked else { unreachable!() };
    assert_eq!(failure.not_before, Some("2026-03-01T11:05:00Z".parse().unwrap()));
}

#[tokio::test]
async fn a_connection_is_shown_as_ours() {
    let server = Server::start([json(format!(r#"{{"data":{CONNECTION}}}"#))]).await;
    let id = CONNECTION_ID.parse().unwrap();
    let shown = server.client(Mode::Client).connection(&id, server.now).await.unwrap();
    assert_eq!(server.lines(), [format!("GET /api/v6/connections/{CONNECTION_ID}")]);
    assert_eq!((shown.id, shown.customer.as_str()), (id, "1200340000000000001"));
    assert_eq!((shown.health, shown.country.as_str()), (Health::Active, "XF"));
    assert_eq!(shown.last_consent, Some("1400560000000000003".parse().unwrap()));
    let attempt = shown.attempt.unwrap();
    assert_eq!((attempt.tag, attempt.finished, attempt.user_present), (Some(tag()), true, true));
    assert_eq!(attempt.failure, None);
}

#[tokio::test]
async fn another_connection_than_asked_for_is_not_taken() {
    let server = Server::start([
        json(format!(r#"{{"data":{CONNECTION}}}"#)),
        json(last_page(&[CONNECTION])),
    ])
    .await;
    let client = server.client(Mode::Client);
    let shown = client.connection(&"42".parse().unwrap(), server.now).await;
    assert_eq!(told(&shown), "unreadable: another connection than asked for");
    let listed = client.connections(&"43".parse().unwrap(), server.now).await;
    assert_eq!(told(&listed), "unreadable: a connection of another customer");
}

#[tokio::test]
async fn a_removal_is_only_what_says_so() {
    for (reply, want) in [
        (json(r#"{"data":{"id":"1300450000000000007","removed":true}}"#), "ok"),
        (Reply(204, "application/json", "".into()), "ok"),
        (
            json(r#"{"data":{"id":"1300450000000000007","removed":false}}"#),
            "unreadable: removed is false",
        ),
        (failed(404, "ConnectionNotFound"), "404 ConnectionNotFound Gone StartAgain"),
        (html(404), "404 not api"),
    ] {
        let server = Server::start([reply]).await;
        let id = CONNECTION_ID.parse().unwrap();
        let removed = server.client(Mode::Client).remove(&id, server.now).await;
        assert_eq!(told(&removed), want);
        assert_eq!(server.lines(), [format!("DELETE /api/v6/connections/{CONNECTION_ID}")]);
    }
}

#[tokio::test]
async fn a_consent_is_revoked_by_post_and_by_put_where_post_is_no_route() {
    let line = |method| format!("{method} /api/v6/consents/3/revoke?connection_id={CONNECTION_ID}");
    let done = || json(r#"{"data":{"id":"3","status":"revoked"}}"#);
    let post = [line("POST")].to_vec();
    let both = [line("POST"), line("PUT")].to_vec();
    for (replies, want, lines) in [
        (vec![done()], "ok", &post),
        (vec![Reply(204, "text/plain", "".into())], "ok", &post),
        (vec![failed(406, "AispConsentAlreadyRevoked")], "ok", &post),
        (vec![failed(406, "ConsentRevoked")], "ok", &post),
        (vec![html(404), done()], "ok", &both),
        (vec![html(404), html(404)], "404 not api", &both),
        (vec![html(500)], "500 not api", &post),
        (vec![failed(404, "ConsentNotFound")], "404 ConsentNotFound Gone RenewConsent", &post),
        (vec![failed(404, "RouteNotFound")], "404 RouteNotFound Ours Report", &post),
    ] {
        let server = Server::start(replies).await;
        let (connection, consent) = (CONNECTION_ID.parse().unwrap(), "3".parse().unwrap());
        let client = server.client(Mode::Client);
        let revoked = client.revoke_consent(&connection, &consent, server.now).await;
        assert_eq!(told(&revoked), want, "{lines:?}");
        let seen = server.seen();
        assert!(seen.iter().all(|seen| seen.body == r#"{"data":{}}"#));
        assert_eq!(&seen.into_iter().map(|seen| seen.line).collect::<Vec<_>>(), lines);
    }
}

#[tokio::test]
async fn consents_of_another_connection_are_never_handed_out() {
    let server = Server::start([json(CONSENTS), json(CONSENTS)]).await;
    let client = server.client(Mode::Client);
    let [consent] = client
        .consents(&CONNECTION_ID.parse().unwrap(), server.now)
        .await
        .unwrap()
        .try_into()
        .unwrap();
    assert_eq!(consent.period_days, Some(90));
    assert_eq!(consent.expires_at, Some("2026-05-30T10:00:00Z".parse().unwrap()));
    let foreign = client.consents(&"42".parse().unwrap(), server.now).await;
    assert_eq!(told(&foreign), "unreadable: a consent of another connection");
}

#[tokio::test]
async fn a_bank_is_shown_and_the_keys_are_tried_on_a_customer_of_ours() {
    let server = Server::start([
        json(format!(r#"{{"data":{PROVIDER}}}"#)),
        json(CUSTOMER),
        failed(404, "ApiKeyNotFound"),
        failed(404, "CustomerNotFound"),
        json(r#"{"data":{"customer_id":"42"}}"#),
        html(200),
    ])
    .await;
    let client = server.client(Mode::Client);
    let bank =
        client.institution(&"fakebank_simple_xf".parse().unwrap(), server.now).await.unwrap();
    assert_eq!((bank.history_days, bank.max_consent_days), (Some(90), None));
    assert_eq!((bank.unattended, bank.regulated, bank.health), (true, false, Health::Active));
    for want in [
        "ok",
        "404 ApiKeyNotFound Ours FixKeys",
        "404 CustomerNotFound Gone StartAgain",
        "unreadable: another customer than asked for",
        "200 not api",
    ] {
        assert_eq!(told(&client.control(&ours(), server.now).await), want);
    }
    assert_eq!(
        server.lines()[..2],
        [
            "GET /api/v6/providers/fakebank_simple_xf?include_sandboxes=true&include_ais_fields=true",
            "GET /api/v6/customers/1200340000000000001",
        ]
    );
}
