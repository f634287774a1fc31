//! What Salt Edge's documentation leaves open: link, read and revoke work whichever way it is.

use e2e::{TENANT, minutes, options, user, world};
use local_cloud::WorldOptions;
use serde_json::{Value, json};
use simulator::{BankAt, ClientKind, NewRow, Switches, Walk};

use crate::link::same_money;

/// Settings of the switches that differ from the default, several in one world.
fn settings() -> [Value; 4] {
    [
        json!({
            "numeric_ids": true, "consent_errors": "aisp", "revoke_route": "put_only",
            "revoked_data": "hidden", "consent_callback": "consent_status", "default_per_page": 7,
            "partner_customers": "email", "background_answer": "connect_url",
            "success_callbacks": 1, "notify_callbacks": false, "category": "never",
            "pending_ids": "stable", "posting_keeps_id": true, "same_login": "duplicated",
            "background_limit_status": 429, "unticked_box": "ask_again",
        }),
        json!({
            "strict_grammar": false, "revoke_route": "post_only", "revoked_data": "removed",
            "consent_callback": "status", "customer_by_identifier": false,
            "partner_customers": "identifier", "same_email": "same_customer",
            "connect_answer_token": true, "success_callbacks": 2, "finish_fetching_stage": true,
            "success_customer_identifier": true, "category": "when_categorized",
            "same_login": "reconnect", "nightly_counts": false, "next_refresh_in_error": false,
            "reconnect_retires_consent": true,
        }),
        json!({
            "return_when": "authorised", "interactive_timeout": "Unfinished",
            "period_over_max": "refused", "detects_duplicates": true, "removal_reaches_copy": true,
            "error_request_id": false, "retry_after": true, "cancel_calls_back": false,
            "partner_may_delete": true,
        }),
        json!({
            "return_when": "authorised", "stage_millis_of": {"fetch_accounts": 70_000},
            "numeric_ids": true, "revoked_data": "removed", "nightly_refresh": false,
            "partner_refresh_needs_consent": true,
        }),
    ]
}

#[tokio::test]
async fn a_partner_links_reads_and_revokes_whatever_is_the_case() {
    for setting in settings() {
        journey(ClientKind::Partner, &setting).await;
    }
}

#[tokio::test]
async fn a_licence_holder_links_reads_and_revokes_whatever_is_the_case() {
    for setting in settings() {
        journey(ClientKind::Client, &setting).await;
    }
}

/// Link, a new row by a refresh, a reconnect, and the revocation as far as it goes.
async fn journey(kind: ClientKind, setting: &Value) {
    let bank = "fakebank_oauth_with_pending_xf";
    let mut switches = serde_json::to_value(options().switches).unwrap();
    for (name, value) in setting.as_object().unwrap() {
        switches[name] = value.clone();
    }
    let switches: Switches = serde_json::from_value(switches).unwrap();
    let world = world(WorldOptions { kind, switches, ..options() }).await;
    let ada = user(&world, TENANT, "ada");
    let session = ada.new_link(bank).await;
    let pages = ada.visit(&session, &Walk::default()).await;
    ada.confirm(&pages).await.expect(200);
    world.advance(minutes(2), minutes(1)).await;
    let shown = ada.session(&pages.session).await;
    assert_eq!(shown["stage"], "finished", "{kind:?} {setting}: {shown:#}");
    let path = format!("/v1/connections/{}", shown["connection_id"].as_str().unwrap());
    same_money(&world, &ada, &ada.get(&path).await).await;

    let row = NewRow::booked("-3.20".parse().unwrap(), "COFFEE");
    world.salt_edge.control().add_row(&BankAt::of(bank), "account-1", row).unwrap();
    world.advance(minutes(62), minutes(62)).await;
    ada.post(&format!("{path}/refresh"), &json!({})).await.expect(202);
    world.advance(minutes(2), minutes(1)).await;
    let connection = ada.get(&path).await;
    assert_eq!(connection["status"], "active", "{kind:?} {setting}: {connection:#}");
    same_money(&world, &ada, &connection).await;

    let gone = ada.call("DELETE", &path, None).await.expect(202);
    assert_ne!(gone["status"], "active", "{kind:?} {setting}");
    world.advance(minutes(10), minutes(1)).await;
    let want = if kind == ClientKind::Client { "revoked" } else { "left_with_owner" };
    let connection = ada.get(&path).await;
    assert_eq!(connection["status"], want, "{kind:?} {setting}: {connection:#}");
    assert!(world.cloud.dead_letters().is_empty(), "{kind:?} {setting}");
}
