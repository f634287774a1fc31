//! Envelopes, pages, the grammar of requests, errors.

use serde_json::{Value, json};
use simulator::ClientKind;

use crate::support::{Integrator, client};

#[tokio::test]
async fn a_thousand_rows_and_more_come_in_pages_and_none_is_lost() {
    let us = Integrator::partner().await;
    let id = us.connected("fakebank_oauth_with_n_transactions_xf").await;
    let first = us.get(&format!("/transactions?connection_id={id}")).await.json();
    assert_eq!(first["data"].as_array().unwrap().len(), 100, "default page");
    let path = format!("/transactions?connection_id={id}&per_page=1000");
    let page = us.get(&path).await.json();
    assert_eq!(page["data"].as_array().unwrap().len(), 1_000);
    let next_id = page["meta"]["next_id"].as_str().unwrap();
    let next_page = page["meta"]["next_page"].as_str().unwrap();
    assert_eq!(next_page, format!("/api/v6{path}&from_id={next_id}"), "relative, with the prefix");
    let last = us.get(next_page.strip_prefix("/api/v6").unwrap()).await.json();
    assert_eq!(last["data"].as_array().unwrap().len(), 200);
    assert_eq!(last["data"][0]["id"], next_id, "from_id is inclusive");
    assert_eq!(last["meta"], json!({ "next_id": null, "next_page": null }));

    let all = us.transactions(id).await;
    let ids: Vec<u64> =
        all.iter().map(|row| row["id"].as_str().unwrap().parse().unwrap()).collect();
    assert_eq!(ids.len(), 1_200);
    assert!(ids.is_sorted() && ids.iter().all(|id| id.to_string().len() == 19));
    assert_eq!(us.all(&format!("/transactions?connection_id={id}&from_id=0")).await.len(), 1_200);
}

#[tokio::test]
async fn rows_that_come_in_between_two_pages_come_at_the_end() {
    let us = Integrator::partner().await;
    let bank = "fakebank_oauth_xf";
    let id = us.connected(bank).await;
    let all = us.transactions(id).await;
    let page = us.get(&format!("/transactions?connection_id={id}&per_page=25")).await.json();
    let row = simulator::NewRow::booked("-1.5".parse().unwrap(), "IN BETWEEN");
    us.salt_edge.control().add_row(&simulator::BankAt::of(bank), "account-1", row).unwrap();
    us.refreshed(id).await;
    let next = page["meta"]["next_page"].as_str().unwrap().strip_prefix("/api/v6").unwrap();
    let rest = us.all(next).await;
    assert_eq!(rest.len(), all.len() - 25 + 1);
    assert_eq!(rest[..rest.len() - 1], all[25..]);
    assert_eq!(rest.last().unwrap()["description"], "IN BETWEEN");
}

#[tokio::test]
async fn a_page_clamps_and_refuses_nonsense() {
    let us = Integrator::licensed().await;
    for number in 0..5 {
        us.customer(&format!("user-{number}")).await;
    }
    for (query, rows) in
        [("per_page=2", 2), ("per_page=0", 1), ("per_page=9999", 5), ("from_id=0", 5)]
    {
        let page = us.get(&format!("/customers?{query}")).await.data();
        assert_eq!(page.as_array().unwrap().len(), rows, "{query}");
    }
    for query in ["per_page=many", "from_id=x", "from_id=99999999999999999999"] {
        assert_eq!(
            us.get(&format!("/customers?{query}")).await.class(),
            "ValueOutOfRange",
            "{query}"
        );
    }
}

#[tokio::test]
async fn an_unknown_route_is_an_html_404() {
    let us = Integrator::licensed().await;
    let id = us.connected("fakebank_simple_xf").await;
    let account = us.accounts(id).await[0]["id"].as_str().unwrap().to_owned();
    for (method, path) in [
        ("GET", format!("/accounts/{account}")),
        ("GET", "/attempts".to_owned()),
        ("GET", "/holder_info".to_owned()),
        ("GET", "/transactions/pending".to_owned()),
        ("PUT", "/transactions/duplicate".to_owned()),
        ("POST", "/connect_sessions/create".to_owned()),
        ("PUT", format!("/connections/{id}/refresh")),
        ("DELETE", "/countries".to_owned()),
        ("GET", "/leads".to_owned()),
    ] {
        let answer = us.raw(method, &path, "").await;
        assert_eq!(answer.status, 404, "{method} {path}");
        assert!(answer.content_type.starts_with("text/html"), "{method} {path}");
        assert!(answer.text.starts_with("<!DOCTYPE html>"), "{method} {path}");
    }
    let v5 = us.salt_edge.api_url().replace("v6", "v5");
    let answer = us.send("GET", &format!("{v5}/countries"), "", &[]).await.unwrap();
    assert!(answer.content_type.starts_with("text/html"));
}

#[tokio::test]
async fn an_error_has_class_message_url_and_echo() {
    let us = Integrator::licensed().await;
    let answer = us.post("/customers", json!({ "identifier": " " })).await;
    let body = answer.json();
    assert_eq!(answer.status, 400);
    assert_eq!(body["error"]["class"], "IdentifierInvalid");
    assert!(body["error"]["message"].is_string() && body["error"]["request_id"].is_string());
    let url = body["error"]["documentation_url"].as_str().unwrap();
    assert_eq!(url, "https://docs.saltedge.com/v6/#errors-identifier_invalid");
    assert_eq!(body["request"], json!({ "data": { "identifier": " " } }));
}

#[tokio::test]
async fn the_body_must_be_what_the_grammar_says() {
    let us = Integrator::partner().await;
    let customer = us.customer("user").await;
    let good = Integrator::connect_data(&customer, "fakebank_simple_xf");
    let with = |pointer: &str, value: Value| {
        let mut data = good.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        data.pointer_mut(parent).unwrap()[key] = value;
        data
    };
    for (name, data, class) in [
        ("as it is", good.clone(), "200"),
        (
            "numeric customer id",
            with("/customer_id", json!(customer.parse::<u64>().unwrap())),
            "200",
        ),
        ("flat v5 key", with("/provider_code", json!("x")), "WrongRequestFormat"),
        ("v5 key", with("/daily_refresh", json!(true)), "WrongRequestFormat"),
        ("v5 key inside", with("/attempt/from_date", json!("2026-01-01")), "WrongRequestFormat"),
        ("text for bool", with("/return_connection_id", json!("true")), "WrongRequestFormat"),
        ("no consent", with("/consent", Value::Null), "WrongRequestFormat"),
        ("no scopes", with("/consent/scopes", json!([])), "WrongRequestFormat"),
        ("v5 scope", with("/consent/scopes", json!(["account_details"])), "ConsentScopesInvalid"),
        (
            "future consent",
            with("/consent/from_date", json!("2027-01-01")),
            "InvalidConsentFromDate",
        ),
        ("no days", with("/consent/period_days", json!(0)), "InvalidConsentPeriod"),
        ("bad date", with("/attempt/fetch_from_date", json!("1.2.2026")), "DateFormatInvalid"),
        ("unknown scope", with("/attempt/fetch_scopes", json!(["all"])), "FetchScopesInvalid"),
        (
            "beyond the consent",
            with("/attempt/fetch_scopes", json!(["holder_info"])),
            "FetchScopesNotAllowed",
        ),
        ("fields", with("/attempt/custom_fields", json!("x")), "CustomFieldsFormatInvalid"),
        (
            "big fields",
            with("/attempt/custom_fields", json!({ "a": "x".repeat(1_100) })),
            "CustomFieldsSizeTooBig",
        ),
        ("no URL", with("/attempt/return_to", json!("back")), "ReturnURLInvalid"),
        (
            "long URL",
            with("/attempt/return_to", json!(format!("https://a.example/{}", "x".repeat(2_040)))),
            "ReturnURLTooLong",
        ),
        ("unknown bank", with("/provider/code", json!("bank_of_nowhere")), "ProviderNotFound"),
        (
            "sandbox not asked for",
            with("/provider/include_sandboxes", json!(false)),
            "ProviderNotFound",
        ),
        ("other mode", with("/provider/modes", json!(["oauth"])), "WrongProviderMode"),
        ("stranger", with("/customer_id", json!("42")), "CustomerNotFound"),
    ] {
        assert_eq!(us.post("/connections/connect", data).await.class(), class, "{name}");
    }
    let connect = "/connections/connect";
    for (body, class) in
        [("{", "JsonParseError"), ("[]", "WrongRequestFormat"), ("{\"a\":1}", "WrongRequestFormat")]
    {
        assert_eq!(us.raw("POST", connect, body).await.class(), class, "{body}");
    }
    us.salt_edge.control().switch(|s| s.strict_grammar = false);
    let lenient = us.post(connect, with("/daily_refresh", json!(true))).await;
    assert_eq!(lenient.class(), "200", "the lenient switch ignores unknown keys");
}

#[tokio::test]
async fn customers_live_and_die() {
    let us = Integrator::licensed().await;
    let id = us.customer("tenant-1").await;
    let again = us.post("/customers", json!({ "identifier": "tenant-1" })).await;
    assert_eq!((again.status, again.class().as_str()), (409, "DuplicatedCustomer"));
    let email = us.post("/customers", json!({ "email": "a@b.example" })).await;
    assert_eq!(email.class(), "WrongRequestFormat", "a licensed client has identifiers");
    for path in [format!("/customers/{id}"), "/customers/tenant-1".to_owned()] {
        let shown = us.get(&path).await.data();
        assert_eq!(shown["customer_id"], id, "{path}");
        assert_eq!(shown["categorization_type"], "personal");
    }
    us.salt_edge.control().switch(|s| s.customer_by_identifier = false);
    assert_eq!(us.get("/customers/tenant-1").await.class(), "CustomerNotFound");
    let connection = us.connected_again(&id, "fakebank_simple_xf").await;
    let gone = us.delete(&format!("/customers/{id}")).await.data();
    assert_eq!(gone, json!({ "customer_id": id, "deleted": true }));
    assert_eq!(us.get(&format!("/customers/{id}")).await.class(), "CustomerNotFound");
    assert_eq!(us.get(&format!("/connections/{connection}")).await.class(), "ConnectionNotFound");
}

#[tokio::test]
async fn a_partner_creates_customers_by_the_practice_of_the_switch() {
    use simulator::{PartnerCustomers as P, SameEmail};
    let email = json!({ "email": "jane@example.com" });
    let identifier = json!({ "identifier": "jane@example.com" });
    let both = json!({ "email": "jane@example.com", "identifier": "u-1", "kyc": {} });
    for (practice, data, class) in [
        (P::Either, &email, "200"),
        (P::Either, &identifier, "200"),
        (P::Either, &both, "200"),
        (P::Email, &identifier, "EmailInvalid"),
        (P::Email, &both, "200"),
        (P::Identifier, &email, "IdentifierInvalid"),
        (P::Identifier, &identifier, "200"),
        (P::Either, &json!({}), "IdentifierInvalid"),
        (P::Either, &json!({ "email": "jane" }), "EmailInvalid"),
    ] {
        let us = Integrator::partner().await;
        us.salt_edge.control().switch(|s| s.partner_customers = practice);
        assert_eq!(us.post("/customers", data.clone()).await.class(), class, "{practice:?} {data}");
    }
    let us = Integrator::partner().await;
    let first = us.post("/customers", email.clone()).await.data();
    assert_eq!(us.post("/customers", email.clone()).await.class(), "DuplicatedCustomer");
    us.salt_edge.control().switch(|s| s.same_email = SameEmail::SameCustomer);
    assert_eq!(us.post("/customers", email).await.data()["customer_id"], first["customer_id"]);
}

#[tokio::test]
async fn the_catalogue_is_filtered() {
    let us = Integrator::licensed().await;
    let codes = |page: Value| -> Vec<String> {
        let all = page.as_array().unwrap().clone();
        all.iter().map(|bank| bank["code"].as_str().unwrap().to_owned()).collect()
    };
    for (query, count) in [
        ("", 0),
        ("include_sandboxes=true", 19),
        ("include_sandboxes=true&country_code=XF", 19),
        ("include_sandboxes=true&country_code=DE", 0),
        ("include_sandboxes=true&mode=oauth", 5),
        ("include_sandboxes=true&key_owner=client", 3),
    ] {
        let page = us.get(&format!("/providers?{query}")).await.data();
        assert_eq!(codes(page).len(), count, "{query}");
    }
    let query = "include_sandboxes=true&include_ais_fields=true&include_credentials_fields=true";
    let bank = us.get(&format!("/providers/fakebank_select_xf?{query}")).await.data();
    assert_eq!(bank["credentials_fields"][2]["field_options"][0]["option_value"], "north");
    assert_eq!(bank["refresh_timeout"], 60);
    assert_eq!(us.get("/providers/nowhere").await.class(), "ProviderNotFound");
    let countries = us.get("/countries").await.data();
    assert!(countries.as_array().unwrap().iter().any(|country| country["code"] == "XF"));
    let rates = us.get("/rates?date=2026-03-01").await.data();
    assert_eq!(rates[1], json!({ "currency_code": "EUR", "rate": 1.0817, "fail": false }));
    assert_eq!(us.get("/rates?date=yesterday").await.class(), "DateFormatInvalid");
}

#[tokio::test]
async fn nobody_sees_another_clients_things() {
    let us = Integrator::licensed().await;
    let id = us.connected("fakebank_simple_xf").await;
    let customer = us.connection(id).await["customer_id"].as_str().unwrap().to_owned();
    let other = simulator::Client { app_id: "other".into(), ..client(ClientKind::Client) };
    us.salt_edge.control().put_client(other.in_state(simulator::ClientState::Test));
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    for path in [
        format!("/connections/{id}"),
        format!("/customers/{customer}"),
        format!("/accounts?connection_id={id}"),
        format!("/transactions?connection_id={id}"),
        format!("/consents?customer_id={customer}"),
    ] {
        let request = http.get(format!("{}{path}", us.salt_edge.api_url()));
        let answer = request.header("App-id", "other").header("Secret", "secret").send().await;
        assert_eq!(answer.unwrap().status().as_u16(), 404, "{path}");
    }
}
