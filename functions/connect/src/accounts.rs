//! Account mapping: the SaaS's own reference of an account.

use domain::{
    connection::Connection,
    id::AccountId,
    journal::Ledger,
    mapping::{Mapping, Reference},
};
use serde::{Deserialize, Deserializer};
use shell::{
    Answer, Call, Code, Problem,
    view::{AccountView, etag},
};
use store::{StoreError, Table};

use crate::sessions::RACES;

/// The body of a change. What is absent stays as it is; null takes it back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    #[serde(default, deserialize_with = "given")]
    reference: Option<Option<String>>,
}

/// Tells null from absent.
fn given<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(from).map(Some)
}

/// `PATCH /v1/accounts/{id}`: only where nobody has changed it since the caller looked.
pub(crate) async fn change(table: &Table, call: &Call) -> Result<Answer, Problem> {
    call.only_queries(&[])?;
    let id: AccountId = call.path("id")?;
    let (connection, ledger) = of_account(table, call, &id).await?;
    let wanted = call.header("if-match");
    let wanted = wanted.ok_or_else(|| {
        Problem::new(Code::IfMatchMissing).with_detail("send the etag of the account in If-Match")
    })?;
    let body: Change = call.json()?;
    let reference = body.reference.map(|text| text.map(Reference::try_from).transpose());
    let reference =
        reference.transpose().map_err(|wrong| Problem::field("/reference", wrong.to_string()))?;
    let mapping = changed(table, &connection, &id, wanted, reference).await?;
    let view = AccountView::find(&id, &connection, &ledger, &mapping).ok_or_else(not_found)?;
    Ok(Answer::json(200, &view).with_header("etag", etag(&id, &mapping)))
}

async fn changed(
    table: &Table,
    connection: &Connection,
    id: &AccountId,
    wanted: &str,
    reference: Option<Option<Reference>>,
) -> Result<Mapping, Problem> {
    let (tenant, connection) = (&connection.tenant, &connection.id);
    let mut tried = false;
    for _ in 0..RACES {
        let mapping = table.mapping(tenant, connection).await?;
        let as_wanted =
            reference.as_ref().is_none_or(|wanted| wanted.as_ref() == mapping.reference(id));
        // A put whose answer was lost is sent again by the SDK, and meets itself.
        if tried && as_wanted {
            return Ok(mapping);
        }
        if !matches(wanted, &etag(id, &mapping)) {
            return Err(Problem::new(Code::Stale).with_detail("load it again, and decide again"));
        }
        if as_wanted {
            return Ok(mapping);
        }
        let next = mapping.with(id, reference.clone().flatten());
        match table.put_mapping(tenant, connection, &next).await {
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

fn not_found() -> Problem {
    Problem::new(Code::AccountNotFound)
}
