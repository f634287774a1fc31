//! A callback is believed only as the very bytes that Salt Edge signed, for the very URL.

#![expect(clippy::unwrap_used, reason = "test helpers")]

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::bank::{Health, Tag};
use domain::message::CallbackKind as Kind;
use ring::{rand::SystemRandom, rsa::KeyPair, signature::RSA_PKCS1_SHA256};
use rustls::pki_types::{PrivatePkcs8KeyDer, pem::PemObject};
use salt_edge::{
    ErrorClass,
    callback::{BodyFault, Callback, Keys, LONGEST, Refusal, SignatureFault as Fault},
};

const URL: &str = "https://api.example.com/hooks/saltedge/success";
const BODY: &str = include_str!("keys/success.json");
const SIGNATURE: &str = include_str!("keys/success.sig");

fn keys() -> Keys {
    let ours = include_str!("keys/callback.pub.pem");
    let other = include_str!("keys/client.pub.pem");
    Keys::parse([("6.0", ours), ("5.0", other)]).unwrap()
}

fn sign(pem: &str, message: &str) -> String {
    let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).unwrap();
    let key = KeyPair::from_pkcs8(der.secret_pkcs8_der()).unwrap();
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
    STANDARD.encode(signature)
}

/// A body as Salt Edge would send it: signed well.
fn signed(kind: Kind, body: &str) -> Result<Callback, Refusal> {
    let signature = sign(include_str!("keys/callback.pkcs8.pem"), &format!("{URL}|{body}"));
    let headers = [("signature", signature.as_str()), ("signature-key-version", "6.0")];
    keys().receive(kind, URL, headers, body.as_bytes())
}

#[test]
fn what_openssl_signed_is_believed() {
    let headers = [
        ("Content-Type", "application/json"),
        ("SIGNATURE", SIGNATURE),
        ("signature-key-version", "6.0"),
    ];
    let callback = keys().receive(Kind::Success, URL, headers, BODY.as_bytes()).unwrap();
    assert_eq!(callback.connection, Some("1300450000000000007".parse().unwrap()));
    assert_eq!(callback.customer, Some("1200340000000000001".parse().unwrap()));
    assert_eq!(callback.stage.as_deref(), Some("finish"));
    assert_eq!(callback.time, Some("2026-03-01T10:05:00.412Z".parse().unwrap()));
    let tag = Tag {
        deployment: "halite-test".parse().unwrap(),
        tenant: "acme".parse().unwrap(),
        session: Some("lnk_1".parse().unwrap()),
    };
    assert_eq!(callback.tag, Some(tag));
}

#[test]
fn the_older_key_counts_under_its_own_version_only() {
    let older = sign(include_str!("keys/client.pkcs8.pem"), &format!("{URL}|{BODY}"));
    for (version, good) in [("5.0", true), ("6.0", false)] {
        let headers = [("Signature", older.as_str()), ("Signature-key-version", version)];
        let got = keys().receive(Kind::Success, URL, headers, BODY.as_bytes());
        assert_eq!(got.is_ok(), good, "{version}");
    }
}

#[test]
fn everything_else_is_refused() {
    let key = ("Signature-key-version", "6.0");
    let good = ("Signature", SIGNATURE);
    let wrong_key = sign(include_str!("keys/client.pkcs8.pem"), &format!("{URL}|{BODY}"));
    let joined = format!("{SIGNATURE},{SIGNATURE}");
    let short = STANDARD.encode(&STANDARD.decode(SIGNATURE).unwrap()[..255]);
    let padded = STANDARD.encode([&[0], STANDARD.decode(SIGNATURE).unwrap().as_slice()].concat());
    let lines = format!("{}\n{}", &SIGNATURE[..76], &SIGNATURE[76..]);
    let unpadded = SIGNATURE.trim_end_matches('=');
    let url_safe = SIGNATURE.replace('+', "-").replace('/', "_");
    let zeros = STANDARD.encode([0; 256]);
    let sha1 = include_str!("keys/success.sha1.sig");
    for (what, headers, want) in [
        ("nothing", vec![], Fault::Missing("Signature")),
        ("no signature", vec![key], Fault::Missing("Signature")),
        ("no version", vec![good], Fault::Missing("Signature-key-version")),
        ("twice", vec![good, good, key], Fault::Doubled("Signature")),
        ("two names", vec![good, ("signature", SIGNATURE), key], Fault::Doubled("Signature")),
        ("joined", vec![("Signature", &joined), key], Fault::Doubled("Signature")),
        ("two versions", vec![good, key, key], Fault::Doubled("Signature-key-version")),
        (
            "joined versions",
            vec![good, ("Signature-key-version", "6.0, 6.0")],
            Fault::Doubled("Signature-key-version"),
        ),
        ("version 4.0", vec![good, ("Signature-key-version", "4.0")], Fault::UnknownKey),
        ("version 6", vec![good, ("Signature-key-version", "6")], Fault::UnknownKey),
        ("version 5.0", vec![good, ("Signature-key-version", "5.0")], Fault::Mismatch),
        ("empty", vec![("Signature", ""), key], Fault::WrongLength),
        ("truncated", vec![("Signature", &SIGNATURE[..100]), key], Fault::WrongLength),
        ("cut base64", vec![("Signature", &SIGNATURE[..341]), key], Fault::NotBase64),
        ("255 bytes", vec![("Signature", &short), key], Fault::WrongLength),
        ("257 bytes", vec![("Signature", &padded), key], Fault::WrongLength),
        ("line-wrapped", vec![("Signature", &lines), key], Fault::NotBase64),
        ("a blank", vec![("Signature", &format!(" {SIGNATURE}")), key], Fault::NotBase64),
        ("unpadded", vec![("Signature", unpadded), key], Fault::NotBase64),
        ("url-safe", vec![("Signature", &url_safe), key], Fault::NotBase64),
        ("zeros", vec![("Signature", &zeros), key], Fault::Mismatch),
        ("wrong key", vec![("Signature", &wrong_key), key], Fault::Mismatch),
        ("sha-1", vec![("Signature", sha1), key], Fault::Mismatch),
    ] {
        let got = keys().receive(Kind::Success, URL, headers, BODY.as_bytes());
        assert_eq!(got.err(), Some(Refusal::Signature(want)), "{what}");
    }
}

#[test]
fn another_url_or_another_byte_is_refused() {
    let headers = [("Signature", SIGNATURE), ("Signature-key-version", "6.0")];
    let spaced = BODY.replace(r#""stage":"#, r#""stage": "#);
    let doubled = BODY.replace(r#""stage""#, r#""stage":"start","stage""#);
    let ended = format!("{BODY}\n");
    for (what, url, body) in [
        ("slash", "https://api.example.com/hooks/saltedge/success/", BODY),
        ("scheme", "http://api.example.com/hooks/saltedge/success", BODY),
        ("host", "https://API.example.com/hooks/saltedge/success", BODY),
        ("kind", "https://api.example.com/hooks/saltedge/fail", BODY),
        ("query", "https://api.example.com/hooks/saltedge/success?", BODY),
        ("a space", URL, &spaced),
        ("a key twice", URL, &doubled),
        ("a line end", URL, &ended),
        ("nothing", URL, ""),
    ] {
        let got = keys().receive(Kind::Success, url, headers, body.as_bytes());
        assert_eq!(got.err(), Some(Refusal::Signature(Fault::Mismatch)), "{what}");
    }
}

#[test]
fn each_kind_is_read_for_what_it_says() {
    let fail = signed(Kind::Fail, r#"{"data":{"customer_id":1200340000000000001,"custom_fields":{},"error_class":"InvalidCredentials","error_message":"Jane, no."},"meta":{"version":"6","time":"x"}}"#).unwrap();
    assert_eq!(fail.error_class, Some(ErrorClass::InvalidCredentials));
    assert_eq!(fail.customer, Some("1200340000000000001".parse().unwrap()));
    assert_eq!((fail.connection, fail.tag, fail.time), (None, None, None));

    let provider = signed(Kind::Provider, r#"{"data":{"provider_code":"fakebank_simple_xf","provider_status":"inactive"},"meta":{"version":"6"}}"#).unwrap();
    assert_eq!(provider.provider_code, Some("fakebank_simple_xf".parse().unwrap()));
    assert_eq!(provider.provider_status, Some(Health::Inactive));

    for name in ["reason", "consent_status", "status"] {
        let body = format!(
            r#"{{"data":{{"connection_id":"1","customer_id":"2","consent_id":"3","{name}":"expired"}}}}"#
        );
        let consent = signed(Kind::Consent, &body).unwrap();
        assert_eq!(consent.consent_reason.as_deref(), Some("expired"), "{name}");
        assert_eq!(consent.consent_id, Some("3".parse().unwrap()), "{name}");
    }
    let service = signed(Kind::Service, r#"{"data":{"anything":[1.5,{"new":null}]}}"#).unwrap();
    assert_eq!(service.connection, None);
    for kind in Kind::ALL {
        assert_eq!(kind.as_str().parse(), Ok(kind));
    }
    assert!("interactive".parse::<Kind>().is_err());
}

#[test]
fn a_body_beyond_the_limits_is_refused() {
    let nested =
        |levels| format!(r#"{{"data":{{"x":{}1{}}}}}"#, "[".repeat(levels), "]".repeat(levels));
    let quoted = format!(r#"{{"data":{{"x":"{}\"{}"}}}}"#, "[".repeat(40), "{".repeat(40));
    let long = format!(r#"{{"data":{{"x":"{}"}}}}"#, "a".repeat(LONGEST));
    let shape = Some(Refusal::Body(BodyFault::Shape));
    let id = |name| Some(Refusal::Body(BodyFault::Id(name)));
    for (what, body, want) in [
        ("16 levels", nested(14).as_str(), None),
        ("17 levels", &nested(15), Some(Refusal::Body(BodyFault::TooDeep))),
        ("brackets in a text", &quoted, None),
        ("64 KB", &long, Some(Refusal::Body(BodyFault::TooLong))),
        ("empty", "", shape),
        ("no JSON", "hello", shape),
        ("a list", "[]", shape),
        ("no data", r#"{"meta":{}}"#, shape),
        ("data is null", r#"{"data":null}"#, shape),
        ("20 digits", r#"{"data":{"connection_id":98765432109876543210}}"#, None),
        ("21 digits", r#"{"data":{"connection_id":"987654321098765432101"}}"#, id("connection_id")),
        ("letters", r#"{"data":{"customer_id":"12ab"}}"#, id("customer_id")),
        ("empty id", r#"{"data":{"consent_id":""}}"#, id("consent_id")),
        ("a fraction", r#"{"data":{"connection_id":1.5}}"#, shape),
        ("null id", r#"{"data":{"connection_id":null}}"#, None),
        ("a strange mark", r#"{"data":{"custom_fields":[1],"stage":7}}"#, None),
    ] {
        assert_eq!(signed(Kind::Notify, body).err(), want, "{what}");
    }
}

#[test]
fn texts_for_the_log_are_cut_to_what_a_log_may_hold() {
    let body = r#"{"data":{"stage":"fin\nish <b>","error_class":"Jane Doe\u0000 DE89 3704"}}"#;
    let callback = signed(Kind::Fail, body).unwrap();
    assert_eq!(callback.stage.as_deref(), Some("finishb"));
    assert_eq!(callback.error_class, Some(ErrorClass::Unknown("JaneDoeDE893704".to_owned())));
}
