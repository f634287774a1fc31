//! Random ledgers, each under a seed that is printed: a right copy is proven, and one that is wrong in one place is
//! found there.

use super::*;

/// Ledgers of each property.
const SEEDS: u64 = 1_000;

/// Numbers that look random and are the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    /// Anything between −1,000.00 and 1,000.00 but nothing.
    fn amount(&mut self) -> i64 {
        let amount = i64::try_from(self.below(200_000)).unwrap() - 100_000;
        if amount == 0 { 1 } else { amount }
    }
}

/// A bank's ledger as its reads copied it. With `late`, rows now and then come a read after the balance that counts
/// them; not those of the first, which has nothing before it that it could agree with.
fn ledger(dice: &mut Dice, late: bool) -> Vec<Entry> {
    let reads = 2 + usize::try_from(dice.below(12)).unwrap();
    let mut balance = dice.amount();
    let (mut id, mut waiting) = (0, Vec::new());
    let mut entries = Vec::new();
    for index in 0..reads {
        let mut added: Vec<Row> = std::mem::take(&mut waiting);
        for _ in 0..dice.below(5) {
            let amount = dice.amount();
            balance += amount;
            id += 1;
            let new = row(id, day(index), amount);
            let waits = late && index > 0 && index + 1 < reads && dice.below(4) == 0;
            if waits { waiting.push(new) } else { added.push(new) }
        }
        let mut entry = read(index, added, Some(balance));
        change_earlier(dice, &mut entries, &mut entry, &mut balance);
        entries.push(entry);
    }
    entries
}

/// Now and then the bank corrects a row or takes one back, and its balance goes with it.
fn change_earlier(dice: &mut Dice, entries: &mut [Entry], entry: &mut Entry, balance: &mut i64) {
    let Some(known) = entries.last_mut().and_then(|last| changed(last).added.last().cloned())
    else {
        return;
    };
    let was = amount_of(&known);
    let new = changed(entry);
    match dice.below(4) {
        0 => {
            let amount = dice.amount();
            let to = Row { facts: facts(known.facts.made_on, amount, None), ..known.clone() };
            new.modified.push(Change { from: known, to });
            *balance += amount - was;
        }
        1 => {
            new.removed.push(Removed {
                id: known.id,
                reason: RemovedBecause::Vanished,
                made_on: None,
            });
            *balance -= was;
        }
        _ => {}
    }
    new.balance.as_mut().unwrap().money = money(*balance);
}

fn amount_of(row: &Row) -> i64 {
    let cents = row.facts.money.amount() * rust_decimal::Decimal::from(100);
    i64::try_from(cents).unwrap()
}

#[test]
fn a_right_copy_is_proven() {
    for seed in 1..=SEEDS {
        for late in [false, true] {
            let entries = ledger(&mut Dice(seed), late);
            let proof = proof(&entries);
            assert_eq!(
                proof.verdict,
                Verdict::Proven,
                "seed {seed}, late {late}: {}",
                said(&proof)
            );
            let green = proof.days.iter().filter(|day| day.day >= day_of_first(&entries));
            assert!(green.clone().count() > 0, "seed {seed}");
            for day in green {
                assert_eq!(day.verdict, Verdict::Proven, "seed {seed}, late {late}, {}", day.day);
            }
        }
    }
}

fn day_of_first(entries: &[Entry]) -> Date {
    entries[0].read_at.to_zoned(TimeZone::UTC).date()
}

/// A row of a later read than the first: which read, and which of its rows.
fn some_row(dice: &mut Dice, entries: &mut [Entry]) -> Option<(usize, usize)> {
    let mut places = Vec::new();
    for (index, entry) in entries.iter_mut().enumerate().skip(1) {
        let count = changed(entry).added.len();
        places.extend((0..count).map(|row| (index, row)));
    }
    let count = u64::try_from(places.len()).unwrap();
    (count > 0).then(|| places[usize::try_from(dice.below(count)).unwrap()])
}

#[test]
fn a_copy_that_is_wrong_in_one_place_is_found_there() {
    let mut found = [0; 3];
    for seed in 1..=SEEDS {
        let mut dice = Dice(seed);
        let mut entries = ledger(&mut dice, false);
        let Some((at, place)) = some_row(&mut dice, &mut entries) else { continue };
        let row = changed(&mut entries[at]).added[place].clone();
        // What the bank changes later is told with the row as it is then.
        let later = entries.get_mut(at + 1).map(changed);
        if later.is_some_and(|next| touches(next, &row)) {
            continue;
        }
        let kind = usize::try_from(dice.below(3)).unwrap();
        let rows = &mut changed(&mut entries[at]).added;
        let amount = amount_of(&row);
        let difference = match kind {
            0 => {
                rows.remove(place);
                amount
            }
            1 => {
                rows.push(Row { id: account().apart("twice"), ..row });
                -amount
            }
            _ => {
                let other = amount + dice.amount();
                rows[place].facts.money = money(other);
                amount - other
            }
        };
        let proof = proof(&entries);
        let why = format!("seed {seed}, kind {kind}, read {at}: {}", said(&proof));
        let broken: Vec<_> =
            proof.intervals.iter().filter(|one| one.verdict == Verdict::Broken).collect();
        assert_eq!(broken.len(), 1, "{why}");
        assert_eq!(broken[0].difference, Some(money(difference)), "{why}");
        assert_eq!(broken[0].opening.as_of, Some(self::at(at - 1)), "{why}");
        assert_eq!(broken[0].closing.as_of, Some(self::at(at)), "{why}");
        found[kind] += 1;
    }
    println!("rows dropped, doubled, changed: {found:?}");
    assert!(found.iter().all(|count| *count >= 100), "{found:?}");
}

fn touches(next: &AccountEntry, row: &Row) -> bool {
    let modified = next.modified.iter().any(|change| change.to.id == row.id);
    modified || next.removed.iter().any(|removed| removed.id == row.id)
}
