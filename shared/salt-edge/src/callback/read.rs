//! What a verified callback says.

use std::str::FromStr;

use domain::bank::Tag;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use domain::message::CallbackKind;

use super::{BodyFault, Callback};
use crate::{
    error::printable,
    error_class::ErrorClass,
    translate::health,
    wire::value::{Id, tolerant},
};

const DEEPEST: usize = 16;
const LONGEST_ID: usize = 20;

#[derive(Deserialize)]
struct Envelope {
    data: Data,
    #[serde(default, deserialize_with = "tolerant")]
    meta: Option<Meta>,
}

#[derive(Default, Deserialize)]
struct Meta {
    #[serde(default, deserialize_with = "tolerant")]
    time: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Data {
    connection_id: Option<Id>,
    customer_id: Option<Id>,
    consent_id: Option<Id>,
    #[serde(default, deserialize_with = "tolerant")]
    custom_fields: Option<Value>,
    #[serde(default, deserialize_with = "tolerant")]
    stage: Option<String>,
    #[serde(default, deserialize_with = "tolerant")]
    error_class: Option<String>,
    #[serde(default, deserialize_with = "tolerant")]
    provider_code: Option<String>,
    #[serde(default, deserialize_with = "tolerant")]
    provider_status: Option<String>,
    // How a consent changed goes by three names; nobody could say which.
    #[serde(default, deserialize_with = "tolerant")]
    reason: Option<String>,
    #[serde(default, deserialize_with = "tolerant")]
    consent_status: Option<String>,
    #[serde(default, deserialize_with = "tolerant")]
    status: Option<String>,
}

/// Reads a body whose signature was verified.
pub(super) fn read(kind: CallbackKind, body: &[u8]) -> Result<Callback, BodyFault> {
    if depth(body) > DEEPEST {
        return Err(BodyFault::TooDeep);
    }
    let Envelope { data, meta } = serde_json::from_slice(body).map_err(|_| BodyFault::Shape)?;
    let reason = data.reason.or(data.consent_status).or(data.status);
    Ok(Callback {
        kind,
        connection: id("connection_id", data.connection_id)?,
        customer: id("customer_id", data.customer_id)?,
        consent_id: id("consent_id", data.consent_id)?,
        tag: data.custom_fields.and_then(|fields| serde_json::from_value::<Tag>(fields).ok()),
        stage: data.stage.map(|stage| printable(&stage)),
        error_class: data.error_class.map(|class| ErrorClass::parse(&class)),
        consent_reason: reason.map(|reason| printable(&reason)),
        provider_code: data.provider_code.and_then(|code| code.parse().ok()),
        provider_status: data.provider_status.map(|status| health(Some(&status))),
        time: meta.and_then(|meta| meta.time),
    })
}

fn id<T: FromStr>(name: &'static str, id: Option<Id>) -> Result<Option<T>, BodyFault> {
    let Some(Id(text)) = id else { return Ok(None) };
    let legal = text.len() <= LONGEST_ID && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(id) if legal => Ok(Some(id)),
        _ => Err(BodyFault::Id(name)),
    }
}

/// How many brackets are open at a time, outside strings. Counted before any parser is let near.
fn depth(body: &[u8]) -> usize {
    let (mut open, mut deepest) = (0_usize, 0);
    let (mut text, mut escaped) = (false, false);
    for byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if text => escaped = true,
            b'"' => text = !text,
            b'{' | b'[' if !text => {
                open += 1;
                deepest = deepest.max(open);
            }
            b'}' | b']' if !text => open = open.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}
