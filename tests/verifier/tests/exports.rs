//! C1: the program itself, on an export of a running Halite and on what somebody made of it.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::{fs, path::Path, process::Command};

use e2e::{RETURN_TO, TENANT, options, user, world};
use local_cloud::World;
use serde_json::{Value, json};
use simulator::Walk;

const BANK: &str = "fakebank_oauth_xf";

/// A connection with five receipts, two of them of the end of its two consents; its export after the first, and after the last.
async fn exports(world: &World) -> (Value, Value) {
    let ada = user(world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let path = format!("/v1/consents/{}/export", connection["consent"]["id"].as_str().unwrap());
    let early = ada.get(&path).await;
    let renew = format!("/v1/connections/{}/renew", connection["id"].as_str().unwrap());
    let renewed = ada.post(&renew, &json!({"return_to": RETURN_TO})).await.expect(201);
    let visit = ada.visit(&renewed, &Walk::default()).await;
    ada.confirm(&visit).await.expect(200);
    world.settle().await;
    ada.revoke(&connection).await.expect(202);
    world.settle().await;
    (early, ada.get(&path).await)
}

/// What the program answers: how it ends, and all that it says.
fn verifies(folder: &Path, export: &Value, more: &[&str]) -> (Option<i32>, String) {
    let file = folder.join("export.json");
    fs::write(&file, format!("{export:#}")).unwrap();
    let program = env!("CARGO_BIN_EXE_verify-consents");
    let ended = Command::new(program).arg(&file).args(more).output().unwrap();
    let said = [ended.stdout, ended.stderr].concat();
    (ended.status.code(), String::from_utf8(said).unwrap())
}

/// A changed byte, anywhere.
fn for_each_changed_byte(good: &Value, checked: impl Fn(&Value) -> (Option<i32>, String)) {
    for (place, name) in [(0, "expires_at"), (1, "by_id"), (3, "previous"), (2, "at")] {
        let mut changed = good.clone();
        let text = changed["receipts"][place]["said"][name].as_str().unwrap().to_owned();
        let other = if text.starts_with('1') { "2" } else { "1" };
        changed["receipts"][place]["said"][name] = json!(format!("{other}{}", &text[1..]));
        let (code, said) = checked(&changed);
        let want = format!("receipt {} was changed", place + 1);
        assert_eq!((code, said.contains(&want)), (Some(1), true), "{name}: {said}");
    }
}

#[tokio::test]
async fn c1_a_good_export_holds_and_what_was_changed_made_up_or_cut_off_is_refused() {
    let world = world(options()).await;
    let (early, good) = exports(&world).await;
    // Another deployment has another key: whoever makes up a chain signs with one of their own.
    let elsewhere = e2e::world(options()).await;
    let (_, made_up) = exports(&elsewhere).await;
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key.pem");
    fs::write(&key, good["key"]["public_key"].as_str().unwrap()).unwrap();
    let key = key.to_str().unwrap();
    let checked =
        |export: &Value, more: &[&str]| verifies(folder.path(), export, &[&[key], more].concat());
    assert_eq!(good["receipts"].as_array().unwrap().len(), 5, "{good:#}");

    let (code, said) = checked(&good, &["--at-least", "5"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.starts_with("VERIFIED: 5 receipts"), "{said}");
    let fingerprint = said.rsplit(' ').next().unwrap().trim();
    let by_fingerprint = verifies(folder.path(), &good, &["--fingerprint", fingerprint]);
    assert_eq!(by_fingerprint.0, Some(0), "{}", by_fingerprint.1);
    let (code, said) = verifies(folder.path(), &good, &[]);
    assert_eq!(code, Some(2), "without a key nothing is proven: {said}");

    for_each_changed_byte(&good, |changed| checked(changed, &[]));
    // Wholly made up, under another key: refused with the key, and not believed without one.
    let (code, said) = checked(&made_up, &[]);
    assert_eq!((code, said.contains("another key")), (Some(1), true), "{said}");
    assert_eq!(verifies(folder.path(), &made_up, &["--fingerprint", fingerprint]).0, Some(1));
    let mut disguised = made_up.clone();
    disguised["key"] = good["key"].clone();
    assert_eq!(checked(&disguised, &[]).0, Some(1), "with the true key written into it");
    assert_eq!(verifies(folder.path(), &made_up, &[]).0, Some(2));
    // Cut off: at its end, with the head changed to fit, in the middle, at its beginning.
    let mut cut = good.clone();
    cut["receipts"].as_array_mut().unwrap().pop();
    assert_eq!(checked(&cut, &[]).0, Some(1));
    cut["head"]["said"]["count"] = json!(4);
    cut["head"]["said"]["last"] = cut["receipts"][3]["said"]["previous"].clone();
    assert!(checked(&cut, &[]).1.contains("the head was changed"));
    for place in [0, 1] {
        let mut cut = good.clone();
        cut["receipts"].as_array_mut().unwrap().remove(place);
        let (code, said) = checked(&cut, &[]);
        assert_eq!((code, said.contains("broken")), (Some(1), true), "{said}");
    }
    // An older export is a true one of its day, and says of which. Who kept a newer head notices it.
    let (code, said) = checked(&early, &[]);
    assert_eq!((code, said.contains("VERIFIED: 1 receipts")), (Some(0), true), "{said}");
    let head = good["head"]["said"]["last"].as_str().unwrap();
    for (more, want) in [(["--at-least", "4"], "cut off"), (["--holding", head], "no receipt")] {
        let (code, said) = checked(&early, &more);
        assert_eq!((code, said.contains(want)), (Some(1), true), "{said}");
    }
}

#[test]
fn c1_what_is_no_export_and_no_call_is_refused_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    for export in [json!(null), json!({}), json!([1]), json!({"type": "halite.consent.export.v1"})]
    {
        let (code, said) = verifies(folder.path(), &export, &[]);
        assert_eq!((code, said.starts_with("REFUSED: ")), (Some(1), true), "{export}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
    let (code, said) = verifies(folder.path(), &json!({}), &["--help"]);
    assert_eq!((code, said.contains("EXPORT.json")), (Some(2), true));
    assert_eq!(verifies(folder.path(), &json!({}), &["/nowhere.pem"]).0, Some(1));
}
