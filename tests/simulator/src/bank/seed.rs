//! What a book holds when somebody first looks at it.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::{Span, ToSpan};
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::iban::iban;
use super::{BalanceRule, BankAccount, BankRow, Book, RowStatus};
use crate::amount::Amount;
use crate::ids::Random;

/// Name, nature, currency, booked rows.
type Plan = (&'static str, &'static str, &'static str, usize);

const TWO: &[Plan] = &[("Everyday", "checking", "EUR", 24), ("Rainy days", "savings", "EUR", 6)];
const MANY: &[Plan] = &[
    ("Everyday", "checking", "EUR", 40),
    ("Rainy days", "savings", "EUR", 8),
    ("Travel card", "card", "USD", 20),
    ("Credit card", "credit_card", "GBP", 16),
    ("Tokyo", "account", "JPY", 14),
    ("Kuwait", "ewallet", "KWD", 12),
    ("Budapest", "debit_card", "HUF", 12),
    ("Zurich", "investment", "CHF", 4),
    ("House", "mortgage", "EUR", 3),
    ("Car", "loan", "EUR", 3),
    ("Points", "bonus", "EUR", 2),
    ("Life", "insurance", "EUR", 1),
];

/// Text, payee, category, smallest and largest amount in whole units.
type Spending = (&'static str, &'static str, &'static str, i64, i64);

const SPENDING: &[Spending] = &[
    ("CARD 4411 GROCER BERLIN", "Grocer GmbH", "groceries", 4, 90),
    ("COFFEE CORNER", "Coffee Corner", "cafes_and_restaurants", 2, 9),
    ("TRAM TICKET", "City Transport", "public_transport", 2, 4),
    ("BOOKS & MORE", "Books and More", "books", 8, 60),
    ("PHONE BILL", "Telco Ltd", "phone", 15, 40),
    ("PHARMACY 12", "Pharmacy", "pharmacy", 3, 45),
    ("ONLINE SHOP", "Shop Online", "shopping", 9, 180),
    ("GYM MEMBERSHIP", "Gym", "sport", 20, 40),
];

/// The book of `login` at `provider`, the same for the same seed and day.
pub(crate) fn seed_book(
    seed: u64,
    provider: &str,
    login: &str,
    today: Date,
    n_transactions: usize,
) -> Book {
    let mut random = Random::named(seed, &format!("{provider}/{login}"));
    // The same bank gives the same IBANs whatever the seed: they belong to the login.
    let number = Random::named(0, &format!("{provider}/{login}")).next();
    let mut book = Book {
        provider: provider.to_owned(),
        login: login.to_owned(),
        holder: holder(login),
        accounts: Vec::new(),
        superseded: BTreeSet::new(),
        rows_made: 0,
    };
    for (index, &(name, nature, currency, rows)) in plan(provider).iter().enumerate() {
        let rows = if provider == "fakebank_oauth_with_n_transactions_xf" {
            if index == 0 { n_transactions - n_transactions / 5 } else { n_transactions / 5 }
        } else {
            rows
        };
        let mut account = BankAccount {
            key: format!("account-{}", index + 1),
            iban: iban(number, index + 1),
            name: name.to_owned(),
            nature: nature.to_owned(),
            currency: currency.to_owned(),
            opening: Amount::of(Decimal::new(1_000, 0) * scale_of(currency)),
            balance: BalanceRule::Computed,
            states_available: provider.contains("available_balance"),
            closed: false,
            rows: Vec::new(),
        };
        let per_row = i64::try_from(rows).unwrap_or(1).max(1);
        for at in (0..per_row).take(rows) {
            let made_on = back(today, 85 - (84 * at) / per_row);
            let row = row(&mut book, &mut random, currency, made_on, RowStatus::Booked);
            account.rows.push(row);
        }
        if provider.contains("pending") && index == 0 {
            for ago in [2, 1, 0] {
                let row =
                    row(&mut book, &mut random, currency, back(today, ago), RowStatus::Pending);
                account.rows.push(row);
            }
        }
        book.accounts.push(account);
    }
    book
}

/// One to four rows of today in the first account: the nature of `fakebank_with_updates_xf`.
pub(crate) fn add_update_rows(book: &mut Book, random: &mut Random, today: Date) {
    let Some(currency) = book.accounts.first().map(|account| account.currency.clone()) else {
        return;
    };
    for _ in 0..=random.below(4) {
        let row = row(book, random, &currency, today, RowStatus::Booked);
        if let Some(account) = book.accounts.first_mut() {
            account.rows.push(row);
        }
    }
}

fn plan(provider: &str) -> &'static [Plan] {
    if provider == "fake_demobank_xf" { MANY } else { TWO }
}

fn holder(login: &str) -> String {
    if login == "username" { "JANE DOE".to_owned() } else { login.to_uppercase() }
}

fn back(today: Date, days: i64) -> Date {
    let span: Span = days.days();
    today.checked_sub(span).unwrap_or(today)
}

/// Digits behind the point that a currency has.
pub(crate) fn digits_of(currency: &str) -> u32 {
    match currency {
        "JPY" | "HUF" | "KRW" | "VND" | "ISK" | "CLP" => 0,
        "KWD" | "BHD" | "OMR" | "JOD" | "TND" => 3,
        _ => 2,
    }
}

/// How many units buy about as much as one euro.
fn scale_of(currency: &str) -> Decimal {
    match currency {
        "JPY" => Decimal::new(160, 0),
        "HUF" => Decimal::new(400, 0),
        _ => Decimal::ONE,
    }
}

fn row(
    book: &mut Book,
    random: &mut Random,
    currency: &str,
    made_on: Date,
    status: RowStatus,
) -> BankRow {
    let name = book.next_row();
    let salary = random.below(12) == 0;
    let (text, payee, category, low, high) = if salary {
        ("SALARY EXAMPLE AG", "Example AG", "paycheck", -2_400, -1_900)
    } else {
        *random.pick(SPENDING).unwrap_or(&SPENDING[0])
    };
    let digits = digits_of(currency);
    let minor = 10_i64.pow(digits);
    let span = u64::try_from((high - low) * minor).unwrap_or(1);
    let units = low * minor + i64::try_from(random.below(span)).unwrap_or(0);
    let value = (Decimal::new(-units, digits) * scale_of(currency)).round_dp(digits);
    let mut extra = Map::new();
    extra.insert("payee".into(), Value::from(payee));
    extra.insert(
        "time".into(),
        Value::from(format!("{:02}:{:02}:00", 8 + random.below(12), random.below(60))),
    );
    let booked = status == RowStatus::Booked;
    BankRow {
        status,
        made_on,
        amount: Amount::of(value),
        description: text.to_owned(),
        mode: if salary { "transfer" } else { "normal" }.to_owned(),
        category: Some(category.to_owned()),
        reference: booked.then(|| format!("BK-{}-{name}", made_on.strftime("%Y%m%d"))),
        posting_date: booked.then(|| made_on.tomorrow().unwrap_or(made_on)),
        extra,
        early_id: false,
        row: name,
    }
}
