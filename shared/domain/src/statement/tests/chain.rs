//! Statements follow each other: whatever the bank counts, books late or takes back, and wherever publishing stops.

use std::collections::BTreeMap;

use jiff::ToSpan;
use proptest::prelude::*;

use super::*;
use crate::journal::{Removed, RemovedBecause, Row};

/// Half a day at the bank, and how the looks behind it end.
#[derive(Debug, Clone)]
struct Half {
    /// Rows: how many days ago, and how much.
    rows: Vec<(i64, i64)>,
    /// Which row is taken back, if there is one.
    back: Option<usize>,
    /// What the bank counts and no row tells.
    hidden: i64,
    /// Whether it tells its balance.
    tells: bool,
    /// Versions that each look behind it puts before it dies.
    puts: usize,
}

fn half() -> impl Strategy<Value = Half> {
    let rows = prop::collection::vec((0..9_i64, -99..99_i64), 0..3);
    let back = prop_oneof![4 => Just(None), 1 => (0..20_usize).prop_map(Some)];
    let hidden = prop_oneof![4 => Just(0), 1 => -99..99_i64];
    (rows, back, hidden, prop_oneof![4 => Just(true), 1 => Just(false)], 1..4_usize)
        .prop_map(|(rows, back, hidden, tells, puts)| Half { rows, back, hidden, tells, puts })
}

/// A look: what has to be published again, then what is new, until it dies. How many it has put.
fn look(entries: &[Entry], published: &mut Vec<Statement>, puts: usize) -> usize {
    let history = history(entries);
    let seen: Vec<&Entry> = entries.iter().collect();
    let again = again(newest(published), &moved(&seen, &account()));
    let before = published.len();
    let versions = again.versions(&history, now());
    let all = versions.len() <= puts;
    published.extend(versions.into_iter().take(puts));
    let today = at(entries.len() - 1).to_zoned(TimeZone::UTC).date();
    while all && published.len() - before < puts {
        let last = newest(published).pop();
        let Some(one) = next(&history, last.as_ref(), Period::Daily, today, now()) else { break };
        published.push(one);
    }
    published.len() - before
}

/// As far back as the store is read.
fn again(mut standing: Vec<Statement>, moved: &[Moved]) -> Again {
    let since =
        standing.last().and_then(|last| moved.iter().filter_map(|one| one.before(last)).min());
    let Some(since) = since else { return Again::default() };
    let first = standing.iter().rposition(|one| one.days.to < since).unwrap_or(0);
    standing.drain(..first);
    standing.reverse();
    Again::of(standing, moved)
}

/// The newest version of each number, the oldest first.
fn newest(published: &[Statement]) -> Vec<Statement> {
    let each = published.iter().map(|one| (one.number, one.clone()));
    each.collect::<BTreeMap<_, _>>().into_values().collect()
}

/// Two days are published; then a row of the first comes, and the bank's balance falls by it, or had counted it.
#[test]
fn t6_a_late_row_moves_the_balances_behind_it_unless_the_bank_had_counted_it() {
    let march = |day| date(2026, 3, day);
    for (balance, versions, ends) in [(895, vec![1, 2], 895), (900, vec![1], 900)] {
        let mut entries = vec![read(0, vec![row(1, march(1), -100)], Some(900))];
        entries.extend((1..5).map(|index| read(index, vec![], Some(900))));
        let mut published = Vec::new();
        look(&entries, &mut published, 9);
        assert_eq!(published.len(), 2);
        entries.push(read(5, vec![row(2, march(1), -5)], Some(balance)));
        look(&entries, &mut published, 9);
        let again: Vec<_> = published.iter().filter(|one| one.version == 2).collect();
        assert_eq!(again.iter().map(|one| one.number).collect::<Vec<_>>(), versions, "{balance}");
        for one in again {
            assert_eq!(one.closing.as_ref().unwrap().money, money(ends), "{one:#?}");
            assert_eq!(one.difference(), Some(money(0)), "{one:#?}");
        }
    }
}

proptest! {
    #[test]
    fn t6_each_statement_begins_where_the_one_before_it_ends(
        halves in prop::collection::vec(half(), 2..16)
    ) {
        let (mut entries, mut held, mut published) = (Vec::new(), Vec::new(), Vec::new());
        let (mut id, mut balance) = (0, 1_000);
        for (index, half) in halves.into_iter().enumerate() {
            let today = at(index).to_zoned(TimeZone::UTC).date();
            let rows: Vec<_> = half.rows.iter().map(|(ago, amount)| {
                id += 1;
                row(id, today.checked_sub(ago.days()).unwrap(), *amount)
            }).collect();
            balance += half.hidden + half.rows.iter().map(|(_, amount)| amount).sum::<i64>();
            let taken: Option<(Row, i64)> =
                half.back.filter(|back| *back < held.len()).map(|back| held.remove(back));
            balance -= taken.as_ref().map_or(0, |(_, amount)| *amount);
            held.extend(rows.iter().cloned().zip(half.rows.iter().map(|(_, amount)| *amount)));
            let mut entry = read(index, rows, half.tells.then_some(balance));
            if let (Body::Read(read), Some((row, _))) = (&mut entry.body, taken) {
                let (reason, made_on) = (RemovedBecause::Vanished, Some(row.facts.made_on));
                read.accounts[0].removed = vec![Removed { id: row.id, reason, made_on }];
            }
            entries.push(entry);
            let looks = (0..200).take_while(|_| look(&entries, &mut published, half.puts) > 0);
            prop_assert!(looks.count() < 200, "it never settles");
            for pair in newest(&published).windows(2) {
                let money = |balance: &Option<Balance>| balance.as_ref().map(|one| one.money);
                let (ends, begins) = (money(&pair[0].closing), money(&pair[1].opening));
                prop_assert!(ends.is_none() || begins.is_none() || ends == begins, "{pair:#?}");
            }
            for one in published.iter().filter(|one| one.version > 1) {
                let was = published.iter().find(|was| was.number == one.number && was.version + 1 == one.version);
                let was = was.unwrap();
                let money = |one: &Statement| one.opening.as_ref().map(|opening| opening.money);
                let other = one.made.lines != was.made.lines || money(one) != money(was);
                prop_assert!(other, "{was:#?} says what {one:#?} says");
            }
        }
    }
}
