//! Money: what the bank holds and what the copy shows.

use jiff::civil::date;
use serde_json::{Value, json};
use simulator::{BankAt, NewRow, PendingIds, RowEdit};

use crate::support::{Integrator, amount, described};

const BANK: &str = "fakebank_oauth_xf";

async fn pending(us: &Integrator, id: simulator::Id) -> Vec<Value> {
    us.all(&format!("/transactions?connection_id={id}&pending=true")).await
}

#[tokio::test]
async fn a_row_at_the_bank_is_not_seen_before_somebody_asks() {
    let us = Integrator::partner().await;
    let control = us.salt_edge.control();
    control.switch(|s| s.nightly_refresh = false);
    let id = us.connected(BANK).await;
    let (at, before) = (BankAt::of(BANK), us.transactions(id).await.len());
    control.add_row(&at, "account-1", NewRow::booked(amount("-12.5"), "COFFEE")).unwrap();
    us.later(jiff::SignedDuration::from_hours(50));
    us.salt_edge.pump().await;
    assert_eq!(us.transactions(id).await.len(), before, "time alone brings nothing");
    us.refreshed(id).await;
    let rows = us.transactions(id).await;
    let new = described(&rows, "COFFEE");
    assert_eq!((rows.len(), new.len()), (before + 1, 1));
    assert_eq!(new[0]["id"], rows.last().unwrap()["id"], "ids grow with import");
    assert_eq!(new[0]["extra"]["id"], Value::Null, "no reference was given");
}

#[tokio::test]
async fn the_copy_is_the_banks_money_to_the_digit() {
    let us = Integrator::partner().await;
    let id = us.connected("fake_demobank_xf").await;
    let book = us.salt_edge.control().book(&BankAt::of("fake_demobank_xf")).unwrap();
    let accounts = us.accounts(id).await;
    for account in &book.accounts {
        let copy = accounts.iter().find(|copy| copy["name"] == account.iban.as_str()).unwrap();
        assert_eq!(copy["balance"].to_string(), account.stated_balance().to_string());
        let path =
            format!("/transactions?connection_id={id}&account_id={}", copy["id"].as_str().unwrap());
        let rows = us.all(&path).await;
        let texts: Vec<String> = rows.iter().map(|row| row["amount"].to_string()).collect();
        let held: Vec<String> = account.rows.iter().map(|row| row.amount.to_string()).collect();
        assert_eq!(texts, held, "{}", account.name);
        let most = match account.currency.as_str() {
            "JPY" | "HUF" => 0,
            "KWD" => 3,
            _ => 2,
        };
        let digits = account.rows.iter().map(|row| row.amount.value().normalize().scale()).max();
        assert!(digits.unwrap() <= most, "{} has {digits:?} digits", account.currency);
    }
    for currency in ["JPY", "KWD", "HUF", "USD", "GBP", "EUR"] {
        assert!(accounts.iter().any(|account| account["currency_code"] == currency), "{currency}");
    }
}

#[tokio::test]
async fn amounts_go_out_as_the_text_they_are() {
    let us = Integrator::partner().await;
    let id = us.connected(BANK).await;
    let at = BankAt::of(BANK);
    let texts = ["1.0e-5", "1234.5600000000001", "-0.1", "0.0", "100", "12345678901234567.89"];
    for text in texts {
        us.salt_edge
            .control()
            .add_row(&at, "account-1", NewRow::booked(amount(text), "RAW"))
            .unwrap();
    }
    us.refreshed(id).await;
    let page = us.get(&format!("/transactions?connection_id={id}&per_page=1000")).await;
    let rows = page.data();
    let raw: Vec<String> = described(rows.as_array().unwrap(), "RAW")
        .iter()
        .map(|row| row["amount"].to_string())
        .collect();
    assert_eq!(raw, texts);
    assert!(page.text.contains("\"amount\":1.0e-5,"), "a number, not a string");
}

#[tokio::test]
async fn pending_rows_come_and_go_and_are_booked_under_another_id() {
    for (ids, keeps) in
        [(PendingIds::NewEachFetch, false), (PendingIds::Stable, false), (PendingIds::Stable, true)]
    {
        let us = Integrator::partner().await;
        let (control, at) = (us.salt_edge.control(), BankAt::of(BANK));
        control.switch(|s| {
            s.pending_ids = ids;
            s.posting_keeps_id = keeps;
        });
        let id = us.connected(BANK).await;
        let row = control
            .add_row(&at, "account-1", NewRow::pending(amount("-7.3"), "CARD HOLD"))
            .unwrap();
        let gone =
            control.add_row(&at, "account-1", NewRow::pending(amount("-1.0"), "VANISHES")).unwrap();
        us.refreshed(id).await;
        let first = pending(&us, id).await;
        assert_eq!(first.len(), 2);
        assert!(described(&us.transactions(id).await, "CARD HOLD").is_empty());
        control.remove_row(&at, &gone).unwrap();
        us.refreshed(id).await;
        let second = pending(&us, id).await;
        assert_eq!(second.len(), 1, "a pending row that vanishes at the bank vanishes here");
        let same = first.iter().any(|row| row["id"] == second[0]["id"]);
        assert_eq!(same, ids == PendingIds::Stable, "{ids:?}");
        let edit = RowEdit { reference: Some("BK-9".into()), ..RowEdit::default() };
        control.book_row(&at, &row, edit).unwrap();
        us.refreshed(id).await;
        assert!(pending(&us, id).await.is_empty());
        let rows = us.transactions(id).await;
        let booked = described(&rows, "CARD HOLD");
        assert_eq!((booked.len(), &booked[0]["extra"]["id"]), (1, &json!("BK-9")));
        assert_eq!(booked[0]["id"] == second[0]["id"], keeps, "{ids:?} {keeps}");
    }
}

#[tokio::test]
async fn a_row_is_redescribed_corrected_backdated_or_taken_back() {
    let us = Integrator::partner().await;
    let (control, at) = (us.salt_edge.control(), BankAt::of(BANK));
    let id = us.connected(BANK).await;
    let rows = us.transactions(id).await;
    let book = control.book(&at).unwrap();
    let row = book.accounts[0].rows[5].row.clone();
    let old =
        rows.iter().find(|copy| copy["extra"]["id"].as_str().unwrap().ends_with(&row)).unwrap();

    let edit = RowEdit { description: Some("NEW WORDS".into()), ..RowEdit::default() };
    control.edit_row(&at, &row, edit.clone()).unwrap();
    us.refreshed(id).await;
    let now = us.transactions(id).await;
    assert_eq!(described(&now, "NEW WORDS")[0]["id"], old["id"], "in place");

    let edit = RowEdit { description: Some("AGAIN".into()), new_id: true, ..edit };
    control.edit_row(&at, &row, edit).unwrap();
    us.refreshed(id).await;
    let now = us.transactions(id).await;
    assert!(described(&now, "NEW WORDS").is_empty(), "superseded");
    assert_ne!(described(&now, "AGAIN")[0]["id"], old["id"], "under a new id");
    assert_eq!(now.len(), rows.len());

    let late = NewRow::booked(amount("-9.9"), "LATE").made_on(date(2026, 1, 15));
    let late = control.add_row(&at, "account-1", late).unwrap();
    us.refreshed(id).await;
    let now = us.transactions(id).await;
    assert_eq!(now.last().unwrap()["made_on"], "2026-01-15", "old date, highest id");

    control.remove_row(&at, &late).unwrap();
    us.refreshed(id).await;
    assert_eq!(
        described(&us.transactions(id).await, "LATE").len(),
        1,
        "the copy keeps booked rows"
    );
    control.switch(|s| s.removal_reaches_copy = true);
    us.later(jiff::SignedDuration::from_hours(20));
    us.refreshed(id).await;
    assert!(described(&us.transactions(id).await, "LATE").is_empty());
}

#[tokio::test]
async fn an_unstable_banks_booked_rows_are_shown_as_pending() {
    let us = Integrator::partner().await;
    let (control, at) = (us.salt_edge.control(), BankAt::of(BANK));
    control.set_custom_pendings(BANK, Some(3)).unwrap();
    let id = us.connected(BANK).await;
    control.add_row(&at, "account-1", NewRow::booked(amount("-4"), "HELD")).unwrap();
    us.refreshed(id).await;
    let rows = pending(&us, id).await;
    assert_eq!(described(&rows, "HELD")[0]["extra"]["posted_by_aspsp"], true);
    us.later(jiff::SignedDuration::from_hours(4 * 24));
    us.salt_edge.pump().await;
    us.refreshed(id).await;
    let rows = us.transactions(id).await;
    assert_eq!(described(&rows, "HELD")[0]["extra"]["posted_by_aspsp"], Value::Null);
}

#[tokio::test]
async fn pendings_and_updates_banks_do_what_their_names_say() {
    let us = Integrator::partner().await;
    let id = us.connected("fakebank_oauth_with_pending_and_available_balance_xf").await;
    assert_eq!(pending(&us, id).await.len(), 3);
    let account = us.accounts(id).await[0].clone();
    assert!(account["extra"]["available_amount"].is_number());
    assert_eq!(account["extra"]["transactions_count"]["pending"], 3);
    let id = us.connected("fakebank_with_updates_xf").await;
    let mut before = us.transactions(id).await.len();
    for _ in 0..3 {
        us.refreshed(id).await;
        let now = us.transactions(id).await.len();
        assert!((1..=4).contains(&(now - before)), "{before} → {now}");
        before = now;
    }
}
