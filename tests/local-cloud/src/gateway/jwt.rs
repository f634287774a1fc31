//! The JWT authoriser: signature, issuer, audience, expiry, scopes.

use axum::http::HeaderMap;
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::issuer::Issuer;
use crate::template::{Api, Route};

/// What the authoriser says.
pub(crate) enum Verdict {
    /// The route asks for no token.
    Public,
    /// The token is good and holds a scope of the route.
    Allowed(Token),
    /// No token, or not a good one.
    Unauthorized,
    /// A good token without the scope.
    Forbidden,
}

/// What a function is told of a good token.
pub(crate) struct Token {
    /// All claims, as strings.
    pub(crate) claims: Map<String, Value>,
    /// Its scopes, where the route asks for one.
    pub(crate) scopes: Option<Vec<String>>,
}

/// Checks the request's token for this route.
pub(crate) fn check(
    api: &Api,
    issuer: &Issuer,
    route: &Route,
    headers: &HeaderMap,
    now: Timestamp,
) -> Verdict {
    if route.public {
        return Verdict::Public;
    }
    let Some(claims) = good(api, issuer, headers, now) else { return Verdict::Unauthorized };
    let held = claims.get("scope").or_else(|| claims.get("scp")).and_then(Value::as_str);
    let held: Vec<String> = held.unwrap_or("").split(' ').map(str::to_owned).collect();
    if !route.scopes.is_empty() && !route.scopes.iter().any(|scope| held.contains(scope)) {
        return Verdict::Forbidden;
    }
    let scopes = (!route.scopes.is_empty()).then_some(held);
    let texts = claims.into_iter().map(|(name, value)| (name, Value::String(text(&value))));
    Verdict::Allowed(Token { claims: texts.collect(), scopes })
}

fn good(
    api: &Api,
    issuer: &Issuer,
    headers: &HeaderMap,
    now: Timestamp,
) -> Option<Map<String, Value>> {
    let header = headers.get("authorization")?.to_str().ok()?;
    // API Gateway takes the token with the scheme or bare.
    let token = match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        Some(_) => return None,
        None => header,
    };
    let Value::Object(claims) = issuer.verify(token)? else { return None };
    let second = now.as_second();
    let instant = |name: &str| claims.get(name).and_then(Value::as_i64);
    let audience = claims.get("aud").or_else(|| claims.get("client_id"));
    let audience = match audience {
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        Some(one) => vec![one.as_str()?],
        None => Vec::new(),
    };
    let meant = audience.iter().any(|one| api.audience.iter().any(|known| known == one));
    let timely = instant("exp").is_some_and(|exp| exp > second)
        && instant("nbf").is_none_or(|nbf| nbf <= second)
        && instant("iat").is_none_or(|iat| iat <= second);
    let ours = claims.get("iss").and_then(Value::as_str) == Some(api.issuer.as_str());
    (meant && timely && ours).then_some(claims)
}

/// A claim as the gateway writes it: arrays in brackets, parted by spaces.
fn text(claim: &Value) -> String {
    match claim {
        Value::String(text) => text.clone(),
        Value::Array(many) => {
            format!("[{}]", many.iter().map(text).collect::<Vec<_>>().join(" "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => claim.to_string(),
    }
}
