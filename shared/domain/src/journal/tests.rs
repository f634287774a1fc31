//! Folds against the replay: any journal, folded anyhow, tells the same rows.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::Folds;

mod bed;
mod books;
mod writers;

use bed::{Bed, account, connection};

/// What happens at the bank between two reads.
#[derive(Debug, Clone)]
enum Deed {
    /// So many rows are booked, so many days ago.
    Book { account: usize, rows: u8, days_ago: i64 },
    /// A row reads otherwise.
    Describe(usize),
    /// A row moves to another day.
    Move(usize, i64),
    /// A row comes under a new id.
    Rename(usize),
    /// A row is taken back.
    Remove(usize),
    /// The generation ends, and the next begins.
    Relink,
    /// Time goes by.
    Days(i64),
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        6 => (0..2_usize, 1..90_u8, 0..12_i64).prop_map(|(account, rows, days_ago)| Deed::Book { account, rows, days_ago }),
        2 => (0..2_usize, 1..4_u8, 20..70_i64).prop_map(|(account, rows, days_ago)| Deed::Book { account, rows, days_ago }),
        4 => any::<usize>().prop_map(Deed::Describe),
        2 => (any::<usize>(), -40..40_i64).prop_map(|(row, days)| Deed::Move(row, days)),
        2 => any::<usize>().prop_map(Deed::Rename),
        2 => any::<usize>().prop_map(Deed::Remove),
        1 => Just(Deed::Relink),
        5 => (1..12_i64).prop_map(Deed::Days),
    ]
}

/// Folds every so many reads, dying now and then, losing a fold now and then.
fn play(deeds: &[(Deed, u8)]) -> Bed {
    let mut bed = Bed::new();
    for (nth, (deed, dice)) in deeds.iter().enumerate() {
        bed.does(deed);
        if !matches!(deed, Deed::Days(_) | Deed::Relink) {
            bed.read();
        }
        if dice % 4 == 1 {
            bed.publish();
        }
        match dice {
            0..20 => bed.fold(None),
            20..24 => bed.fold(Some(nth)),
            28..32 => bed.list_some(nth),
            24 => drop(bed.kept.pop_first()),
            25 => (bed.folds, bed.kept) = (Folds::default(), BTreeMap::new()),
            26 => drop(bed.balances.pop_last()),
            27 => bed.forget_books(),
            32.. => {}
        }
        bed.assert_equal();
        if dice % 5 == 2 {
            bed.assert_books();
        }
    }
    bed.fold(None);
    bed.assert_equal();
    bed.assert_books();
    bed
}

#[test]
fn a_month_of_many_rows_is_cut_between_days() {
    let book = |days_ago| Deed::Book { account: 0, rows: 89, days_ago };
    let deeds: Vec<_> = (0..9).rev().map(|days_ago| (book(days_ago), 0)).collect();
    let bed = play(&deeds);
    let id = connection().account(&account(0).id);
    assert_eq!(bed.told(&id).unwrap().len(), 9 * 89, "nothing is torn");
    let folds: Vec<_> = bed.kept.values().map(|fold| (fold.upto.day(), fold.rows.len())).collect();
    assert_eq!(folds, [(3, 178), (5, 178), (7, 178), (9, 178), (31, 89)]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    /// The seed of a failure is printed and kept beside this file.
    #[test]
    fn folds_and_the_entries_behind_them_are_equal_to_the_replay(
        deeds in proptest::collection::vec((deed(), 0..60_u8), 1..50),
    ) {
        play(&deeds);
    }
}
