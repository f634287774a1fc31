//! Which account is which: the ladder, step by step.

use super::*;
use crate::journal::MatchedBy;

/// Salt Edge's id, number, name, nature, currency.
pub(super) type Told<'a> = (&'a str, Option<&'a str>, &'a str, &'a str, &'a str);

pub(super) fn account(told: Told<'_>) -> FetchedAccount {
    let (id, number, name, nature, currency) = told;
    let usual = fetched(&[], None, &[]).accounts.remove(0);
    let currency = currency.parse().unwrap();
    let account = RemoteAccount {
        id: id.parse().unwrap(),
        name: Personal::from(name),
        nature: nature.into(),
        currency,
        balance: Money::read("10", currency).ok(),
        iban: number.map(Personal::from),
        ..usual.account
    };
    FetchedAccount { account, ..usual }
}

fn shown(accounts: &[Told<'_>]) -> Fetched {
    let accounts = accounts.iter().map(|told| account(*told)).collect();
    Fetched { accounts, ..fetched(&[], None, &[]) }
}

/// For each account that is shown now: which of those shown first it is, by its place there, and why.
fn told_again(first: &[Told<'_>], now: &[Told<'_>]) -> Vec<(Option<usize>, Option<MatchedBy>)> {
    let mut ledger = Ledger::default();
    let before = read(&mut ledger, Held::Everything, &shown(first));
    let place = |id: &AccountId| {
        let facts = &before.accounts.iter().find(|entry| entry.facts.id == *id)?.facts;
        first
            .iter()
            .position(|told| facts.remote.as_str() == told.0 && *facts.name.reveal() == *told.2)
    };
    let delta = plan(&connection(), &ledger, Held::Everything, &shown(now), &[7; 32]);
    let entry = |told: &Told<'_>| {
        let currency = told.4.parse().unwrap();
        let same = |entry: &&AccountEntry| {
            entry.facts.remote.as_str() == told.0 && entry.facts.currency == currency
        };
        delta.accounts.iter().find(same).unwrap().facts.clone()
    };
    let facts = now.iter().map(entry);
    facts.map(|facts| (place(&facts.id), facts.matched_by)).collect()
}

#[test]
fn y4_an_account_is_told_again_by_the_surest_step_that_leaves_one_choice() {
    use MatchedBy as By;
    const EVERYDAY: Told<'_> = ("7", Some("XF12"), "Everyday", "checking", "EUR");
    const POT: Told<'_> = ("8", Some("XF12"), "Pot", "savings", "EUR");
    const CARD: Told<'_> = ("9", None, "Card", "credit_card", "EUR");
    type Case<'a> = (&'a str, Vec<Told<'a>>, Vec<Told<'a>>, Vec<(Option<usize>, Option<By>)>);
    let cases: Vec<Case<'_>> = vec![
        (
            "as before",
            vec![EVERYDAY, CARD],
            vec![EVERYDAY, CARD],
            vec![(Some(0), None), (Some(1), None)],
        ),
        (
            "another id, spaces in the number, another name",
            vec![EVERYDAY],
            vec![("70", Some("xf 12"), "Main", "account", "EUR")],
            vec![(Some(0), Some(By::Number))],
        ),
        (
            "the ids are exchanged: the number is believed",
            vec![EVERYDAY, ("8", Some("XF88"), "Rainy", "savings", "EUR")],
            vec![
                ("8", Some("XF12"), "Everyday", "checking", "EUR"),
                ("7", Some("XF88"), "Rainy", "savings", "EUR"),
            ],
            vec![(Some(0), Some(By::Number)), (Some(1), Some(By::Number))],
        ),
        (
            "another number under the same id",
            vec![EVERYDAY],
            vec![("7", Some("XF99"), "Everyday", "checking", "EUR")],
            vec![(Some(0), Some(By::ProviderId))],
        ),
        (
            "another currency under the same id is another account",
            vec![EVERYDAY],
            vec![("7", Some("XF12"), "Everyday", "checking", "USD")],
            vec![(None, None)],
        ),
        (
            "one number in two currencies is two accounts",
            vec![EVERYDAY],
            vec![EVERYDAY, ("71", Some("XF12"), "Everyday", "checking", "USD")],
            vec![(Some(0), None), (None, None)],
        ),
        (
            "a second account of the same number does not take the first one's place",
            vec![EVERYDAY],
            vec![("6", Some("XF12"), "Pot", "savings", "EUR"), EVERYDAY],
            vec![(None, None), (Some(0), None)],
        ),
        (
            "several share a number, and all have other ids",
            vec![EVERYDAY, POT],
            vec![
                ("80", Some("XF12"), "Pot", "savings", "EUR"),
                ("70", Some("XF12"), "Everyday", "checking", "EUR"),
            ],
            vec![(Some(1), Some(By::NumberAndName)), (Some(0), Some(By::NumberAndName))],
        ),
        (
            "no number",
            vec![CARD],
            vec![("90", None, "Card", "credit_card", "EUR")],
            vec![(Some(0), Some(By::Name))],
        ),
        (
            "two alike without number are nobody's",
            vec![CARD],
            vec![
                ("90", None, "Card", "credit_card", "EUR"),
                ("91", None, "Card", "credit_card", "EUR"),
            ],
            vec![(None, None), (None, None)],
        ),
        (
            "two numbers are two accounts, whatever they are called",
            vec![EVERYDAY],
            vec![("70", Some("XF99"), "Everyday", "checking", "EUR")],
            vec![(None, None)],
        ),
    ];
    for (name, first, now, want) in cases {
        assert_eq!(told_again(&first, &now), want, "{name}");
        // The order in which the provider lists them changes nothing.
        let turned: Vec<_> = now.iter().rev().copied().collect();
        let mut backwards = told_again(&first, &turned);
        backwards.reverse();
        assert_eq!(backwards, want, "{name}, listed the other way round");
    }
}

#[test]
fn y4_the_reason_stays_until_there_is_another() {
    let mut ledger = Ledger::default();
    let told = |id, name| shown(&[(id, Some("XF12"), name, "checking", "EUR")]);
    read(&mut ledger, Held::Everything, &told("7", "Everyday"));
    let moved = read(&mut ledger, Held::Everything, &told("70", "Everyday"));
    assert_eq!(moved.accounts[0].facts.matched_by, Some(MatchedBy::Number));
    let again = plan(&connection(), &ledger, Held::Tail, &told("70", "Everyday"), &[7; 32]);
    assert!(!again.changed, "the reason alone is no news");
    assert_eq!(again.accounts[0].facts.matched_by, Some(MatchedBy::Number));
}

#[test]
fn y4_an_account_that_is_listed_twice_is_one() {
    let rows = [(1, 18, "A", None), (2, 19, "B", None)];
    let mut ledger = Ledger::default();
    for times in [1, 2, 3, 1] {
        let mut shown = fetched(&rows, None, &[]);
        shown.accounts = vec![shown.accounts.remove(0); times];
        let first = ledger.accounts.is_empty();
        let delta = read(&mut ledger, Held::Everything, &shown);
        assert_eq!(delta.changed, first, "listed {times} times");
        assert_eq!(ledger.accounts.len(), 1, "listed {times} times");
    }
    let facts = &ledger.accounts.values().next().unwrap().facts;
    assert!(facts.id == connection().account(&facts.remote) && !facts.gone);
}

#[test]
fn y4_an_id_that_comes_back_as_another_account_never_gets_the_id_of_one_of_ours() {
    let mut ledger = Ledger::default();
    // Each time what was 7 is told by its number under another id, and 7 is an account of another number.
    let numbers = ["XF1", "XF2", "XF3", "XF4"];
    for (count, number) in numbers.iter().enumerate() {
        let moved = ["71", "72", "73"].into_iter().zip(numbers).take(count);
        let told = |(id, number)| (id, Some(number), number, "checking", "EUR");
        let told: Vec<_> = moved.chain([("7", *number)]).map(told).collect();
        assert!(read(&mut ledger, Held::Everything, &shown(&told)).changed);
        assert_eq!(ledger.accounts.len(), count + 1, "{number}");
        assert!(ledger.accounts.values().all(|account| !account.facts.gone), "{number}");
    }
}

#[test]
fn l6_a_currency_that_changed_leaves_the_old_rows_where_they_are() {
    let mut ledger = Ledger::default();
    let old = (1, 18, "IN EURO", None);
    read(&mut ledger, Held::Everything, &fetched(&[old], None, &[]));
    let mut next = fetched(&[old, (2, 19, "IN DOLLARS", None)], None, &[]);
    let account = &mut next.accounts[0];
    account.account.currency = "USD".parse().unwrap();
    account.booked[1].facts.money = Money::parse("-2", account.account.currency).unwrap();
    assert!(blind(&ledger, &next), "an account that is not known needs everything");
    let delta = read(&mut ledger, Held::Everything, &next);
    let by_currency = |code: &str| {
        let currency = code.parse().unwrap();
        ledger.accounts.values().find(|account| account.facts.currency == currency).unwrap()
    };
    let (euro, dollars) = (by_currency("EUR"), by_currency("USD"));
    assert_ne!(euro.facts.id, dollars.facts.id);
    assert!(euro.facts.gone && !dollars.facts.gone);
    assert_eq!((euro.rows.len(), dollars.rows.len()), (1, 1));
    assert!(delta.accounts.iter().all(|entry| entry.removed.is_empty()));
    let again = plan(&connection(), &ledger, Held::Tail, &next, &[7; 32]);
    assert!(!again.changed && !blind(&ledger, &next), "and the next read finds nothing new");
}

#[test]
fn l5_after_a_gap_the_days_before_it_are_compared_again() {
    let mut ledger = Ledger::default();
    let (dropped, kept) = ((1, 1, "TAKEN BACK", None), (2, 2, "KEPT", None));
    let first = Fetched {
        read_at: "2026-03-03T10:00:00Z".parse().unwrap(),
        ..fetched(&[kept, dropped], None, &[])
    };
    read(&mut ledger, Held::Everything, &first);
    for (known_at, removed) in [(Some(first.read_at), 1), (None, 0)] {
        let account = ledger.accounts.values().next().unwrap();
        let from = from_id(&ledger, account, compared_from(known_at, now(), ledger.overlap()));
        let from = from.map(|id| id.as_str().parse().unwrap());
        let shown = Fetched { known_at, ..fetched(&[kept, (9, 19, "NEW", None)], from, &[]) };
        let delta = plan(&connection(), &ledger, Held::Tail, &shown, &[7; 32]);
        let news = &delta.accounts[0];
        assert_eq!((news.added.len(), news.removed.len()), (1, removed), "{known_at:?}");
    }
}

#[test]
fn l7_what_a_new_copy_at_salt_edge_does_not_reach_back_to_stays() {
    let mut ledger = Ledger::default();
    let old = [(1, 1, "JANUARY", None), (2, 3, "FEBRUARY", None), (3, 8, "OF THE FIRST DAY", None)];
    let shown = [old[0], old[1], old[2], (4, 9, "KEPT", None), (5, 10, "TAKEN BACK", None)];
    read(&mut ledger, Held::Everything, &fetched(&shown, None, &[]));
    let copy = |rows: &[Shown<'_>]| {
        let mut again = fetched(rows, None, &[]);
        again.accounts[0].account.id = "70".parse().unwrap();
        again
    };
    // The bank tells less by now; of the first day that it tells a part.
    let mut rows = vec![(50, 8, "ALSO OF THAT DAY", None), (51, 9, "KEPT", None)];
    let delta = read(&mut ledger, Held::Everything, &copy(&rows));
    let news = &delta.accounts[0];
    assert_eq!((news.added.len(), news.removed.len(), news.aliases.len()), (1, 1, 1));
    // It stays so: also when everything is compared again, and in a search.
    rows.push((52, 12, "NEW", None));
    let delta = read(&mut ledger, Held::Everything, &copy(&rows));
    assert_eq!((delta.accounts[0].added.len(), delta.accounts[0].removed.len()), (1, 0));
    let id = ledger.accounts.keys().next().unwrap().clone();
    let days = jiff::civil::date(2026, 1, 1)..=jiff::civil::date(2026, 3, 31);
    let found = search(&ledger, &id, &copy(&rows).accounts[0], &days).unwrap();
    assert!(found.extra.is_empty() && found.missing.is_empty(), "{found:?}");
    // What the copy has shown and shows no more is gone.
    rows.remove(1);
    let delta = read(&mut ledger, Held::Everything, &copy(&rows));
    assert_eq!(delta.accounts[0].removed.len(), 1);
}

#[test]
fn l7_a_new_copy_that_shows_nothing_takes_nothing_away() {
    let mut ledger = Ledger::default();
    read(&mut ledger, Held::Everything, &fetched(&[(1, 18, "A", None)], None, &[]));
    let mut empty = fetched(&[], None, &[]);
    empty.accounts[0].account.id = "70".parse().unwrap();
    for _ in 0..2 {
        read(&mut ledger, Held::Everything, &empty);
    }
    assert_eq!(texts(&ledger), ["A"]);
}
