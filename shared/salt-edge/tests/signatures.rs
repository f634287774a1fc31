//! Requests are signed as openssl signs them; keys that are no good are named.

use base64::{Engine, engine::general_purpose::STANDARD};
use salt_edge::{
    Client, Credentials, KeyError, Mode, Settings, SettingsError, Signer, callback::Keys,
};

const PKCS8: &str = include_str!("keys/client.pkcs8.pem");

#[test]
fn a_request_is_signed_as_openssl_signs_it() {
    let body = r#"{"data":{"identifier":"tenant-42-user-7"}}"#;
    let base = "https://www.saltedge.com/api/v6";
    let post = include_str!("keys/request.post.sig");
    let get = include_str!("keys/request.get.sig");
    for pem in [PKCS8, include_str!("keys/client.pkcs1.pem")] {
        let signer = Signer::from_pem(&pem.into()).unwrap();
        for (method, path, body, want) in [
            ("POST", "/customers", body, post),
            ("GET", "/accounts?connection_id=1300450000000000007&per_page=1000", "", get),
        ] {
            let url = format!("{base}{path}");
            let got = signer.sign(1_772_359_560, method, &url, body.as_bytes());
            assert_eq!(got.as_deref(), Some(want), "{method} {path}");
        }
    }
}

#[test]
fn a_private_key_that_is_no_good_is_named() {
    for (what, pem, want) in [
        ("not PEM", "c2VjcmV0", KeyError::NotPem),
        ("empty", "", KeyError::NotPem),
        ("public", include_str!("keys/client.pub.pem"), KeyError::NotPem),
        ("encrypted", include_str!("keys/encrypted.pem"), KeyError::NotPem),
        ("elliptic", include_str!("keys/ec.sec1.pem"), KeyError::NotRsa),
        ("1024 bits", include_str!("keys/short.pkcs8.pem"), KeyError::NotRsa),
    ] {
        assert_eq!(Signer::from_pem(&pem.into()).err(), Some(want), "{what}");
    }
}

#[test]
fn a_public_key_that_is_no_good_is_named() {
    for (what, pem, want) in [
        ("private", PKCS8, Some(KeyError::NotPem)),
        ("elliptic", include_str!("keys/ec.pub.pem"), Some(KeyError::NotRsa)),
        ("1024 bits", include_str!("keys/short.pub.pem"), Some(KeyError::NotRsa)),
        ("exponent 3", include_str!("keys/exponent3.pub.pem"), Some(KeyError::Exponent)),
        ("2048 bits", include_str!("keys/client.pub.pem"), None),
    ] {
        assert_eq!(Keys::parse([("6.0", pem)]).err(), want, "{what}");
    }
}

#[test]
fn the_published_keys_are_the_ones_we_know() {
    for (pem, fingerprint) in [
        (
            include_str!("keys/saltedge.6.0.pub.pem"),
            "ac83f5844f78557742f8991ee8c6d8dd8c8c330fa5521bff968bc4711171fe2e",
        ),
        (
            include_str!("keys/saltedge.5.0.pub.pem"),
            "84525000c5a5c62167281583c00fe6f65a93f6d50e53c4f4356fdfb183759fe1",
        ),
    ] {
        assert!(Keys::parse([("6.0", pem)]).is_ok(), "{fingerprint}");
        let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let der = STANDARD.decode(base64).unwrap();
        let digest = ring::digest::digest(&ring::digest::SHA256, &der);
        let hex: Vec<_> = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex.concat(), fingerprint);
    }
}

#[test]
fn a_client_says_what_is_wrong_with_its_settings() {
    let keys = |app_id: &str, pem: &str| Credentials {
        app_id: app_id.into(),
        secret: "secret".into(),
        private_key: pem.into(),
    };
    let at = "https://www.saltedge.com/api/v6";
    let make = |base: &str, keys| Client::new(Settings::new(base, Mode::Client, keys));
    assert!(make(at, keys("app", PKCS8)).is_ok());
    for (what, made, want) in [
        ("key", make(at, keys("app", "nonsense")), "private_key is not PEM of the wanted kind"),
        ("header", make(at, keys("a\nb", PKCS8)), "app_id is empty"),
        ("no header", make(at, keys("", PKCS8)), "app_id is empty"),
        ("base", make("www.saltedge.com", keys("app", PKCS8)), "absolute https URL"),
        ("http", make("http://www.saltedge.com/api/v6", keys("app", PKCS8)), "use https"),
    ] {
        let error = made.err().map(|error: SettingsError| error.to_string()).unwrap_or_default();
        assert!(error.contains(want), "{what}: {error}");
    }
    assert_eq!("partner".parse::<Mode>().unwrap(), Mode::Partner);
    assert!("Partner".parse::<Mode>().is_err());
}
