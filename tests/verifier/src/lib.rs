//! Whether an export of consent receipts is what a deployment of Halite wrote: offline, by its public key.
//!
//! It shares no code with Halite on purpose: what is wrong on one side is not wrong on the other in the same way.

mod key;

use ring::digest::{SHA256, digest};
use serde_json::Value;

pub use key::{Key, Trusted};

/// What an export turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Receipts in the chain.
    pub count: usize,
    /// The hash of the last one.
    pub last: String,
    /// The instant at which the deployment said that there are no more.
    pub as_of: String,
    /// SHA-256 of the public key that signed it.
    pub fingerprint: String,
}

/// What the verifier knows beside the export itself.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The key that is trusted; none = the export's own, which proves nothing of who wrote it.
    pub trusted: Option<Trusted>,
    /// There were so many receipts before: fewer are a chain that was cut off.
    pub at_least: usize,
    /// The hash of a receipt that was seen before: it must still be in the chain.
    pub holding: Option<String>,
}

/// Verifies an export. Errors: one sentence that says what is wrong, and where.
pub fn verify(export: &str, known: &Known) -> Result<Verdict, String> {
    let export: Value =
        serde_json::from_str(export).map_err(|error| format!("the export is not JSON: {error}"))?;
    if export["type"] != "halite.consent.export.v1" {
        return Err(String::from("this is no export of consent receipts in the form v1"));
    }
    let key = Key::from_pem(text(&export["key"], "public_key")?)?;
    if let Some(trusted) = &known.trusted
        && !trusted.is(&key)
    {
        let own = key.fingerprint();
        return Err(format!("it is signed by another key than the trusted one: {own}"));
    }
    let connection = text(&export, "connection_id")?;
    let receipts = export["receipts"].as_array().ok_or("the export has no list of receipts")?;
    let mut hashes = vec!["0".repeat(64)];
    for (index, receipt) in receipts.iter().enumerate() {
        let place = format!("receipt {}", index + 1);
        let said = signed(receipt, &key, &place)?;
        let kind = "halite.consent.receipt.v1";
        expect(&receipt["said"]["type"], &kind.into(), &place, "type")?;
        expect(&receipt["said"]["connection_id"], &connection.into(), &place, "connection_id")?;
        expect(&receipt["said"]["number"], &(index + 1).into(), &place, "number")?;
        let previous = hashes.last().map_or("", String::as_str);
        expect(&receipt["said"]["previous"], &previous.into(), &place, "previous")?;
        hashes.push(hex(digest(&SHA256, said.as_bytes()).as_ref()));
    }
    let last = hashes.last().cloned().unwrap_or_default();
    let head = &export["head"];
    signed(head, &key, "the head")?;
    for (name, want) in [
        ("type", Value::from("halite.consent.head.v1")),
        ("connection_id", connection.into()),
        ("count", receipts.len().into()),
        ("last", last.as_str().into()),
    ] {
        expect(&head["said"][name], &want, "the head", name)?;
    }
    if receipts.len() < known.at_least {
        let (count, before) = (receipts.len(), known.at_least);
        return Err(format!("the chain was cut off: {count} receipts, and there were {before}"));
    }
    if let Some(hash) = &known.holding
        && !hashes[1..].contains(hash)
    {
        return Err(format!("no receipt has the hash {hash}: it is another chain, or was cut off"));
    }
    let as_of = text(&head["said"], "at")?.to_owned();
    Ok(Verdict { count: receipts.len(), last, as_of, fingerprint: key.fingerprint() })
}

/// The canonical text of what was said, whose signature holds.
fn signed(part: &Value, key: &Key, place: &str) -> Result<String, String> {
    if part["said"].is_null() {
        return Err(format!("{place} says nothing"));
    }
    let said = canonical(&part["said"]);
    let signature = text(part, "signature").map_err(|_| format!("{place} is not signed"))?;
    if key.signed(said.as_bytes(), signature) {
        return Ok(said);
    }
    Err(format!("{place} was changed, or is not signed by this key"))
}

fn expect(found: &Value, want: &Value, place: &str, name: &str) -> Result<(), String> {
    if found == want {
        return Ok(());
    }
    Err(format!("the chain is broken at {place}: `{name}` is {found}, and should be {want}"))
}

fn text<'a>(object: &'a Value, name: &str) -> Result<&'a str, String> {
    object[name].as_str().ok_or_else(|| format!("the export has no `{name}`"))
}

/// RFC 8785 for what receipts hold: objects with names in ASCII, lists, texts, whole numbers, null.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort();
            let mut text = String::from("{");
            for name in names {
                let comma = if text.len() > 1 { "," } else { "" };
                let (name, value) = (Value::from(name.as_str()), canonical(&members[name]));
                text = format!("{text}{comma}{name}:{value}");
            }
            text + "}"
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| {
            [byte >> 4, byte & 15].map(|half| char::from_digit(u32::from(half), 16).unwrap_or('0'))
        })
        .collect()
}
