//! Every kind of item that is stored, with its attributes and the rule by which it goes. What is not in this
//! table must not be in the other: a journey reads the raw table and holds it against this one.

/// By which rule an item goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// With its connection at the end of its retention, and with its customer's erasure.
    Connection,
    /// With its customer's erasure.
    Customer,
    /// By itself, at the instant that its `ttl` says, and with its customer's erasure.
    Ends,
    /// By itself only, at the instant that its `ttl` says: it says nothing of anybody.
    EndsAlone,
    /// Never: it says nothing of anybody.
    Kept,
}

/// One kind of item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// What a receipt counts it as.
    pub name: &'static str,
    /// The partition key: `*` stands for a part between two `#`, or for the rest at the end.
    pk: &'static str,
    /// The sort key, written the same way.
    sk: &'static str,
    /// Attributes besides the two keys.
    pub attributes: &'static [&'static str],
    /// How it goes.
    pub rule: Rule,
}

const RECORD: &[&str] = &["d"];
const VERSIONED: &[&str] = &["d", "v"];
const ENDS: &[&str] = &["d", "ttl"];
const DUE: &[&str] = &["d", "v", "ttl", "due_pk", "due_sk"];
const NOTICE: &[&str] = &["d", "due_pk", "due_sk"];
const CONNECTION: &[&str] = &["d", "v", "due_pk", "due_sk", "slot_pk", "slot_sk"];

/// Every kind.
#[rustfmt::skip]
pub const KINDS: &[Kind] = &[
    Kind { name: "connections", pk: "T#*#C#*", sk: "K", attributes: CONNECTION, rule: Rule::Connection },
    Kind { name: "entries", pk: "T#*#C#*", sk: "J#*", attributes: RECORD, rule: Rule::Connection },
    Kind { name: "folds", pk: "T#*#C#*", sk: "F#*", attributes: VERSIONED, rule: Rule::Connection },
    Kind { name: "fold_indexes", pk: "T#*#C#*", sk: "F", attributes: VERSIONED, rule: Rule::Connection },
    Kind { name: "mappings", pk: "T#*#C#*", sk: "A", attributes: VERSIONED, rule: Rule::Connection },
    Kind { name: "statements", pk: "T#*#C#*", sk: "S#*", attributes: RECORD, rule: Rule::Connection },
    Kind { name: "consent_receipts", pk: "T#*#C#*", sk: "R#*", attributes: RECORD, rule: Rule::Connection },
    Kind { name: "notices", pk: "T#*#C#*", sk: "N", attributes: NOTICE, rule: Rule::Connection },
    Kind { name: "listed", pk: "T#*", sk: "U#*", attributes: RECORD, rule: Rule::Connection },
    Kind { name: "remote_ids", pk: "REMOTE#*", sk: "REMOTE", attributes: ENDS, rule: Rule::Connection },
    Kind { name: "claims", pk: "T#*#U#*", sk: "A#*", attributes: VERSIONED, rule: Rule::Connection },
    Kind { name: "lines", pk: "T#*#U#*", sk: "C#*", attributes: RECORD, rule: Rule::Connection },
    Kind { name: "lines", pk: "T#*#U#*", sk: "R#*", attributes: ENDS, rule: Rule::Connection },
    Kind { name: "lines", pk: "T#*#U#*", sk: "L#*", attributes: ENDS, rule: Rule::Ends },
    Kind { name: "lines", pk: "T#*#U#*", sk: "K#*", attributes: ENDS, rule: Rule::Ends },
    Kind { name: "lines", pk: "T#*#U#*", sk: "M#*", attributes: RECORD, rule: Rule::Customer },
    Kind { name: "fences", pk: "T#*#U#*", sk: "E", attributes: RECORD, rule: Rule::Customer },
    Kind { name: "sessions", pk: "T#*#L#*", sk: "L", attributes: DUE, rule: Rule::Ends },
    Kind { name: "tokens", pk: "TOKEN#*", sk: "TOKEN", attributes: ENDS, rule: Rule::Ends },
    Kind { name: "answers", pk: "T#*#A#*", sk: "A", attributes: ENDS, rule: Rule::Ends },
    Kind { name: "visits_counted", pk: "T#*#N#*", sk: "N#*", attributes: &["n", "ttl"], rule: Rule::Ends },
    Kind { name: "visits_of_tenant", pk: "T#*#N", sk: "N#*", attributes: &["n", "ttl"], rule: Rule::EndsAlone },
    Kind { name: "customers", pk: "T#*#S#*", sk: "S#*", attributes: RECORD, rule: Rule::Customer },
    Kind { name: "emails", pk: "EMAIL#*", sk: "EMAIL", attributes: RECORD, rule: Rule::Customer },
    Kind { name: "erasures", pk: "T#*#E#*", sk: "E", attributes: DUE, rule: Rule::EndsAlone },
    Kind { name: "catalogue", pk: "CATALOGUE", sk: "HEAD", attributes: VERSIONED, rule: Rule::Kept },
    Kind { name: "catalogue_pages", pk: "CATALOGUE#*", sk: "PAGE", attributes: ENDS, rule: Rule::EndsAlone },
    Kind { name: "lateness", pk: "LATE#*", sk: "LATE", attributes: RECORD, rule: Rule::Kept },
    Kind { name: "comparisons", pk: "COMPARISON", sk: "COMPARISON", attributes: VERSIONED, rule: Rule::Kept },
    Kind { name: "orphans", pk: "ORPHAN#*", sk: "ORPHAN", attributes: ENDS, rule: Rule::EndsAlone },
    Kind { name: "ticks", pk: "TICK", sk: "TICK", attributes: RECORD, rule: Rule::Kept },
];

/// The kind of an item, by its keys.
pub fn kind(pk: &str, sk: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| fits(kind.pk, pk) && fits(kind.sk, sk))
}

/// Ids hold no `#`; what is left at the end of a sort key may.
fn fits(pattern: &str, text: &str) -> bool {
    let (mut parts, mut texts) = (pattern.split('#').peekable(), text.split('#'));
    let open = pattern.ends_with('*') && !pattern.starts_with('T');
    while let Some(part) = parts.next() {
        let Some(text) = texts.next() else { return false };
        if part == "*" && parts.peek().is_none() {
            return open || texts.next().is_none();
        }
        if part != "*" && part != text {
            return false;
        }
    }
    texts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_of_one_kind() {
        for (pk, sk, want) in [
            ("T#acme", "U#ada#con_1", Some("listed")),
            ("T#acme#C#con_1", "J#000001#000000000001", Some("entries")),
            ("T#acme#C#con_1", "F", Some("fold_indexes")),
            ("T#acme#C#con_1", "F#acc_1#2026-01-01", Some("folds")),
            ("T#acme#C#con_1", "F#acc_1#B#2026-01-01", Some("folds")),
            ("T#acme#C#con_1", "F#M#acc_1#2026-01-01", Some("folds")),
            ("T#acme#N", "N#0000495000", Some("visits_of_tenant")),
            ("T#acme#N#ada", "N#0000495000", Some("visits_counted")),
            ("CATALOGUE", "HEAD", Some("catalogue")),
            ("LATE#bank_xf", "LATE", Some("lateness")),
            ("T#acme#C#con_1", "X", None),
            ("T#acme#X#con_1", "K", None),
        ] {
            assert_eq!(kind(pk, sk).map(|kind| kind.name), want, "{pk} {sk}");
        }
    }
}
