//! Accounts that Salt Edge shows anew beside what it showed before, list by list.

use super::{
    accounts::{Told, account},
    *,
};

/// Each account that a list shows, and whether it is delivered.
type List<'a> = Vec<(Told<'a>, bool)>;

/// A name, lists one after the other, and what is held then.
type Case<'a> = (&'a str, Vec<List<'a>>, Vec<(&'a str, bool, usize)>);

/// The accounts of a list, each with one row of its own name; those that are not delivered any more are dead.
fn living(list: &[(Told<'_>, bool)]) -> Fetched {
    let account = |(told, lives): &(Told<'_>, bool)| {
        let mut shown = account(*told);
        let row = (told.0.parse().unwrap(), 18, told.2, None);
        shown.booked = vec![remote(&row)];
        shown.account.updated_on_last_attempt = Some(*lives);
        shown
    };
    Fetched { accounts: list.iter().map(account).collect(), ..fetched(&[], None, &[]) }
}

/// Salt Edge's id of each account that we have, whether it is gone, and how many rows it has.
fn held(ledger: &Ledger) -> Vec<(&str, bool, usize)> {
    let accounts = ledger.accounts.values();
    let mut held: Vec<_> =
        accounts.map(|one| (one.facts.remote.as_str(), one.facts.gone, one.rows.len())).collect();
    held.sort_unstable();
    held
}

#[test]
fn y4_an_account_that_is_shown_anew_beside_its_dead_entry_is_not_copied_again() {
    let everyday = |id, lives| ((id, Some("XF12"), "Everyday", "checking", "EUR"), lives);
    let pot = |id, lives| ((id, Some("XF12"), "Pot", "savings", "EUR"), lives);
    let card = |id, lives| ((id, None, "Card", "credit_card", "EUR"), lives);
    let (e, p) = (everyday, pot);
    let anew = vec![vec![e("7", true)], vec![e("7", false), e("8", true)]];
    let then = |more: List<'static>| [anew.clone(), vec![more]].concat();
    let two = |more: List<'static>| vec![vec![e("7", true), e("8", true)], more];
    let with_pot = |more: List<'static>| vec![vec![e("7", true), p("8", true)], more];
    let cases: Vec<Case<'_>> = vec![
        ("shown anew", anew.clone(), vec![("8", false, 1)]),
        ("and linked afresh", then(vec![e("80", true)]), vec![("80", false, 1)]),
        (
            "and unticked: both are dead",
            then(vec![e("7", false), e("8", false)]),
            vec![("8", true, 1)],
        ),
        ("and only the old one is left", then(vec![e("7", false)]), vec![("7", true, 1)]),
        (
            "and anew once more",
            then(vec![e("7", false), e("8", false), e("9", true)]),
            vec![("9", false, 1)],
        ),
        ("two dead ones at first", vec![vec![e("7", false), e("8", false)]], vec![("8", true, 1)]),
        ("dead alone", vec![vec![e("7", true)], vec![e("7", false)]], vec![("7", true, 1)]),
        ("dead alone at first", vec![vec![e("7", false)]], vec![("7", true, 1)]),
        ("two that live are two", two(vec![]), vec![("7", true, 1), ("8", true, 1)]),
        (
            "one of two dies",
            two(vec![e("7", true), e("8", false)]),
            vec![("7", false, 1), ("8", true, 1)],
        ),
        (
            "both of two die",
            two(vec![e("7", false), e("8", false)]),
            vec![("7", true, 1), ("8", true, 1)],
        ),
        (
            "one of two died, and the other is linked afresh",
            [two(vec![e("7", false), e("8", true)]), vec![vec![e("80", true)]]].concat(),
            vec![("7", true, 1), ("80", false, 1)],
        ),
        (
            "one of two died, and lives again",
            [two(vec![e("7", false), e("8", true)]), two(vec![])[..1].to_vec()].concat(),
            vec![("7", false, 1), ("8", false, 1)],
        ),
        (
            "one of two with one number is shown anew, the other is dead",
            with_pot(vec![e("7", false), p("8", false), e("70", true)]),
            vec![("70", false, 1), ("8", true, 1)],
        ),
        (
            "one of two with one number is shown anew, the other is not at all",
            with_pot(vec![e("7", false), e("70", true)]),
            vec![("70", false, 1), ("8", true, 1)],
        ),
        (
            "another account of that number comes while it is dead",
            vec![vec![e("7", true)], vec![e("7", false), p("8", true)]],
            vec![("7", true, 1), ("8", false, 1)],
        ),
        (
            "what was gone comes back alone, with the number of another",
            [with_pot(vec![e("7", true), p("8", false)]), vec![vec![p("8", true)]]].concat(),
            vec![("7", true, 1), ("8", false, 1)],
        ),
        (
            "without a number nobody knows whether it is the same",
            vec![vec![card("9", true)], vec![card("9", false), card("90", true)]],
            vec![("9", true, 1), ("90", false, 1)],
        ),
    ];
    for (name, steps, want) in &cases {
        for turned in [false, true] {
            let mut ledger = Ledger::default();
            for step in steps {
                let mut step = step.clone();
                if turned {
                    step.reverse();
                }
                read(&mut ledger, Held::Everything, &living(&step));
                let again =
                    plan(&connection(), &ledger, Held::Everything, &living(&step), &[7; 32]);
                assert!(!again.changed, "{name}: the same list again is no news");
            }
            assert_eq!(held(&ledger), *want, "{name}, turned: {turned}");
        }
    }
}

#[test]
fn y4_an_account_that_was_copied_under_a_second_id_of_ours_goes_on_in_its_copy() {
    for number in [Some("XF12"), None] {
        let list = living(&[(("7", number, "Everyday", "checking", "EUR"), true)]);
        let mut ledger = Ledger::default();
        let first = read(&mut ledger, Held::Everything, &list);
        let mut copied = first.clone();
        let mut copy = first.accounts[0].clone();
        copy.facts.id = connection().account_in(&copy.facts.remote, "EUR");
        copied.accounts[0].facts.gone = true;
        copied.accounts.push(copy.clone());
        commit(&mut ledger, &copied);
        let delta = read(&mut ledger, Held::Everything, &list);
        assert!(!delta.changed, "{number:?}");
        assert_eq!(held(&ledger), [("7", false, 1), ("7", true, 1)], "{number:?}");
        assert!(!ledger.accounts[&copy.facts.id].facts.gone, "{number:?}");
    }
}
