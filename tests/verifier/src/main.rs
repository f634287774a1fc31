//! `verify-consents EXPORT [PUBLIC-KEY.pem] [--fingerprint HEX] [--at-least N] [--holding HASH]`

use std::{env, fs, process::ExitCode};

use verify_consents::{Key, Known, Trusted, verify};

const USAGE: &str = "\
verify-consents EXPORT.json [PUBLIC-KEY.pem] [--fingerprint HEX] [--at-least N] [--holding HASH]

  EXPORT.json        the answer of GET /v1/consents/{id}/export
  PUBLIC-KEY.pem     the deployment's key, got from its operator and not from the export
  --fingerprint HEX  SHA-256 of that key, instead of the key
  --at-least N       there were so many receipts before
  --holding HASH     a receipt with this hash was there before

Ends with 0: all of it holds under the trusted key. 1: it does not. 2: it holds under the export's own key,
and no key was given that could be trusted; or it was called wrongly.
";

fn main() -> ExitCode {
    match run(env::args().skip(1).collect()) {
        Ok((said, code)) => {
            println!("{said}");
            ExitCode::from(code)
        }
        Err(why) => {
            eprintln!("REFUSED: {why}");
            ExitCode::from(1)
        }
    }
}

fn run(arguments: Vec<String>) -> Result<(String, u8), String> {
    let (mut known, mut files) = (Known::default(), Vec::new());
    let mut rest = arguments.into_iter();
    while let Some(word) = rest.next() {
        match word.as_str() {
            "--fingerprint" => known.trusted = rest.next().map(Trusted::Fingerprint),
            "--at-least" => {
                let count = rest.next().and_then(|text| text.parse().ok());
                known.at_least = count.ok_or("--at-least wants a number")?;
            }
            "--holding" => known.holding = rest.next(),
            other if other.starts_with('-') => return Ok((USAGE.to_owned(), 2)),
            _ => files.push(word),
        }
    }
    let read = |path: &String| fs::read_to_string(path).map_err(|why| format!("{path}: {why}"));
    let export = match files.as_slice() {
        [export] => read(export)?,
        [export, key] => {
            known.trusted = Some(Trusted::Key(Key::from_pem(&read(key)?)?));
            read(export)?
        }
        _ => return Ok((USAGE.to_owned(), 2)),
    };
    let verdict = verify(&export, &known)?;
    let (count, last, as_of) = (verdict.count, verdict.last, verdict.as_of);
    let key = verdict.fingerprint;
    let said = format!("{count} receipts, complete as of {as_of}\nlast: {last}\nkey:  {key}");
    if known.trusted.is_some() {
        return Ok((format!("VERIFIED: {said}"), 0));
    }
    let ask = "Ask the operator whether that is their key: whoever makes up a chain signs it with one of their own.";
    Ok((format!("NOT VERIFIED, but consistent: {said}\n{ask}"), 2))
}
