//! Account mapping: the SaaS's own reference of an account.

use domain::{
    connection::Connection,
    id::AccountId,
    journal::Ledger,
    mapping::{Mapping, Reference},
    statement::Period,
};
use serde::{Deserialize, Deserializer};
use shell::{
    Answer, Call, Code, Problem,
    view::{AccountView, etag},
};
use store::{StoreError, Table};

use crate::sessions::RACES;

/// The body of a change.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    #[serde(default)]
    reference: Said,
    #[serde(default, deserialize_with = "given")]
    statement_period: Option<Period>,
}

/// A field that is left out or says something: null would change nothing, and is refused.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// What a change says of the reference.
#[derive(Default)]
enum Said {
    /// Nothing: it stays as it is.
    #[default]
    Nothing,
    /// Null: it is taken back.
    TakenBack,
    /// This.
    This(String),
}

impl<'de> Deserialize<'de> for Said {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(from)?.map_or(Self::TakenBack, Self::This))
    }
}

/// What a mapping is to say.
struct Wanted {
    reference: Named,
    /// How long statements are; none = as they are.
    period: Option<Period>,
}

/// Which reference it is to have.
enum Named {
    /// What it has already.
    AsItIs,
    /// This one, or none.
    Reference(Option<Reference>),
}

impl Wanted {
    fn of(change: Change) -> Result<Self, Problem> {
        let reference = match change.reference {
            Said::Nothing => Named::AsItIs,
            Said::TakenBack => Named::Reference(None),
            Said::This(text) => Named::Reference(Some(
                Reference::try_from(text)
                    .map_err(|wrong| Problem::field("/reference", wrong.to_string()))?,
            )),
        };
        Ok(Self { reference, period: change.statement_period })
    }

    fn met(&self, mapping: &Mapping, id: &AccountId) -> bool {
        let named = match &self.reference {
            Named::AsItIs => true,
            Named::Reference(wanted) => wanted.as_ref() == mapping.reference(id),
        };
        named && self.period.is_none_or(|wanted| wanted == mapping.period(id))
    }

    fn met_by(&self, mapping: &Mapping, id: &AccountId) -> Mapping {
        mapping.changed(id, |mapped| {
            if let Named::Reference(reference) = &self.reference {
                mapped.reference.clone_from(reference);
            }
            mapped.period = self.period.or(mapped.period);
        })
    }
}

/// `PATCH /v1/accounts/{id}`: only where nobody has changed it since the caller looked.
pub(crate) async fn change(table: &Table, call: &Call) -> Result<Answer, Problem> {
    call.only_queries(&[])?;
    let id: AccountId = call.path("id")?;
    let (connection, ledger) = of_account(table, call, &id).await?;
    let seen = call.header("if-match").ok_or_else(|| {
        Problem::new(Code::IfMatchMissing).with_detail("send the etag of the account in If-Match")
    })?;
    let body: Change = call.json()?;
    let mapping = changed(table, &connection, &id, seen, &Wanted::of(body)?).await?;
    let view = AccountView::find(&id, &connection, &ledger, &mapping).ok_or_else(not_found)?;
    Ok(Answer::json(200, &view).with_header("etag", etag(&id, &mapping)))
}

async fn changed(
    table: &Table,
    connection: &Connection,
    id: &AccountId,
    seen: &str,
    wanted: &Wanted,
) -> Result<Mapping, Problem> {
    let (tenant, connection) = (&connection.tenant, &connection.id);
    let mut tried = false;
    for _ in 0..RACES {
        let mapping = table.mapping(tenant, connection).await?;
        // A put whose answer was lost is sent again by the SDK, and meets itself.
        if tried && wanted.met(&mapping, id) {
            return Ok(mapping);
        }
        if !matches(seen, &etag(id, &mapping)) {
            return Err(Problem::new(Code::Stale).with_detail("load it again, and decide again"));
        }
        if wanted.met(&mapping, id) {
            return Ok(mapping);
        }
        match table.put_mapping(tenant, connection, &wanted.met_by(&mapping, id)).await {
            // Another account of the same connection, or this one: the next look tells.
            Err(StoreError::Conflict) => tried = true,
            stored => return Ok(stored?),
        }
    }
    Err(StoreError::Conflict.into())
}

/// Whether one of the header's tags is this one; `*` is any. Tags are compared strongly: a weak one never
/// matches.
fn matches(header: &str, tag: &str) -> bool {
    header.split(',').map(str::trim).any(|one| one == "*" || one == tag)
}

async fn of_account(
    table: &Table,
    call: &Call,
    id: &AccountId,
) -> Result<(Connection, Ledger), Problem> {
    let caller = call.caller()?;
    let connection = id.connection().ok_or_else(not_found)?;
    let newest = table.newest(&caller.tenant, &connection).await?.ok_or_else(not_found)?;
    let ledger = Ledger::replay(&newest.entries);
    let seen = caller.sees(&newest.connection.customer) && !newest.connection.unlisted;
    if seen && ledger.accounts.contains_key(id) {
        return Ok((newest.connection, ledger));
    }
    Err(not_found())
}

pub(crate) fn not_found() -> Problem {
    Problem::new(Code::AccountNotFound)
}
