//! Entries as bytes: what follows from the rest is left out, and what an entry before says is not said again.
//!
//! Form 3 of [`crate::encode`]: the form, the built-in dictionary's number, how many places before it the entry
//! stands behind which it is deflated (0 = none), how many places its tail reaches back, a check of that entry's
//! text, then deflated JSON. So the tail of a read, some sixty entries of one pattern, is a third of what they say.

use std::fmt;

use domain::{
    id::{AccountId, RemoteTransactionId},
    journal::{Body, Entry, Position},
    secret::Personal,
};
use flate2::Crc;
use serde_json::{Map, Value, json};

use crate::{
    encode::{self, deflated, inflated, parsed},
    error::StoreError,
    item::{Item, bytes_of, text_of},
    keys,
};

const KIND: &str = "entry";
const READ: &str = "/body/read";
const FORM: u8 = 3;
/// The built-in dictionary and its number. Another text is another number, and this one stays readable.
const DICTIONARY: (u8, &[u8]) = (1, include_bytes!("entry/dictionary.1.json"));
/// Bytes before what is deflated.
const HEAD: usize = 10;
/// A tail that reaches back further, or nowhere, says so in the entry only.
const FAR: u16 = u16::MAX;
/// What deflate looks back on. Source: RFC 1951.
const WINDOW: usize = 32 * 1024;
/// Entries behind one another that go by the same one.
const GOES_FOR: u16 = 64;
/// An entry of so many bytes is one write unit with its keys: alone, where going by another gains little, it is the
/// better one for those after it to go by.
const ONE_UNIT: usize = 900;
/// The most bytes of an entry that others are deflated behind: whoever reads one of them reads it too.
const SMALL: usize = 2 * 1024;

/// The text of an entry that later ones may be deflated behind.
#[derive(Clone)]
pub struct Base {
    pub(crate) at: Position,
    text: Personal,
}

impl fmt::Debug for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Base({:?})", self.at)
    }
}

/// An entry as bytes, behind another where that one is near enough and says enough of it.
pub(crate) fn packed(entry: &Entry, base: Option<&Base>) -> Result<Vec<u8>, StoreError> {
    let Body::Read(read) = &entry.body else { return encode::encode(KIND, entry) };
    let reach = back(entry.at, read.tail_from).filter(|places| *places < FAR);
    let mut value = serde_json::to_value(entry).map_err(|error| refused(&error))?;
    leave_out(&mut value, reach.is_some());
    let json = serde_json::to_vec(&value).map_err(|error| refused(&error))?;
    let behind = |base: Option<(u16, &Base)>| {
        let (places, base) = base.unzip();
        let mut head = vec![FORM, DICTIONARY.0];
        head.extend(places.unwrap_or(0).to_be_bytes());
        head.extend(reach.unwrap_or(FAR).to_be_bytes());
        head.extend(check(base).to_be_bytes());
        deflated(KIND, head, &known(base), &json)
    };
    let alone = behind(None)?;
    let near = base.and_then(|base| Some((back(entry.at, base.at)?, base)));
    let Some(near) = near.filter(|(places, _)| (1..=GOES_FOR).contains(places)) else {
        return Ok(alone);
    };
    let short = behind(Some(near))?;
    let gains = short.len() < alone.len() / 3 * 2;
    Ok(if gains || alone.len() > ONE_UNIT { short } else { alone })
}

/// Places from an entry back to an earlier one of its generation.
fn back(from: Position, to: Position) -> Option<u16> {
    let places = from.number.checked_sub(to.number)?;
    u16::try_from(places).ok().filter(|_| from.generation == to.generation)
}

fn refused(error: &serde_json::Error) -> StoreError {
    unreadable(error.to_string())
}

/// An entry's item.
pub(crate) struct Stored {
    pub(crate) at: Position,
    bytes: Vec<u8>,
}

impl Stored {
    pub(crate) fn of(item: &Item) -> Result<Self, StoreError> {
        let at = text_of(item, "sk").and_then(keys::position);
        let at = at.ok_or_else(|| unreadable(String::from("it has no place")))?;
        let bytes = bytes_of(item).ok_or_else(|| unreadable(String::from("it has no record")))?;
        Ok(Self { at, bytes: bytes.to_vec() })
    }

    /// The entry that it is deflated behind; none where it stands alone.
    pub(crate) fn behind(&self) -> Result<Option<Position>, StoreError> {
        match self.head()? {
            None | Some((0, ..)) => Ok(None),
            Some((places, ..)) => self.before(places).map(Some),
        }
    }

    /// The oldest entry of its tail, where its head says.
    pub(crate) fn tail_from(&self) -> Result<Option<Position>, StoreError> {
        match self.head()? {
            None | Some((_, FAR, _)) => Ok(None),
            Some((_, places, _)) => self.before(places).map(Some),
        }
    }

    /// What later ones may be deflated behind, whole; none where it is deflated behind another.
    pub(crate) fn base(&self) -> Result<Option<Base>, StoreError> {
        if self.behind()?.is_some() {
            return Ok(None);
        }
        let text = String::from_utf8(self.text(None)?);
        let text = text.map_err(|_| unreadable(String::from("it is not UTF-8")))?;
        Ok(Some(Base { at: self.at, text: text.into() }))
    }

    /// Whether it is small enough that a read of others may bring it along.
    pub(crate) fn small(&self) -> bool {
        self.bytes.len() <= SMALL
    }

    /// The entry, given the one that it is deflated behind.
    pub(crate) fn entry(&self, base: Option<&Base>) -> Result<Entry, StoreError> {
        let text = self.text(base)?;
        if self.head()?.is_none() {
            return parsed(KIND, &text);
        }
        let mut value: Value = parsed(KIND, &text)?;
        put_back(&mut value, self.at, self.tail_from()?);
        // A type is named, and what stands there is not.
        serde_json::from_value(value).map_err(|error| {
            unreadable(format!("its fields are not an entry's ({:?})", error.classify()))
        })
    }

    fn text(&self, base: Option<&Base>) -> Result<Vec<u8>, StoreError> {
        let Some((_, _, checked)) = self.head()? else { return encode::json(KIND, &self.bytes) };
        if checked != check(base) {
            return Err(unreadable(String::from("the entry that it goes by is another")));
        }
        inflated(KIND, &self.bytes[HEAD..], &known(base))
    }

    /// Places to the entry that it goes by and to the oldest of its tail, and the check; none of an earlier form.
    fn head(&self) -> Result<Option<(u16, u16, u32)>, StoreError> {
        match self.bytes.first_chunk::<HEAD>() {
            Some(&[FORM, number, a, b, c, d, rest @ ..]) if number == DICTIONARY.0 => {
                let places = u16::from_be_bytes([a, b]);
                Ok(Some((places, u16::from_be_bytes([c, d]), u32::from_be_bytes(rest))))
            }
            Some(&[FORM, number, ..]) => Err(unreadable(format!(
                "its dictionary is {number}, which this release does not know"
            ))),
            Some(_) | None => Ok(None),
        }
    }

    fn before(&self, places: u16) -> Result<Position, StoreError> {
        let number = self.at.number.checked_sub(u64::from(places)).filter(|number| *number > 0);
        let number = number.ok_or_else(|| unreadable(String::from("it reaches back too far")))?;
        Ok(Position { number, ..self.at })
    }
}

fn unreadable(why: String) -> StoreError {
    StoreError::Unreadable { kind: KIND, why }
}

/// What reader and writer know: the dictionary, then the end of the other entry's text.
fn known(base: Option<&Base>) -> Vec<u8> {
    let text = base.map_or("", |base| base.text.reveal()).as_bytes();
    let begins = text.len().saturating_sub(WINDOW - DICTIONARY.1.len());
    [DICTIONARY.1, &text[begins..]].concat()
}

fn check(base: Option<&Base>) -> u32 {
    let mut crc = Crc::new();
    crc.update(base.map_or("", |base| base.text.reveal()).as_bytes());
    crc.sum()
}

/// Leaves out what key and head say, and the ids of rows that follow from Salt Edge's.
fn leave_out(entry: &mut Value, reaches: bool) {
    fields(entry, "").map(|entry| entry.remove("at"));
    fields(entry, READ).filter(|_| reaches).map(|read| read.remove("tail_from"));
    each_row(entry, |account, row| {
        let follows = follows(account, row);
        if follows.is_some() && row.get("id").and_then(Value::as_str) == follows.as_deref() {
            fields(row, "").map(|row| row.remove("id"));
        }
    });
}

/// Puts back what was left out.
fn put_back(entry: &mut Value, at: Position, tail_from: Option<Position>) {
    let place = |at: Position| json!({ "generation": at.generation, "number": at.number });
    let mut put = |of: &str, name: &str, at: Position| {
        if let Some(fields) = fields(entry, of) {
            fields.entry(name).or_insert_with(|| place(at));
        }
    };
    put("", "at", at);
    if let Some(from) = tail_from {
        put(READ, "tail_from", from);
    }
    each_row(entry, |account, row| {
        if let Some(follows) = follows(account, row)
            && let Some(row) = fields(row, "")
        {
            row.entry("id").or_insert(Value::String(follows));
        }
    });
}

/// The fields of an object; what is none stays unreadable.
fn fields<'v>(value: &'v mut Value, place: &str) -> Option<&'v mut Map<String, Value>> {
    value.pointer_mut(place).and_then(Value::as_object_mut)
}

/// The id that a row has unless it came under another id of Salt Edge's.
fn follows(account: &AccountId, row: &Value) -> Option<String> {
    let remote: RemoteTransactionId = row.get("remote")?.as_str()?.parse().ok()?;
    Some(account.transaction(&remote).as_str().to_owned())
}

fn each_row(entry: &mut Value, mut with: impl FnMut(&AccountId, &mut Value)) {
    let accounts = entry.pointer_mut("/body/read/accounts").and_then(Value::as_array_mut);
    for account in accounts.into_iter().flatten() {
        let id = account.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok());
        let Some(id): Option<AccountId> = id else { continue };
        for list in ["added", "carried"] {
            let rows = account.get_mut(list).and_then(Value::as_array_mut);
            rows.into_iter().flatten().for_each(|row| with(&id, row));
        }
        let changes = account.get_mut("modified").and_then(Value::as_array_mut);
        for change in changes.into_iter().flatten() {
            for side in ["from", "to"] {
                if let Some(row) = change.get_mut(side) {
                    with(&id, row);
                }
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
