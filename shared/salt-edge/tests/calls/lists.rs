//! Accounts, rows and banks: what can be read is kept, what cannot is set apart and says why.

use domain::{bank::Rows, secret::Personal};
use salt_edge::Mode;

use crate::{
    answers::{ACCOUNT_ID, CONNECTION_ID, PROVIDER, last_page, page, row},
    server::{Server, failed, json},
};

/// What was set aside, by account, and why.
fn set_aside(rows: &[domain::bank::Quarantined]) -> Vec<(Option<String>, &str)> {
    let account = |row: &domain::bank::Quarantined| row.account.as_ref().map(ToString::to_string);
    rows.iter().map(|row| (account(row), row.why.as_str())).collect()
}

#[tokio::test]
async fn accounts_are_read_one_by_one() {
    let account = |id: &str, rest: &str| {
        format!(
            r#"{{"id":"{id}","connection_id":"{CONNECTION_ID}","name":"XF12","nature":"checking",{rest}}}"#
        )
    };
    let good = account(
        "1",
        r#""balance":2412.2,"currency_code":"EUR","extra":{"iban":"XF12","balance_type":"CLBD","updated_on_last_attempt":true,"transactions_count":{"posted":22}}"#,
    );
    let number = account(
        "2",
        r#""balance":-1,"currency_code":"JPY","extra":{"sort_code":"040004","account_number":12345678}"#,
    );
    let bare = account("3", r#""balance":0.0,"currency_code":"KWD","extra":null"#);
    let no_balance = account("4", r#""currency_code":"EUR""#);
    let coin = account("5", r#""balance":1,"currency_code":"BTC""#);
    let foreign = good.replace(CONNECTION_ID, "42");
    let page = last_page(&[&good, &number, &bare, &no_balance, &coin, &foreign, "7"]);
    let server = Server::start([json(page)]).await;
    let id = CONNECTION_ID.parse().unwrap();
    let listed = server.client(Mode::Client).accounts(&id, server.now).await.unwrap();
    assert_eq!(
        server.lines(),
        [format!("GET /api/v6/accounts?connection_id={CONNECTION_ID}&per_page=1000")]
    );
    let shown: Vec<_> = listed
        .rows
        .iter()
        .map(|account| {
            let number = account.iban.as_ref().or(account.number.as_ref());
            let balance = account.balance.map(|read| read.money.text());
            (
                account.id.as_str(),
                balance,
                number.map(Personal::reveal),
                account.updated_on_last_attempt,
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("1", Some("2412.20".to_owned()), Some("XF12"), Some(true)),
            ("2", Some("-1".to_owned()), Some("040004 12345678"), None),
            ("3", Some("0.000".to_owned()), None, None),
            ("4", None, None, None),
        ]
    );
    let apart = set_aside(&listed.quarantined);
    assert_eq!(
        apart,
        [
            (Some("5".to_owned()), "currency_code is missing or not in ISO 4217"),
            (Some("1".to_owned()), "connection_id is not the one asked for"),
            (None, "not an object"),
        ]
    );
}

#[tokio::test]
async fn rows_of_another_account_or_list_are_set_apart() {
    let booked = row("11");
    let pending = row("12").replace("posted", "pending");
    let duplicate = row("13").replace(r#""duplicated":false"#, r#""duplicated":true"#);
    let foreign = row("14").replace(ACCOUNT_ID, "42");
    let silent =
        row("15").replace(r#""duplicated":false,"#, "").replace(r#""status":"posted","#, "");
    let all = last_page(&[&booked, &pending, &duplicate, &foreign, &silent, "7"]);
    for (rows, kept, flag) in [
        (Rows::Booked, &["11", "15"][..], ""),
        (Rows::Pending, &["12", "15"], "&pending=true"),
        (Rows::Duplicated, &["13", "15"], "&duplicated=true"),
    ] {
        let server = Server::start([json(all.as_str())]).await;
        let (connection, account) = (CONNECTION_ID.parse().unwrap(), ACCOUNT_ID.parse().unwrap());
        let client = server.client(Mode::Client);
        let listed =
            client.transactions(&connection, &account, rows, None, server.now).await.unwrap();
        let ids: Vec<_> = listed.rows.iter().map(|row| row.id.as_str()).collect();
        assert_eq!(ids, kept, "{rows:?}");
        assert_eq!(listed.quarantined.len(), 4, "{rows:?}");
        assert!(server.lines()[0].contains(flag), "{rows:?}");
        assert!(listed.quarantined.iter().all(|row| row.account.as_ref() == Some(&account)));
    }
}

#[tokio::test]
async fn the_catalogue_survives_a_bank_that_cannot_be_read() {
    let nameless = PROVIDER.replace(r#""name": "Fakebank Simple","#, "");
    let odd = PROVIDER
        .replace(r#""status": "active""#, r#""status": "sleeping""#)
        .replace("[\"FAKEXF22\"]", "null")
        .replace(r#""max_fetch_interval": 90"#, r#""max_fetch_interval": 99999"#);
    let server = Server::start([json(last_page(&[PROVIDER, &nameless, &odd]))]).await;
    let listed = server.client(Mode::Client).institutions(true, server.now).await.unwrap();
    assert_eq!(
        server.lines(),
        ["GET /api/v6/providers?include_sandboxes=true&include_ais_fields=true&per_page=1000"]
    );
    assert_eq!((listed.rows.len(), listed.quarantined.len()), (2, 1));
    assert_eq!(listed.rows[0].bic_codes, ["FAKEXF22"]);
    assert_eq!(listed.rows[1].health, domain::bank::Health::Unknown);
    assert_eq!(listed.rows[1].history_days, Some(u16::MAX));
    assert_eq!(listed.quarantined[0].why, "name is missing");
}

#[tokio::test]
async fn the_catalogue_is_read_at_its_pace_and_waits_when_there_were_too_many() {
    let bank = |id: u32| PROVIDER.replacen("4102", &id.to_string(), 1);
    let page = |id: u32| json(page(&[&bank(id)], &format!(r#"{{"next_id":"{}"}}"#, id + 1)));
    let busy = failed(429, "TooManyRequests");
    let server = Server::start([page(1), busy, page(2), json(last_page(&[&bank(3)]))]).await;
    let began = std::time::Instant::now();
    let listed = server.client(Mode::Client).institutions(true, server.now).await.unwrap();
    let took = began.elapsed().as_millis();
    assert_eq!((listed.rows.len(), server.lines().len()), (3, 4));
    assert!(took >= 3 * 100 + 500, "three pages and a pause in {took} ms");
}
