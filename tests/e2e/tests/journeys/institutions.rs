//! L1: the banks that a user can choose from, searched in a catalogue of the usual size.

use std::collections::BTreeSet;

use e2e::{
    RETURN_TO, TENANT, User, options,
    raw::{Raw, raw},
    refusals::{assert_refused, send, table},
    user, world,
};
use local_cloud::{Service, World};
use serde_json::{Value, json};
use simulator::{BankList, ProviderStatus};

const BANK: &str = "fakebank_simple_xf";

/// Requests and read units, in halves, of connect to the table since the last reset.
fn reads(world: &World) -> (usize, u64) {
    let log = world.cloud.tap().log();
    world.cloud.tap().reset();
    let reads = log.iter().filter(|io| io.function == "connect" && io.service == Service::DynamoDb);
    reads.fold((0, 0), |(count, units), io| (count + 1, units + io.read_half_units))
}

/// The hits of a search, all its pages.
async fn all(user: &User<'_>, search: &str) -> Vec<Value> {
    let (mut hits, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = user.get(&format!("/v1/institutions?limit=100&{search}{cursor}")).await;
        hits.extend(page["institutions"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return hits,
        }
        assert_eq!(page["has_more"], true);
    }
}

fn texts<'a>(hits: &'a [Value], name: &str) -> Vec<&'a str> {
    hits.iter().map(|hit| hit[name].as_str().unwrap()).collect()
}

/// Bytes of the largest item of the catalogue, of all of them, and how many they are.
async fn sizes(world: &World) -> (usize, usize, usize) {
    let (client, table) = world.cloud.table();
    let mut sizes = Vec::new();
    let mut pages = client.scan().table_name(table).into_paginator().send();
    while let Some(page) = pages.next().await {
        for item in page.unwrap().items.unwrap_or_default() {
            if item["pk"].as_s().unwrap().starts_with("CATALOGUE") {
                sizes.push(item["d"].as_b().unwrap().as_ref().len());
            }
        }
    }
    (sizes.iter().copied().max().unwrap(), sizes.iter().sum(), sizes.len())
}

#[tokio::test]
async fn l1_six_thousand_banks_are_copied_and_found_in_one_or_two_reads() {
    let mut options = options();
    options.banks = BankList::of(6_000);
    let world = world(options).await;
    let ada = user(&world, TENANT, "ada");
    let (largest, total, items) = sizes(&world).await;
    println!("catalogue: {items} items, {total} bytes, the largest {largest}");
    assert!(largest < 10_000 && total < 300_000, "{largest} of {total} bytes");

    let mut cold = Vec::new();
    for (search, most) in
        [("country=LI&q=volksbank", 4), ("country=DE&q=volksbank", 24), ("q=phuong+dong", 110)]
    {
        world.cloud.tap().reset();
        ada.get(&format!("/v1/institutions?{search}")).await;
        let first = reads(&world);
        ada.get(&format!("/v1/institutions?{search}")).await;
        let (again, units) = reads(&world);
        assert!(first.0 <= 2 && first.1 <= most, "{search}: {first:?}");
        assert!(again == 1 && units <= 2, "{search}: {again} requests, {units} half units");
        cold.push((search, first, (again, units)));
    }
    println!("requests and half units, first and again: {cold:?}");

    let page = ada.get("/v1/institutions?country=VN").await;
    let countries = page["countries"].as_array().unwrap();
    let count: u64 = countries.iter().map(|one| one["institutions"].as_u64().unwrap()).sum();
    assert_eq!((countries.len(), count), (61, 6_019));

    let vietnam = all(&ada, "country=VN").await;
    let ids: BTreeSet<_> = texts(&vietnam, "id").into_iter().collect();
    let told = countries.iter().find(|one| one["code"] == "VN").unwrap();
    assert_eq!(json!(ids.len()), told["institutions"], "no bank twice, none left out");
    let eastern = |hit: &&Value| hit["name"].as_str().unwrap().contains("Phương Đông");
    let want: BTreeSet<_> =
        vietnam.iter().filter(eastern).map(|hit| hit["id"].as_str().unwrap()).collect();
    assert!(!want.is_empty());
    for q in ["phuong+dong", "PHƯƠNG+ĐÔNG", "phu%CC%9Bo%CC%9Bng+d%CC%B5o%CC%82ng"] {
        let found = all(&ada, &format!("country=VN&q={q}")).await;
        assert_eq!(texts(&found, "id").into_iter().collect::<BTreeSet<_>>(), want, "{q}");
    }
    let everywhere = all(&ada, "q=k%C3%B6ln").await;
    assert!(everywhere.iter().all(|hit| hit["name"].as_str().unwrap().contains("Köln")));
    let countries: BTreeSet<_> = texts(&everywhere, "country").into_iter().collect();
    assert!(countries.contains("DE") && countries.contains("AT"), "{countries:?}");
    assert_eq!(all(&ada, "q=Koeln").await, everywhere);

    let with_bic = vietnam.iter().find(|hit| hit["bic_codes"][0].is_string()).unwrap();
    let bic = with_bic["bic_codes"][0].as_str().unwrap();
    for search in [format!("bic={bic}"), format!("bic={}", bic.to_lowercase()), format!("q={bic}")]
    {
        assert_eq!(all(&ada, &search).await[0], *with_bic, "{search}");
    }
    let path = format!("/v1/institutions/{}", with_bic["id"].as_str().unwrap());
    world.cloud.tap().reset();
    assert_eq!(ada.get(&path).await, *with_bic);
    assert_eq!(reads(&world).0, 1);
}

#[tokio::test]
async fn l1_a_hit_says_what_to_expect_of_a_bank() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let hits = all(&ada, "country=xf").await;
    let first = |id: &str| hits.iter().find(|hit| hit["id"] == id).unwrap().clone();
    let mut simple = first(BANK);
    let natures = simple["account_natures"].take();
    assert!(natures.as_array().unwrap().contains(&json!("checking")), "{natures}");
    let want = json!({
        "id": BANK, "name": "Fakebank Simple", "group": null, "country": "XF", "bic_codes": [],
        "aggregator": "Salt Edge", "logo_url": "https://logo.example/fakebank_simple_xf.svg",
        "status": "active", "mode": "web", "unattended": true, "history_days": 90,
        "max_consent_days": null, "account_natures": null, "account_types": ["personal"],
        "instruction": "Enter the demo user name (username) and password (secret).", "timezone": "UTC",
    });
    assert_eq!(simple, want);
    assert_eq!(first("fakebank_interactive_xf")["unattended"], false);
    assert_eq!(first("fakebank_oauth_xf")["max_consent_days"], 180);
    let names = texts(&hits, "name");
    assert!(names.is_sorted_by_key(|name| name.to_lowercase()), "{names:?}");
    let found = all(&ada, "q=simple").await;
    assert_eq!(texts(&found, "id"), [BANK]);
    assert!(all(&ada, "q=%F0%9F%92%A9!").await.is_empty());

    // Out of order: shown, behind those that are served, and not linked. Closed: not shown.
    let control = world.salt_edge.control();
    control.set_provider_status(BANK, ProviderStatus::Inactive).unwrap();
    control.set_provider_status("fakebank_select_xf", ProviderStatus::Disabled).unwrap();
    world.settle().await;
    let after = all(&ada, "country=XF").await;
    assert_eq!((after.len(), hits.len()), (18, 19));
    let last = after.last().unwrap();
    assert_eq!((&last["id"], &last["status"]), (&json!(BANK), &json!("inactive")));
}

async fn with_tag(world: &World, path: &str, tag: &str) -> Raw {
    let bearer = format!("Bearer {}", user(world, TENANT, "ada").token());
    raw(world, "GET", path, &[("authorization", &bearer), ("if-none-match", tag)], b"").await
}

#[tokio::test]
async fn l1_an_answer_that_the_caller_has_is_not_sent_again() {
    let world = world(options()).await;
    let one = format!("/v1/institutions/{BANK}");
    for path in ["/v1/institutions?country=XF", one.as_str()] {
        let first = send(&world, "GET", path, b"").await;
        let tag = first.headers["etag"].clone();
        assert_eq!(first.headers["cache-control"], "private, max-age=60");
        for (sent, status) in [
            (tag.clone(), 304),
            (format!("\"other\", W/{tag}"), 304),
            ("\"other\"".to_owned(), 200),
        ] {
            let again = with_tag(&world, path, &sent).await;
            assert_eq!((again.status, &again.headers["etag"]), (status, &tag), "{path} {sent}");
            assert_eq!(again.text.is_empty(), status == 304, "{path} {sent}");
            assert_eq!(again.headers["cache-control"], "private, max-age=60");
        }
        let status = if path == one { ProviderStatus::Active } else { ProviderStatus::Inactive };
        world.salt_edge.control().set_provider_status(BANK, status).unwrap();
        world.settle().await;
        assert_eq!(with_tag(&world, path, &tag).await.status, 200, "{path}: it is another now");
    }
    let missing = with_tag(&world, "/v1/institutions/nobody_xf", "*").await;
    assert_eq!((missing.status, &*missing.headers["cache-control"]), (404, "no-store"));
}

/// What is wrong, the request, the answer.
const BAD: &str = r"
    no country            | GET /v1/institutions?country=X           | | 400 invalid_country
    a word                | GET /v1/institutions?country=Germany     | | 400 invalid_country
    a country of nobody   | GET /v1/institutions?country=ZZ          | | 400 invalid_country
    the United Kingdom    | GET /v1/institutions?country=UK          | | 400 invalid_country
    too short a BIC       | GET /v1/institutions?bic=COB             | | 400 invalid_parameter
    too long a BIC        | GET /v1/institutions?bic=COBADEFFXXXX    | | 400 invalid_parameter
    no BIC                | GET /v1/institutions?bic=COBA%00         | | 400 invalid_parameter
    no limit              | GET /v1/institutions?limit=0             | | 400 invalid_parameter
    a cursor of nobody    | GET /v1/institutions?cursor=AAAA         | | 400 invalid_cursor
    a cursor of another   | GET /v1/institutions?q=b&cursor={cursor} | | 400 invalid_cursor
    an unknown parameter  | GET /v1/institutions?name=x              | | 400 unknown_field
    an unknown parameter  | GET /v1/institutions/{bank}?country=XF   | | 400 unknown_field
    no id                 | GET /v1/institutions/%2e%2e%2fetc        | | 400 invalid_id
    an unknown bank       | GET /v1/institutions/nobody_xf           | | 404 institution_not_found
    a bank of no country  | GET /v1/institutions/nobody              | | 404 institution_not_found
";

#[tokio::test]
async fn l1_a_bad_search_says_what_to_do() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let page = ada.get("/v1/institutions?q=fake&limit=1").await;
    let cursor = page["next_cursor"].as_str().unwrap();
    let long = "ờ".repeat(101);
    let mut rows = table(BAD, &[("{bank}", BANK), ("{cursor}", cursor)]);
    let over = "too long | GET /v1/institutions?q={long} | | 400 invalid_parameter";
    rows.extend(table(over, &[("{long}", &long)]));
    assert_refused(&world, rows).await;
    ada.get(&format!("/v1/institutions?q={}", "ờ".repeat(100))).await;
    for (path, action, detail) in [
        ("/v1/institutions?country=UK", "choose_other_bank", "the countries are: XF"),
        ("/v1/institutions?country=x", "fix_request", "use the two letters of ISO 3166-1"),
        ("/v1/institutions?bic=1", "fix_request", "bic: 4 to 11 letters and digits"),
        ("/v1/institutions/nobody_xf", "choose_other_bank", ""),
    ] {
        let problem = send(&world, "GET", path, b"").await.json();
        assert_eq!(problem["next_action"]["code"], action, "{path}");
        assert!(problem["detail"].as_str().unwrap().contains(detail), "{problem}");
    }
}

#[tokio::test]
async fn l1_a_bank_that_cannot_be_linked_leads_to_another() {
    let mut options = options();
    options.banks = BankList::of(60);
    options.parameters.insert("IncludeSandboxes".into(), "false".into());
    let world = world(options).await;
    let ada = user(&world, TENANT, "ada");
    let control = world.salt_edge.control();
    let mut served = all(&ada, "").await;
    served.retain(|hit| hit["status"] == "active");
    let ids = texts(&served, "id");
    let (closed, ill, fine) = (ids[0].to_owned(), ids[1].to_owned(), ids[2].to_owned());
    let linked = ada.link(ids[3]).await;
    assert_eq!(linked["institution"]["id"], ids[3], "a made-up bank can be linked like any other");
    control.set_provider_status(&closed, ProviderStatus::Disabled).unwrap();
    control.set_provider_status(&ill, ProviderStatus::Inactive).unwrap();
    world.settle().await;
    let refused = ada.call("GET", "/v1/institutions?country=XF", None).await;
    assert_eq!(refused.problem(400), "invalid_country", "the sandboxes are off");
    for (bank, status, code) in [
        ("nobody_de", 404, "institution_not_found"),
        (BANK, 404, "institution_not_found"),
        (closed.as_str(), 409, "institution_unavailable"),
        (ill.as_str(), 409, "institution_unavailable"),
    ] {
        let body = json!({
            "intent": "link", "institution_id": bank, "email": "ada@example.com", "return_to": RETURN_TO,
        });
        let answer = ada.post("/v1/link-sessions", &body).await;
        assert_eq!(answer.problem(status), code, "{bank}");
        assert_eq!(answer.json["next_action"]["code"], "choose_other_bank", "{bank}");
    }
    // It goes out of order between the choice and the click.
    let session = ada.new_link(&fine).await;
    control.set_provider_status(&fine, ProviderStatus::Inactive).unwrap();
    world.settle().await;
    ada.browse(session["connect_url"].as_str().unwrap()).await;
    let session = ada.session(session["id"].as_str().unwrap()).await;
    assert_eq!(session["stage"], "failed", "{session}");
    assert_eq!(session["next_action"]["code"], "choose_other_bank", "{session}");
}
