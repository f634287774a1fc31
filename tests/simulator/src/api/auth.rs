//! Who calls, and whether the signature is theirs.

use axum::http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::clients::{Client, ClientState};
use crate::clock::later;
use crate::errors::{ApiError, ErrorClass};
use crate::signature::{request_message, verifies};
use crate::switches::SignatureRule;
use crate::world::World;

/// What a signature is made over, as it arrived.
pub(super) struct Signed<'a> {
    pub(super) method: &'a str,
    pub(super) url: &'a str,
    pub(super) body: &'a [u8],
}

fn refuse<T>(class: ErrorClass, message: &str) -> Result<T, ApiError> {
    Err(ApiError::new(class, message))
}

pub(super) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).filter(|text| !text.is_empty())
}

/// The client that sends this request, and whether it was signed. Errors: the classes of section 2.2.
pub(super) fn authenticate(
    world: &World,
    headers: &HeaderMap,
    signed: &Signed<'_>,
    now: Timestamp,
) -> Result<(Client, bool), ApiError> {
    let Some(app_id) = header(headers, "app-id") else {
        return refuse(ErrorClass::AppIdNotProvided, "The App-id header is missing.");
    };
    let Some(secret) = header(headers, "secret") else {
        return refuse(ErrorClass::SecretNotProvided, "The Secret header is missing.");
    };
    let Some(client) = world.client(app_id).filter(|client| client.secret == secret) else {
        return refuse(ErrorClass::ApiKeyNotFound, "No active key for this App-id and Secret.");
    };
    let verified = check_signature(world, client, headers, signed, now)?;
    match client.state {
        ClientState::Disabled => refuse(ErrorClass::ClientDisabled, "The client is disabled."),
        ClientState::Restricted if signed.method != "GET" => {
            refuse(ErrorClass::ClientRestricted, "The client may only read.")
        }
        ClientState::Pending | ClientState::Test | ClientState::Live | ClientState::Restricted => {
            Ok((client.clone(), verified))
        }
    }
}

fn check_signature(
    world: &World,
    client: &Client,
    headers: &HeaderMap,
    signed: &Signed<'_>,
    now: Timestamp,
) -> Result<bool, ApiError> {
    let mandatory = match world.switches.signature {
        SignatureRule::Never => return Ok(false),
        SignatureRule::Always => true,
        SignatureRule::ByState => client.state == ClientState::Live,
    };
    let signature = header(headers, "signature");
    if signature.is_none() && !mandatory {
        return Ok(false);
    }
    let Some(expires_at) = header(headers, "expires-at") else {
        return refuse(ErrorClass::MissingExpiresAt, "The Expires-at header is missing.");
    };
    let Some(signature) = signature else {
        return refuse(ErrorClass::MissingSignature, "The Signature header is missing.");
    };
    check_expiry(expires_at, now)?;
    let Some(key) = &client.public_key_pem else {
        return refuse(ErrorClass::PublicKeyNotProvided, "No public key was uploaded.");
    };
    let message = request_message(expires_at, signed.method, signed.url, signed.body);
    if !verifies(key, &message, signature) {
        return refuse(ErrorClass::SignatureNotMatch, "The signature does not match the request.");
    }
    Ok(true)
}

/// `Expires-at` is seconds, decimals allowed, not over and at most an hour ahead.
fn check_expiry(text: &str, now: Timestamp) -> Result<(), ApiError> {
    let seconds = text.parse::<Decimal>().ok().and_then(|seconds| seconds.trunc().to_i64());
    let Some(expiry) = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()) else {
        return refuse(ErrorClass::ExpiresAtInvalid, "Expires-at is not a time in seconds.");
    };
    if expiry > later(now, SignedDuration::from_secs(3_601)) {
        return refuse(ErrorClass::ExpiresAtInvalid, "Expires-at is more than an hour ahead.");
    }
    if expiry < now {
        return refuse(ErrorClass::RequestExpired, "The request has expired.");
    }
    Ok(())
}
