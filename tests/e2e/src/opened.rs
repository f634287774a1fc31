//! What stands in stored bytes, read as somebody would who opens the table with the format's description alone.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
};

use flate2::{read::DeflateDecoder, write::DeflateEncoder};

/// What entries are deflated behind: see `store/entry.rs`.
const DICTIONARY: &[u8] = include_bytes!("../../../shared/store/src/entry/dictionary.1.json");
/// What deflate looks back on.
const WINDOW: usize = 32 * 1024;
/// Bytes before what is deflated: form, dictionary, places to the entry that it goes by, and what else the head says.
const HEAD: usize = 10;

/// Stored bytes by their keys.
pub(crate) type Records = BTreeMap<(String, String), Vec<u8>>;

/// A record as text. The first byte names its form: 1 is JSON, 2 is deflated, 3 is deflated behind the dictionary and
/// maybe another entry of its partition, whose place stands in it.
pub(crate) fn opened(records: &Records, (pk, sk): &(String, String)) -> String {
    let Some(bytes) = records.get(&(pk.clone(), sk.clone())) else { return String::new() };
    let text = match bytes.split_first() {
        Some((2, deflated)) => inflated(deflated, &[]),
        Some((3, _)) => {
            let places = u64::from(u16::from_be_bytes([bytes[2], bytes[3]]));
            let behind = (places > 0).then(|| {
                let (generation, number) = sk.rsplit_once('#').expect("an entry's key");
                let number = number.parse::<u64>().expect("its number") - places;
                opened(records, &(pk.clone(), format!("{generation}#{number:012}")))
            });
            let behind = behind.unwrap_or_default();
            let begins = behind.len().saturating_sub(WINDOW - DICTIONARY.len());
            inflated(&bytes[HEAD..], &[DICTIONARY, &behind.as_bytes()[begins..]].concat())
        }
        Some((_, plain)) => plain.to_vec(),
        None => Vec::new(),
    };
    String::from_utf8_lossy(&text).into_owned()
}

/// Deflated bytes whose writer had told what is known before, and left that out.
fn inflated(bytes: &[u8], known: &[u8]) -> Vec<u8> {
    let mut before = DeflateEncoder::new(Vec::new(), flate2::Compression::none());
    before.write_all(known).expect("in memory");
    before.flush().expect("in memory");
    let before = if known.is_empty() { Vec::new() } else { before.get_ref().clone() };
    let mut text = Vec::new();
    let mut both = DeflateDecoder::new(before.as_slice().chain(bytes));
    both.read_to_end(&mut text).expect("a record");
    text.split_off(known.len())
}
