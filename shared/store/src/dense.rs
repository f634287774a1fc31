//! What lies beside the journal as bytes: one write unit shall hold as much as it can.
//!
//! Form 4 of [`crate::encode`]: the form, the built-in dictionary's number, then JSON deflated behind that dictionary.
//! Rows and balances lie in columns ([`columns`]). What a release before wrote, in its forms, is read as it was. What
//! cannot be laid so that it comes out again as it went in is written in those forms.

use domain::{
    journal::{Fits, Fold, FoldName},
    proof::Balances,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    encode::{self, deflated, inflated, parsed},
    error::StoreError,
    keys,
};

pub(crate) mod columns;
mod rows;

const FORM: u8 = 4;
/// The built-in dictionary and its number. Another text is another number, and this one stays readable.
const DICTIONARY: (u8, &[u8]) = (1, include_bytes!("dense/dictionary.1.json"));
/// What one write takes. Source: DynamoDB's capacity units.
const UNIT: usize = 1024;
/// The names of an item's attributes, and the number of its version.
const AROUND: usize = 6 + 10;

/// A record that is laid in columns.
pub(crate) trait Dense: Serialize + DeserializeOwned {
    /// What an error calls it.
    const KIND: &'static str;

    /// Its JSON laid in columns; none where that cannot be. The name is its place's.
    fn lay(name: &FoldName, json: &Value) -> Option<Value>;

    /// Its JSON out of columns; none where they are none.
    fn rise(name: &FoldName, laid: &Value) -> Option<Value>;

    /// As bytes.
    fn bytes(&self, name: &FoldName) -> Result<Vec<u8>, StoreError> {
        let json = serde_json::to_value(self).map_err(|error| unreadable(Self::KIND, &error))?;
        let laid = Self::lay(name, &json);
        match laid.filter(|laid| Self::rise(name, laid).as_ref() == Some(&json)) {
            Some(laid) => bytes(Self::KIND, &laid),
            None => encode::encode(Self::KIND, &json),
        }
    }

    /// Out of bytes.
    fn of(name: &FoldName, bytes: &[u8]) -> Result<Self, StoreError> {
        let Some(laid) = value(Self::KIND, bytes)? else {
            return encode::decode(Self::KIND, bytes);
        };
        let json = Self::rise(name, &laid).ok_or_else(|| unreadable(Self::KIND, &"columns"))?;
        serde_json::from_value(json).map_err(|_| unreadable(Self::KIND, &"a field"))
    }
}

impl Dense for Fold {
    const KIND: &'static str = "fold";

    fn lay(name: &FoldName, json: &Value) -> Option<Value> {
        rows::lay(&name.0, json)
    }

    fn rise(name: &FoldName, laid: &Value) -> Option<Value> {
        rows::rise(&name.0, laid)
    }
}

impl Dense for Balances {
    const KIND: &'static str = "balances";

    fn lay(_: &FoldName, json: &Value) -> Option<Value> {
        let (currency, lines): (Value, Vec<Vec<Value>>) = columns::parts(json)?;
        Some(serde_json::json!([currency, lines.len(), columns::turned(&lines)?]))
    }

    fn rise(_: &FoldName, laid: &Value) -> Option<Value> {
        let (currency, count, laid): (Value, usize, Vec<Value>) = columns::parts(laid)?;
        Some(serde_json::json!([currency, columns::turned_back(&laid, count)?]))
    }
}

/// JSON as bytes of this form.
pub(crate) fn bytes(kind: &'static str, json: &Value) -> Result<Vec<u8>, StoreError> {
    let json = serde_json::to_vec(json).map_err(|error| unreadable(kind, &error))?;
    deflated(kind, vec![FORM, DICTIONARY.0], DICTIONARY.1, &json)
}

/// JSON out of bytes of this form; none where they are of another.
pub(crate) fn value(kind: &'static str, bytes: &[u8]) -> Result<Option<Value>, StoreError> {
    match bytes {
        [FORM, number, rest @ ..] if *number == DICTIONARY.0 => {
            parsed(kind, &inflated(kind, rest, DICTIONARY.1)?).map(Some)
        }
        [FORM, number, ..] => {
            let why = format!("its dictionary is {number}, which this release does not know");
            Err(StoreError::Unreadable { kind, why })
        }
        _ => Ok(None),
    }
}

/// Whether an item of this connection is one write unit.
pub(crate) struct OneUnit<'a> {
    pub(crate) pk: &'a str,
}

impl OneUnit<'_> {
    fn fits<T: Dense>(&self, name: &FoldName, sk: &str, record: &T) -> bool {
        let bytes = record.bytes(name);
        bytes.is_ok_and(|bytes| self.pk.len() + sk.len() + bytes.len() + AROUND <= UNIT)
    }
}

impl Fits for OneUnit<'_> {
    fn fold(&self, name: &FoldName, fold: &Fold) -> bool {
        self.fits(name, &keys::fold(&name.0, name.1), fold)
    }

    fn balances(&self, name: &FoldName, told: &Balances) -> bool {
        self.fits(name, &keys::balances(&name.0, name.1), told)
    }
}

fn unreadable(kind: &'static str, why: &impl ToString) -> StoreError {
    StoreError::Unreadable { kind, why: why.to_string() }
}

#[cfg(test)]
mod tests;
