//! The one way in which a record becomes bytes and bytes a record.
//!
//! The first byte names the form: 1 is JSON, 2 is JSON deflated. A reader accepts both, so that either
//! release of a deploy reads what the other wrote.

use std::io::{Read, Write};

use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use serde::{Serialize, de::DeserializeOwned};

use crate::error::StoreError;

const PLAIN: u8 = 1;
const DEFLATED: u8 = 2;
/// Shorter records gain nothing: they cost one write unit either way.
const WORTH_IT: usize = 700;
/// What one item may hold, encoded. Source: 400 KB of DynamoDB, less keys and attributes.
const ITEM_LIMIT: usize = 380 * 1024;
/// What one record may be, decoded: a bomb stops here.
const RECORD_LIMIT: u64 = 16 * 1024 * 1024;

/// A record as bytes. Errors: [`StoreError::TooLarge`].
pub(crate) fn encode(kind: &'static str, record: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    let unreadable = |why: String| StoreError::Unreadable { kind, why };
    let json = serde_json::to_vec(record).map_err(|error| unreadable(error.to_string()))?;
    let mut bytes = vec![PLAIN];
    if json.len() > WORTH_IT {
        let mut deflate = DeflateEncoder::new(vec![DEFLATED], Compression::default());
        deflate.write_all(&json).map_err(|error| unreadable(error.to_string()))?;
        bytes = deflate.finish().map_err(|error| unreadable(error.to_string()))?;
    } else {
        bytes.extend(json);
    }
    if bytes.len() > ITEM_LIMIT {
        return Err(StoreError::TooLarge { kind, bytes: bytes.len() });
    }
    Ok(bytes)
}

/// Bytes as a record. Errors: [`StoreError::Unreadable`], without the content.
pub(crate) fn decode<T: DeserializeOwned>(
    kind: &'static str,
    bytes: &[u8],
) -> Result<T, StoreError> {
    let unreadable = |why: String| StoreError::Unreadable { kind, why };
    let json = match bytes.split_first() {
        Some((&PLAIN, json)) => json.to_vec(),
        Some((&DEFLATED, rest)) => {
            let mut json = Vec::new();
            let mut inflate = DeflateDecoder::new(rest).take(RECORD_LIMIT + 1);
            inflate.read_to_end(&mut json).map_err(|error| unreadable(error.to_string()))?;
            json
        }
        Some((form, _)) => return Err(unreadable(format!("unknown form {form}"))),
        None => return Err(unreadable(String::from("it is empty"))),
    };
    if json.len() as u64 > RECORD_LIMIT {
        return Err(unreadable(format!("larger than {RECORD_LIMIT} bytes")));
    }
    serde_json::from_slice(&json)
        .map_err(|error| unreadable(format!("line {} column {}", error.line(), error.column())))
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
    fn a_bomb_and_a_stranger_are_refused() {
        let mut deflate = DeflateEncoder::new(vec![DEFLATED], Compression::best());
        for _ in 0..20 {
            deflate.write_all(&vec![b' '; 1024 * 1024]).unwrap();
        }
        let bomb = deflate.finish().unwrap();
        assert!(bomb.len() < 64 * 1024);
        for bytes in [bomb, vec![9, 1, 2], Vec::new()] {
            assert!(matches!(decode::<String>("text", &bytes), Err(StoreError::Unreadable { .. })));
        }
    }
}
