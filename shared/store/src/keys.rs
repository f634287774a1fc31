//! Keys. A partition key of a tenant's data starts with the tenant, and is made here and nowhere else.

use domain::{
    id::{
        AccountId, ConnectionId, CustomerId, ErasureId, InstitutionId, LinkSessionId,
        RemoteConnectionId, TenantId,
    },
    journal::Position,
};
use jiff::civil::Date;

/// A partition key and a sort key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

impl Key {
    fn new(pk: String, sk: impl Into<String>) -> Self {
        Self { pk, sk: sk.into() }
    }

    /// A link session.
    pub(crate) fn session(tenant: &TenantId, session: &LinkSessionId) -> Self {
        Self::new(format!("T#{tenant}#L#{session}"), "L")
    }

    /// A connection. It sorts right behind its entries: one descending query brings both.
    pub(crate) fn connection(tenant: &TenantId, connection: &ConnectionId) -> Self {
        Self::new(partition(tenant, connection), CONNECTION)
    }

    /// An entry of a connection's journal.
    pub(crate) fn entry(tenant: &TenantId, connection: &ConnectionId, at: Position) -> Self {
        Self::new(partition(tenant, connection), entry(at))
    }

    /// Which folds a connection has.
    pub(crate) fn folds(tenant: &TenantId, connection: &ConnectionId) -> Self {
        Self::new(partition(tenant, connection), FOLD)
    }

    /// What the SaaS said of a connection's accounts: in its partition, out of the way of every pull's query.
    pub(crate) fn mapping(tenant: &TenantId, connection: &ConnectionId) -> Self {
        Self::new(partition(tenant, connection), "A")
    }

    /// A version of a statement: in its connection's partition, out of the way of every pull's query.
    pub(crate) fn statement(
        tenant: &TenantId,
        connection: &ConnectionId,
        account: &AccountId,
        version: (u32, u32),
    ) -> Self {
        Self::new(partition(tenant, connection), statement(account, version))
    }

    /// A receipt of a connection's consents: in its partition, out of the way of every pull's query.
    pub(crate) fn receipt(tenant: &TenantId, connection: &ConnectionId, number: u64) -> Self {
        Self::new(partition(tenant, connection), format!("{RECEIPT}{number:08}"))
    }

    /// When a connection's next notice is due.
    pub(crate) fn notice(tenant: &TenantId, connection: &ConnectionId) -> Self {
        Self::new(partition(tenant, connection), "N")
    }

    /// Which of a customer's connections has an account.
    pub(crate) fn claim(tenant: &TenantId, customer: &CustomerId, account: &str) -> Self {
        Self::new(claims(tenant, customer), format!("{CLAIM}{account}"))
    }

    /// A tenant's list of connections, by customer.
    pub(crate) fn listed(
        tenant: &TenantId,
        customer: &CustomerId,
        connection: &ConnectionId,
    ) -> Self {
        Self::new(directory(tenant), format!("{}{connection}", listed_by(Some(customer))))
    }

    /// From Salt Edge's id of a connection to ours.
    pub(crate) fn remote(remote: &RemoteConnectionId) -> Self {
        Self::new(format!("REMOTE#{remote}"), "REMOTE")
    }

    /// From the hash of a token in a browser's address to its session.
    pub(crate) fn token(hash: &str) -> Self {
        Self::new(format!("TOKEN#{hash}"), "TOKEN")
    }

    /// The answer that a request with an `Idempotency-Key` had.
    pub(crate) fn answered(tenant: &TenantId, request: &str) -> Self {
        Self::new(format!("T#{tenant}#A#{request}"), "A")
    }

    /// What a user, or the whole tenant, did in one hour since 1970.
    pub(crate) fn counted(tenant: &TenantId, customer: Option<&CustomerId>, hour: i64) -> Self {
        let whose = customer.map_or_else(String::new, |customer| format!("#{customer}"));
        Self::new(format!("T#{tenant}#N{whose}"), format!("N#{hour:010}"))
    }

    /// A user's customer at Salt Edge.
    pub(crate) fn customer(tenant: &TenantId, customer: &CustomerId, digest: &str) -> Self {
        Self::new(format!("T#{tenant}#S#{customer}"), format!("S#{digest}"))
    }

    /// Whose an e-mail address is, by its keyed hash.
    pub(crate) fn email(hash: &str) -> Self {
        Self::new(format!("EMAIL#{hash}"), "EMAIL")
    }

    /// An erasure, later its receipt.
    pub(crate) fn erasure(tenant: &TenantId, erasure: &ErasureId) -> Self {
        Self::new(format!("T#{tenant}#E#{erasure}"), "E")
    }

    /// That a customer is being erased: nothing is begun for them.
    pub(crate) fn fence(tenant: &TenantId, customer: &CustomerId) -> Self {
        Self::new(claims(tenant, customer), "E")
    }

    /// That something lies under a key which does not say whose it is.
    pub(crate) fn held(
        tenant: &TenantId,
        customer: &CustomerId,
        (what, name): (&str, &str),
    ) -> Self {
        Self::new(claims(tenant, customer), format!("{what}{name}"))
    }

    /// A customer's ids at Salt Edge, and the counts of their visits: the partition of each.
    pub(crate) fn partitions(tenant: &TenantId, customer: &CustomerId) -> [String; 2] {
        [format!("T#{tenant}#S#{customer}"), format!("T#{tenant}#N#{customer}")]
    }

    /// An item as it stands in the table.
    pub(crate) fn there(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self::new(pk.into(), sk)
    }

    /// How far the comparison with Salt Edge is.
    pub(crate) fn comparison() -> Self {
        Self::new("COMPARISON".to_owned(), "COMPARISON")
    }

    /// A connection at Salt Edge that nothing here leads to.
    pub(crate) fn orphan(remote: &RemoteConnectionId) -> Self {
        Self::new(format!("ORPHAN#{remote}"), "ORPHAN")
    }

    /// What the catalogue consists of.
    pub(crate) fn catalogue() -> Self {
        Self::new(CATALOGUE.to_owned(), "HEAD")
    }

    /// Some banks of a country, under the hash of what it holds.
    pub(crate) fn catalogue_page(name: &str) -> Self {
        Self::new(format!("{CATALOGUE}#{name}"), "PAGE")
    }

    /// How late a bank books.
    pub(crate) fn lateness(institution: &InstitutionId) -> Self {
        Self::new(format!("LATE#{institution}"), "LATE")
    }

    /// The last minute that the schedule has worked off.
    pub(crate) fn tick() -> Self {
        Self::new("TICK".to_owned(), "TICK")
    }
}

/// Sorts behind every character that a key may hold: the upper end of a range.
pub(crate) const END: char = '\u{7f}';
/// The beginning of an entry's sort key.
pub(crate) const ENTRY: &str = "J#";
/// The beginning of the sort keys of folds and their index.
pub(crate) const FOLD: &str = "F";
/// The beginning of a receipt's sort key.
pub(crate) const RECEIPT: &str = "R#";
/// The beginning of a claim's sort key.
pub(crate) const CLAIM: &str = "A#";
/// The sort key of a connection.
pub(crate) const CONNECTION: &str = "K";
/// The partition of the catalogue's head, and the beginning of its pages'.
const CATALOGUE: &str = "CATALOGUE";

/// The partition of one connection and its journal.
pub(crate) fn partition(tenant: &TenantId, connection: &ConnectionId) -> String {
    format!("T#{tenant}#C#{connection}")
}

/// The partition of one customer: claims, and what is held for them elsewhere.
pub(crate) fn claims(tenant: &TenantId, customer: &CustomerId) -> String {
    format!("T#{tenant}#U#{customer}")
}

/// The sort key of an entry: fixed width, so that text order is the order of the log.
pub(crate) fn entry(at: Position) -> String {
    format!("J#{:06}#{:012}", at.generation, at.number)
}

/// The place that the sort key of an entry names.
pub(crate) fn position(sk: &str) -> Option<Position> {
    let (generation, number) = sk.strip_prefix("J#")?.split_once('#')?;
    Some(Position { generation: generation.parse().ok()?, number: number.parse().ok()? })
}

/// The beginning of the sort keys of an account's statements.
pub(crate) fn statements(account: &AccountId) -> String {
    format!("S#{account}#")
}

/// The sort key of a statement's version: fixed width, so that text order is the order of numbers, then of versions.
pub(crate) fn statement(account: &AccountId, (number, version): (u32, u32)) -> String {
    format!("{}{number:05}#{version:03}", statements(account))
}

/// Behind every entry: the upper end of a journal.
pub(crate) const LAST: &str = "J~";

/// The sort key of a fold: those of one account in the order of their days.
pub(crate) fn fold(account: &AccountId, start: Date) -> String {
    format!("F#{account}#{start}")
}

/// The sort key of a piece of an account's balances, by its first day.
pub(crate) fn balances(account: &AccountId, start: Date) -> String {
    format!("F#{account}#B#{start}")
}

/// The sort key of what the index lists of an account and a month: out of the way of its folds.
pub(crate) fn month(account: &AccountId, month: Date) -> String {
    format!("{}#{month}", months(Some(account)))
}

/// The account and the month that such a sort key names.
pub(crate) fn of_month(sk: &str) -> Option<(AccountId, Date)> {
    let (account, month) = sk.strip_prefix("F#M#")?.split_once('#')?;
    Some((account.parse().ok()?, month.parse().ok()?))
}

/// The beginning of these sort keys: of one account, or of all.
pub(crate) fn months(account: Option<&AccountId>) -> String {
    account.map_or_else(|| String::from("F#M#"), |account| format!("F#M#{account}"))
}

/// The partition of a tenant's list of connections.
pub(crate) fn directory(tenant: &TenantId) -> String {
    format!("T#{tenant}")
}

/// The beginning of the list's sort keys: of one customer, or of all.
pub(crate) fn listed_by(customer: Option<&CustomerId>) -> String {
    customer.map_or_else(|| String::from("U#"), |customer| format!("U#{customer}#"))
}
