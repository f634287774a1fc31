//! What banks do to their rows, and what the statement makes of it.

use e2e::{TENANT, hours, minutes, options, oracle, user, world};
use serde_json::Value;
use simulator::{BankAt, NewRow, RowEdit};

use crate::{BANK, add, bank, refresh, row};

fn texts(rows: &[Value], status: &str) -> Vec<String> {
    let rows = rows.iter().filter(|row| row["status"] == status);
    rows.map(|row| row["description"].as_str().unwrap().to_owned()).collect()
}

async fn first_account(user: &e2e::User<'_>, connection: &Value, name: &str) -> Vec<Value> {
    for account in connection["accounts"].as_array().unwrap() {
        let rows = user.rows(account["id"].as_str().unwrap()).await;
        if rows.iter().any(|row| row["description"].as_str().unwrap().contains(name)) {
            return rows;
        }
    }
    Vec::new()
}

#[tokio::test]
async fn y7_a_pending_row_that_is_booked_under_another_id_is_there_once() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let pending = NewRow::pending("-20.00".parse().unwrap(), "HOTEL RESERVED");
    let pending = add(&world, pending);
    refresh(&ada, &connection).await;
    let rows = first_account(&ada, &connection, "HOTEL").await;
    assert_eq!(texts(&rows, "pending"), ["HOTEL RESERVED"]);
    assert!(rows[0]["balance_after"].is_null());
    assert!(!texts(&rows, "booked").contains(&"HOTEL RESERVED".to_owned()));
    let booked = RowEdit { description: Some("HOTEL BOOKED".into()), ..RowEdit::default() };
    world.salt_edge.control().book_row(&bank(), &pending, booked).unwrap();
    refresh(&ada, &connection).await;
    let rows = first_account(&ada, &connection, "HOTEL").await;
    assert!(texts(&rows, "pending").is_empty());
    let booked = texts(&rows, "booked");
    assert_eq!(booked.iter().filter(|text| text.contains("HOTEL")).count(), 1);
    let row = rows.iter().find(|row| row["description"] == "HOTEL BOOKED").unwrap();
    let announced = &row["announced"];
    assert_eq!((&announced["method"], &announced["confidence"]), (&"amount".into(), &"low".into()));
    assert_eq!(announced["evidence"]["description"], "HOTEL RESERVED", "{announced}");
    assert_eq!(announced["evidence"]["amount"], "-20.00");
    let told = ada.feed(&connection, None).await.added;
    let told = told.iter().find(|row| row["description"] == "HOTEL BOOKED").unwrap();
    assert_eq!(told["announced"], *announced, "the feed says the same");
    oracle::assert_equal(&ada, &connection, oracle::newest(&world)).await;
}

#[tokio::test]
async fn y5_two_genuine_equal_payments_on_one_day_are_two() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    for _ in 0..2 {
        add(&world, row("-3.20", "COFFEE TO GO"));
    }
    refresh(&ada, &connection).await;
    add(&world, row("-3.20", "COFFEE TO GO"));
    refresh(&ada, &connection).await;
    let rows = first_account(&ada, &connection, "COFFEE TO GO").await;
    let twins = texts(&rows, "booked").iter().filter(|text| *text == "COFFEE TO GO").count();
    assert_eq!(twins, 3);
    oracle::assert_equal(&ada, &connection, oracle::newest(&world)).await;
}

#[tokio::test]
async fn a_bank_with_more_than_a_thousand_rows_is_read_whole_and_only_once() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let bank = "fakebank_oauth_with_n_transactions_xf";
    let connection = ada.link(bank).await;
    let remote = oracle::newest(&world);
    oracle::assert_equal(&ada, &connection, remote).await;
    let entries = oracle::journal_keys(&world).await.len();
    assert!(entries > 1, "a big first read goes out in parts");
    assert_eq!(connection["history"], "complete");
    let at = BankAt::of(bank);
    let new = row("-1.11", "ONE MORE");
    world.salt_edge.control().add_row(&at, "account-1", new).unwrap();
    refresh(&ada, &connection).await;
    assert_eq!(oracle::journal_keys(&world).await.len(), entries + 1);
    oracle::assert_equal(&ada, &connection, remote).await;
    oracle::assert_no_holes(&world).await;
}

#[tokio::test]
async fn rows_that_change_keep_their_id_and_the_feed_says_how() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let named = add(&world, row("-50.00", "SHOES").with_reference("REF-1"));
    let plain = add(&world, row("-60.00", "SOCKS"));
    let gone = add(&world, row("-70.00", "TAKEN BACK"));
    refresh(&ada, &connection).await;
    let cursor = ada.feed(&connection, None).await.cursor;
    let before = first_account(&ada, &connection, "SHOES").await;
    let control = world.salt_edge.control();
    let text = |text: &str| Some(text.to_owned());
    // Re-described in place; the same under a new id; a new id and a new text, told by the reference.
    control
        .edit_row(
            &bank(),
            &plain,
            RowEdit { description: text("SOCKS BLUE"), ..RowEdit::default() },
        )
        .unwrap();
    let renamed = RowEdit { description: text("SHOES RED"), new_id: true, ..RowEdit::default() };
    control.edit_row(&bank(), &named, renamed).unwrap();
    control.remove_row(&bank(), &gone).unwrap();
    control.switch(|switches| switches.removal_reaches_copy = true);
    refresh(&ada, &connection).await;
    let after = first_account(&ada, &connection, "SHOES").await;
    let id = |rows: &[Value], text: &str| {
        let row = rows.iter().find(|row| row["description"] == text);
        row.unwrap_or_else(|| panic!("{text} is missing"))["id"].clone()
    };
    assert_eq!(id(&before, "SHOES"), id(&after, "SHOES RED"));
    assert_eq!(id(&before, "SOCKS"), id(&after, "SOCKS BLUE"));
    let news = ada.feed(&connection, cursor.as_deref()).await;
    assert!(news.added.is_empty(), "{:#?}", news.added);
    assert_eq!(news.modified.len(), 2, "{:#?}", news.modified);
    assert_eq!(news.removed.len(), 1, "{:#?}", news.removed);
    assert_eq!(news.removed[0]["id"], id(&before, "TAKEN BACK"));
    oracle::assert_equal(&ada, &connection, oracle::newest(&world)).await;
}

#[tokio::test]
async fn a_row_under_a_new_id_with_the_same_content_is_no_news() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let twins = [add(&world, row("-9.99", "TWIN")), add(&world, row("-9.99", "TWIN"))];
    refresh(&ada, &connection).await;
    let cursor = ada.feed(&connection, None).await.cursor;
    let edit = RowEdit { new_id: true, ..RowEdit::default() };
    world.salt_edge.control().edit_row(&bank(), &twins[1], edit).unwrap();
    refresh(&ada, &connection).await;
    let news = ada.feed(&connection, cursor.as_deref()).await;
    assert!(news.added.is_empty() && news.modified.is_empty() && news.removed.is_empty());
    refresh(&ada, &connection).await;
    oracle::assert_equal(&ada, &connection, oracle::newest(&world)).await;
}

#[tokio::test]
async fn a_row_that_is_set_aside_as_a_duplicate_leaves_with_its_reason() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    add(&world, row("-4.00", "TWICE?"));
    refresh(&ada, &connection).await;
    let cursor = ada.feed(&connection, None).await.cursor;
    let control = world.salt_edge.control();
    let remote = oracle::newest(&world);
    let copied = control.transactions(remote);
    let copied = copied.iter().find(|row| row.description == "TWICE?").unwrap();
    control.mark_duplicated(copied.id, true).unwrap();
    refresh(&ada, &connection).await;
    let news = ada.feed(&connection, cursor.as_deref()).await;
    assert_eq!(news.removed[0]["reason"], "duplicated");
    oracle::assert_equal(&ada, &connection, remote).await;
}

#[tokio::test]
async fn y7_removed_rows_stay_removed_after_a_reconnect_and_after_all_is_delivered_again() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let gone = add(&world, row("-4.00", "TAKEN BACK"));
    add(&world, row("-5.00", "SET ASIDE"));
    refresh(&ada, &connection).await;
    let control = world.salt_edge.control();
    let remote = oracle::newest(&world);
    let copied = control.transactions(remote);
    let copied = copied.iter().find(|row| row.description == "SET ASIDE").unwrap();
    control.mark_duplicated(copied.id, true).unwrap();
    control.switch(|switches| switches.removal_reaches_copy = true);
    control.remove_row(&bank(), &gone).unwrap();
    refresh(&ada, &connection).await;
    let removed = ada.feed(&connection, None).await;
    assert_eq!(removed.removed.len(), 2);

    let path = format!("/v1/connections/{}/reconnect", connection["id"].as_str().unwrap());
    let body = serde_json::json!({"return_to": e2e::RETURN_TO});
    let session = ada.post(&path, &body).await.expect(201);
    let visit = ada.visit(&session, &simulator::Walk::default()).await;
    ada.confirm(&visit).await.expect(200);
    world.settle().await;
    // Rows of before the overlap under new ids make the next read compare everything.
    for account in control.book(&bank()).unwrap().accounts {
        for row in account.rows.iter().filter(|row| row.description != "SET ASIDE") {
            let again = RowEdit { new_id: true, ..RowEdit::default() };
            control.edit_row(&bank(), &row.row, again).unwrap();
        }
    }
    refresh(&ada, &connection).await;
    oracle::assert_equal(&ada, &connection, remote).await;
    world.advance(minutes(60), minutes(60)).await;
    // A link of its own has another copy at Salt Edge, with everything under new ids.
    let again = ada.link(BANK).await;
    assert_eq!(again["id"], connection["id"]);
    let rows = first_account(&ada, &connection, "").await;
    assert!(!texts(&rows, "booked").contains(&"TAKEN BACK".to_owned()));
    let news = ada.feed(&connection, removed.cursor.as_deref()).await;
    assert!(news.removed.is_empty(), "{:#?}", news.removed);
    // What was set aside in the copy before and is booked in this one is booked: Salt Edge says which rows there are.
    assert_eq!(texts(&news.added, "booked"), ["SET ASIDE"], "{:#?}", news.added);
}

#[tokio::test]
async fn amounts_are_the_banks_digits() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    for (amount, text, want, rounded) in [
        ("1.0E-5", "INTEREST", "0.00001", false),
        ("1234.5600000000001", "NOISE", "1234.56", true),
        ("0", "ZERO", "0.00", false),
        ("-0.1", "TENTH", "-0.10", false),
    ] {
        add(&world, row(amount, text));
        refresh(&ada, &connection).await;
        let rows = first_account(&ada, &connection, text).await;
        let row = rows.iter().find(|row| row["description"] == text).unwrap();
        assert_eq!(
            (row["amount"].as_str(), &row["rounded"]),
            (Some(want), &rounded.into()),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_late_row_with_an_old_date_arrives_and_stays_once() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    for days in [3, 20, 40] {
        world.advance(hours(24), minutes(120)).await;
        let today = world.cloud.clock().now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let day = today.checked_sub(jiff::Span::new().days(days)).unwrap();
        add(&world, row("-8.00", &format!("LATE {days}")).made_on(day));
        refresh(&ada, &connection).await;
    }
    world.advance(hours(48), minutes(120)).await;
    oracle::assert_equal(&ada, &connection, oracle::newest(&world)).await;
}

#[tokio::test]
async fn the_balance_behind_each_row_leads_back_from_the_banks_balance() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    for account in connection["accounts"].as_array().unwrap() {
        let rows = ada.rows(account["id"].as_str().unwrap()).await;
        let booked: Vec<_> = rows.iter().filter(|row| row["status"] == "booked").collect();
        let newest = &booked[0]["balance_after"];
        assert_eq!(newest["amount"], account["balance"]["amount"]);
        assert_eq!(newest["basis"], "derived");
        assert_eq!(account["balance"]["basis"], "observed");
    }
}

#[tokio::test]
async fn a_bank_that_delivers_its_history_again_under_new_ids_doubles_nothing() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    world.advance(hours(24 * 20), minutes(240)).await;
    let cursor = ada.feed(&connection, None).await.cursor;
    let control = world.salt_edge.control();
    for account in control.book(&bank()).unwrap().accounts {
        for row in account.rows {
            let again = RowEdit { new_id: true, ..RowEdit::default() };
            control.edit_row(&bank(), &row.row, again).unwrap();
        }
    }
    refresh(&ada, &connection).await;
    let news = ada.feed(&connection, cursor.as_deref()).await;
    // What lies before the bank's history is not delivered again, and Salt Edge shows it no more.
    assert!(news.added.is_empty(), "{} added", news.added.len());
    refresh(&ada, &connection).await;
    oracle::assert_equal(&ada, &connection, oracle::newest(&world)).await;
}
