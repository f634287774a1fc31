//! What the documentation leaves open. The numbers are those of the list of open questions.

use std::collections::BTreeSet;

use domain::{bank::Rows, id::RemoteConnectionId};
use reqwest::Method;
use salt_edge::Mode;
use serde_json::{Value, json};

use crate::{Failure, Finding, Ground, Linked, Reply, musts::PAUSE};

/// Asks everything that can be asked without spoiling anything.
pub async fn questions(ground: &Ground) -> Result<Vec<Finding>, Failure> {
    let mut found = customers(ground).await?;
    found.push(per_page(ground).await?);
    found.push(by_identifier(ground).await?);
    found.push(unknown_key(ground).await?);
    found.push(missing(ground).await?);
    if let Some(linked) = &ground.linked {
        found.extend(asked(ground, &linked.connection).await?);
        found.push(returned(linked));
    }
    found.push(lifetime(ground).await?);
    Ok(found)
}

/// 6: what a customer is made of.
async fn customers(ground: &Ground) -> Result<Vec<Finding>, Failure> {
    let caller = &ground.caller;
    let name = |who: &str| format!("{}-{who}", ground.run);
    let mail = |who: &str| format!("{}-{who}@example.com", ground.run);
    let make = |data: Value| caller.send(Method::POST, "/customers", Some(data));
    let mut found = Vec::new();
    let plain = make(json!({ "identifier": name("plain") })).await?;
    found.push(Finding::open("6  customer by identifier", plain.says()));
    if ground.mode == Mode::Partner {
        let both = make(json!({ "identifier": name("both"), "email": mail("both") })).await?;
        found.push(Finding::open("6  customer by identifier and email", both.says()));
        let email = make(json!({ "email": mail("alone") })).await?;
        found.push(Finding::open("6  customer by email", email.says()));
        let other = make(json!({ "identifier": name("other"), "email": mail("both") })).await?;
        let same = both.done() && id_of(&both) == id_of(&other);
        let says = if same { "the customer that is there".to_owned() } else { other.says() };
        found.push(Finding::open("6  the same email once more", says));
    }
    Ok(found)
}

/// 8: whether a customer is found by identifier.
async fn by_identifier(ground: &Ground) -> Result<Finding, Failure> {
    let path = format!("/customers/{}-plain", ground.run);
    let reply = ground.caller.send(Method::GET, &path, None).await?;
    Ok(Finding::open("8  GET /customers/{identifier}", reply.says()))
}

fn id_of(reply: &Reply) -> String {
    reply.body["data"]["customer_id"].to_string()
}

/// 7: the size of a page when nobody says.
async fn per_page(ground: &Ground) -> Result<Finding, Failure> {
    let reply = ground.caller.send(Method::GET, "/customers", None).await?;
    let rows = reply.body["data"].as_array().map_or(0, Vec::len);
    let more = !reply.body["meta"]["next_id"].is_null();
    let says = if more { rows.to_string() } else { format!("at least {rows}: there are no more") };
    Ok(Finding::open("7  rows of a page", says))
}

/// 9: keys that nobody documented.
async fn unknown_key(ground: &Ground) -> Result<Finding, Failure> {
    let data = json!({ "identifier": format!("{}-odd", ground.run), "unheard_of": true });
    let reply = ground.caller.send(Method::POST, "/customers", Some(data)).await?;
    Ok(Finding::open("9  a key that nobody knows", reply.says()))
}

/// 10: how an id that is not there is answered.
async fn missing(ground: &Ground) -> Result<Finding, Failure> {
    let mut says = Vec::new();
    for path in ["/connections/1", "/customers/1", "/accounts?connection_id=1"] {
        let reply = ground.caller.send(Method::GET, path, None).await?;
        says.push(format!("{path}: {}", reply.says()));
    }
    Ok(Finding::open("10 what is not there", says.join("; ")))
}

/// 15: how long pages wait for the browser.
async fn lifetime(ground: &Ground) -> Result<Finding, Failure> {
    let what = "15 lifetime of connect_url";
    let now = ground.now();
    let customer = ground.client.customer(&ground.new_customer("waits"), now).await?;
    let opened = ground.client.open(&ground.pages(customer)?, now).await?;
    let minutes = opened.expires_at.map(|end| end.duration_since(now).as_mins());
    let says = minutes.map_or("not said".to_owned(), |minutes| format!("{minutes} minutes"));
    Ok(Finding::open(what, says))
}

/// 12: what the browser brings back.
fn returned(linked: &Linked) -> Finding {
    let says = linked.returned.as_ref().map(|names| names.join(", "));
    let says = says.unwrap_or_else(|| "no browser of ours went through the pages".to_owned());
    Finding::open("12 parameters of the browser's return", says)
}

/// 11, 13: what an ask answers, and whether pending rows keep their ids over it.
async fn asked(ground: &Ground, id: &RemoteConnectionId) -> Result<Vec<Finding>, Failure> {
    let (ask, ids) =
        ("11 body of background_refresh", "13 ids of pending rows after another fetch");
    let before = pending(ground, id).await?;
    if let Some(later) = &ground.later {
        later(PAUSE).await;
    }
    let path = format!("/connections/{id}/background_refresh");
    let scopes = json!({ "attempt": { "fetch_scopes": ["accounts", "balance", "transactions"] } });
    let reply = ground.caller.send(Method::POST, &path, Some(scopes)).await?;
    let keys: Vec<_> =
        reply.body["data"].as_object().into_iter().flat_map(|data| data.keys()).collect();
    let kind = match keys.iter().any(|key| *key == "connect_url") {
        true => "connect_url",
        false if keys.iter().any(|key| *key == "last_attempt") => "the connection",
        false => "something else",
    };
    let says = if reply.done() { format!("{}: {kind}", reply.status) } else { reply.says() };
    let mut found = vec![Finding::open(ask, says)];
    found.push(match &ground.later {
        Some(later) => {
            later(PAUSE).await;
            let after = pending(ground, id).await?;
            let kept = before.intersection(&after).count();
            Finding::open(ids, format!("{kept} of {} kept, {} now", before.len(), after.len()))
        }
        None => Finding::open(ids, format!("{} now: compare after the next fetch", before.len())),
    });
    Ok(found)
}

async fn pending(ground: &Ground, id: &RemoteConnectionId) -> Result<BTreeSet<String>, Failure> {
    let (client, now) = (&ground.client, ground.now());
    let mut found = BTreeSet::new();
    for account in client.accounts(id, now).await?.rows {
        let rows = client.transactions(id, &account.id, Rows::Pending, None, now).await?;
        found.extend(rows.rows.iter().map(|row| row.id.to_string()));
    }
    Ok(found)
}
