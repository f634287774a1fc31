//! The one way in which a record becomes bytes and bytes a record.
//!
//! The first byte names the form: 1 is JSON, 2 is JSON deflated, 3 is an entry's (see [`crate::entry`]), 4 is of what lies
//! beside the journal (see [`crate::dense`]). A reader
//! accepts all of them, so that either release of a deploy reads what the other wrote: a new form is read by a
//! release before it is written by the next.

use std::io::{self, Read, Write};

use flate2::{Compression, bufread::DeflateDecoder, write::DeflateEncoder};
use serde::{Serialize, de::DeserializeOwned};

use crate::error::StoreError;

const PLAIN: u8 = 1;
const DEFLATED: u8 = 2;
/// Shorter records gain nothing: they cost one write unit either way.
const WORTH_IT: usize = 700;
/// What one item may hold, encoded. Source: 400 KB of DynamoDB, less keys and attributes.
const ITEM_LIMIT: usize = 380 * 1024;
/// What one record may be, decoded: a bomb stops here.
const RECORD_LIMIT: usize = 16 * 1024 * 1024;
/// How many times as long as its bytes a record may be, decoded. Records of ours are 2 to 40 times as long.
const RATIO: usize = 256;
/// What any bytes may be, decoded, however few they are.
const ALWAYS: usize = 64 * 1024;

/// A record as bytes. Errors: [`StoreError::TooLarge`].
pub(crate) fn encode(kind: &'static str, record: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    let json = serde_json::to_vec(record).map_err(|error| unreadable(kind, &error))?;
    if json.len() > WORTH_IT {
        return deflated(kind, vec![DEFLATED], &[], &json);
    }
    Ok([&[PLAIN], json.as_slice()].concat())
}

/// Bytes as a record. Errors: [`StoreError::Unreadable`], without the content.
pub(crate) fn decode<T: DeserializeOwned>(
    kind: &'static str,
    bytes: &[u8],
) -> Result<T, StoreError> {
    parsed(kind, &json(kind, bytes)?)
}

/// The JSON in bytes of the first two forms.
pub(crate) fn json(kind: &'static str, bytes: &[u8]) -> Result<Vec<u8>, StoreError> {
    match bytes.split_first() {
        Some((&PLAIN, json)) => Ok(json.to_vec()),
        Some((&DEFLATED, rest)) => inflated(kind, rest, &[]),
        Some((form, _)) => {
            let why = format!("its form is {form}, which this release does not know");
            Err(StoreError::Unreadable { kind, why })
        }
        None => Err(StoreError::Unreadable { kind, why: String::from("it is empty") }),
    }
}

/// JSON as a record; an error names the place and never what is there.
pub(crate) fn parsed<T: DeserializeOwned>(
    kind: &'static str,
    json: &[u8],
) -> Result<T, StoreError> {
    serde_json::from_slice(json).map_err(|error| {
        let why = format!("line {} column {}", error.line(), error.column());
        StoreError::Unreadable { kind, why }
    })
}

/// `head`, then JSON deflated behind what its reader knows too: what is said there is not said again.
pub(crate) fn deflated(
    kind: &'static str,
    head: Vec<u8>,
    known: &[u8],
    json: &[u8],
) -> Result<Vec<u8>, StoreError> {
    let begins = head.len();
    let pack = || -> io::Result<Vec<u8>> {
        let mut deflate = DeflateEncoder::new(head, Compression::best());
        let mut ends = begins;
        if !known.is_empty() {
            // After a flush the stream goes on at a whole byte: what stands before it can be left out.
            deflate.write_all(known)?;
            deflate.flush()?;
            ends = deflate.get_ref().len();
        }
        deflate.write_all(json)?;
        let mut bytes = deflate.finish()?;
        bytes.drain(begins..ends);
        Ok(bytes)
    };
    let mut bytes = pack().map_err(|error| unreadable(kind, &error))?;
    // What its own reader would take for a bomb is made longer: behind the end of the stream nobody reads.
    let least = if json.len() > ALWAYS { begins + json.len() / RATIO + 1 } else { 0 };
    bytes.resize(bytes.len().max(least), 0);
    if bytes.len() > ITEM_LIMIT {
        return Err(StoreError::TooLarge { kind, bytes: bytes.len() });
    }
    Ok(bytes)
}

/// What was deflated behind what is known, within limits of size and ratio.
pub(crate) fn inflated(
    kind: &'static str,
    bytes: &[u8],
    known: &[u8],
) -> Result<Vec<u8>, StoreError> {
    let limit = bytes.len().saturating_mul(RATIO).clamp(ALWAYS, RECORD_LIMIT);
    let known_once_more = stored(known);
    let mut inflate = DeflateDecoder::new(known_once_more.as_slice().chain(bytes))
        .take((known.len() + limit + 1) as u64);
    let mut json = Vec::new();
    inflate.read_to_end(&mut json).map_err(|error| unreadable(kind, &error))?;
    if json.len() > known.len() + limit {
        let why = format!("{} bytes unfold to more than {limit}", bytes.len());
        return Err(StoreError::Unreadable { kind, why });
    }
    json.drain(..known.len().min(json.len()));
    Ok(json)
}

/// Text as the beginning of a deflated stream that goes on: blocks that are stored as they are.
///
/// Source: RFC 1951, 3.2.4.
fn stored(text: &[u8]) -> Vec<u8> {
    let mut blocks = Vec::new();
    for block in text.chunks(usize::from(u16::MAX)) {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        blocks.push(0);
        blocks.extend(length.to_le_bytes());
        blocks.extend((!length).to_le_bytes());
        blocks.extend(block);
    }
    blocks
}

fn unreadable(kind: &'static str, error: &impl ToString) -> StoreError {
    StoreError::Unreadable { kind, why: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_encoded_is_decoded() {
        for length in [0, 10, 1_000, 200_000] {
            let record = "é".repeat(length);
            let bytes = encode("text", &record).unwrap();
            assert_eq!(decode::<String>("text", &bytes).unwrap(), record, "{length}");
        }
    }

    #[test]
    fn what_is_known_is_not_said_again() {
        let known = "all that is known ".repeat(1_700);
        for (json, most) in [("all that is known", 12), ("something new", 30), ("", 12)] {
            let bytes = deflated("text", vec![7], known.as_bytes(), json.as_bytes()).unwrap();
            assert!(bytes.len() <= most, "{json}: {} bytes", bytes.len());
            let back = inflated("text", &bytes[1..], known.as_bytes()).unwrap();
            assert_eq!(back, json.as_bytes());
        }
    }

    /// By size, and by ratio: the second bomb is within the size.
    #[test]
    fn a_bomb_and_a_stranger_are_refused() {
        let bomb = |megabytes: usize| {
            let mut deflate = DeflateEncoder::new(vec![DEFLATED], Compression::best());
            for _ in 0..megabytes {
                deflate.write_all(&vec![b' '; 1024 * 1024]).unwrap();
            }
            deflate.finish().unwrap()
        };
        let (by_size, by_ratio) = (bomb(400), bomb(2));
        assert!(by_size.len() > RECORD_LIMIT / RATIO * 2, "its ratio alone lets it through");
        assert!(by_ratio.len() < 4 * 1024);
        for (bytes, why) in [
            (by_size, "bytes unfold to more than 16777216"),
            (by_ratio, "bytes unfold to more than "),
            (vec![9, 1, 2], "its form is 9, which this release does not know"),
            (vec![DEFLATED, 0xff, 0xff], "corrupt deflate stream"),
            (Vec::new(), "it is empty"),
        ] {
            match decode::<String>("text", &bytes) {
                Err(StoreError::Unreadable { why: told, .. }) => {
                    assert!(told.contains(why), "{told}");
                }
                other => panic!("{other:?}"),
            }
        }
    }
}
