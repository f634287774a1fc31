//! A local issuer of access tokens: what the SaaS's own sign-in is in production.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Json;
use axum::routing::get;
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};

use crate::StartError;

/// The published key of the local issuer. It signs demo tokens and nothing else.
const KEY: &str = include_str!("../keys/issuer.pem");

/// Signs and verifies RS256 tokens.
pub(crate) struct Issuer {
    url: String,
    pair: RsaKeyPair,
    public: PublicKeyComponents<Vec<u8>>,
}

impl Issuer {
    /// The issuer that calls itself `url`.
    pub(crate) fn new(url: &str) -> Result<Self, StartError> {
        let base64: String = KEY.lines().filter(|line| !line.starts_with('-')).collect();
        let refuse = |why: String| StartError::given("the local issuer's key", &why);
        let der = BASE64_STANDARD.decode(base64).map_err(|error| refuse(error.to_string()))?;
        let pair = RsaKeyPair::from_pkcs8(&der).map_err(|error| refuse(error.to_string()))?;
        let public = PublicKeyComponents::from(pair.public());
        Ok(Self { url: url.to_owned(), pair, public })
    }

    /// A signed token for these claims over the usual ones.
    pub(crate) fn mint(&self, claims: &Claims<'_>, now: Timestamp) -> String {
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": "local" });
        let expires = now.saturating_add(claims.lifetime).unwrap_or(now);
        let body = json!({
            "iss": self.url,
            "aud": claims.audience,
            "sub": claims.sub,
            "tenant": claims.tenant,
            "scope": claims.scopes.join(" "),
            "iat": now.as_second(),
            "exp": expires.as_second(),
        });
        self.sign(&header, &body)
    }

    /// A token of this header and body, whatever they say.
    pub(crate) fn sign(&self, header: &Value, body: &Value) -> String {
        let encode = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", encode(header), encode(body));
        let mut signature = vec![0; self.pair.public().modulus_len()];
        let signed = self.pair.sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            message.as_bytes(),
            &mut signature,
        );
        // Without randomness there is no signature, and a token without one is refused everywhere.
        if signed.is_err() {
            signature.clear();
        }
        format!("{message}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }

    /// The claims of a token whose signature is ours.
    pub(crate) fn verify(&self, token: &str) -> Option<Value> {
        let (message, signature) = token.rsplit_once('.')?;
        let (header, body) = message.split_once('.')?;
        let decode = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).ok();
        let header: Value = serde_json::from_slice(&decode(header)?).ok()?;
        if header["alg"] != "RS256" {
            return None;
        }
        self.public
            .verify(&RSA_PKCS1_2048_8192_SHA256, message.as_bytes(), &decode(signature)?)
            .ok()?;
        serde_json::from_slice(&decode(body)?).ok()
    }

    /// The two documents by which a gateway finds the key.
    pub(crate) fn router(self: Arc<Self>) -> Router {
        Router::new()
            .route("/.well-known/openid-configuration", get(configuration))
            .route("/.well-known/jwks.json", get(keys))
            .with_state(self)
    }
}

/// What a minted token says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claims<'a> {
    /// `tenant`.
    pub(crate) tenant: &'a str,
    /// `sub`.
    pub(crate) sub: &'a str,
    /// `scope`.
    pub(crate) scopes: &'a [&'a str],
    /// `aud`.
    pub(crate) audience: &'a str,
    /// How long it is good for.
    pub(crate) lifetime: SignedDuration,
}

async fn configuration(State(issuer): State<Arc<Issuer>>) -> Json<Value> {
    Json(json!({
        "issuer": issuer.url,
        "jwks_uri": format!("{}/.well-known/jwks.json", issuer.url),
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["token"],
        "subject_types_supported": ["public"],
    }))
}

async fn keys(State(issuer): State<Arc<Issuer>>) -> Json<Value> {
    Json(json!({ "keys": [{
        "kty": "RSA", "kid": "local", "use": "sig", "alg": "RS256",
        "n": BASE64_URL_SAFE_NO_PAD.encode(&issuer.public.n),
        "e": BASE64_URL_SAFE_NO_PAD.encode(&issuer.public.e),
    }]}))
}
