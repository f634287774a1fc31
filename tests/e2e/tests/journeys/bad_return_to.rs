//! The browser goes back to an address that the tenant registered, character for character, or nowhere.

use e2e::{
    RETURN_TO, options,
    raw::items,
    refusals::{LINKS, link, link_with, send},
    user, world,
};
use serde_json::json;

/// Addresses that look like the registered one, or that some parser takes for it.
const HOSTILE: &str = r"
/
//
bank
/bank?from=halite
//app.acme.example/bank?from=halite
https:/app.acme.example/bank?from=halite
https:app.acme.example/bank?from=halite
http://app.acme.example/bank?from=halite
HTTPS://app.acme.example/bank?from=halite
https://APP.acme.example/bank?from=halite
https://app.acme.example./bank?from=halite
https://app.acme.example:443/bank?from=halite
https://app.acme.example:8443/bank?from=halite
https://user@app.acme.example/bank?from=halite
https://app.acme.example@evil.example/bank?from=halite
https://app.acme.example%2eevil.example/bank?from=halite
https://app.acme.example.evil.example/bank?from=halite
https://evil.example/?https://app.acme.example/bank?from=halite
https://evil.example#app.acme.example/bank?from=halite
https://app.acme.example\@evil.example/bank?from=halite
https:\\app.acme.example\bank?from=halite
https://app.acme.example/bank/../bank?from=halite
https://app.acme.example/./bank?from=halite
https://app.acme.example/%62ank?from=halite
https://app.acme.example/bank/?from=halite
https://app.acme.example/bank
https://app.acme.example/bank?
https://app.acme.example/bank?from=halite&x=1
https://app.acme.example/bank?from=halite#
https://app.acme.example/bank?from=halite#code=1
https://app.acme.example/bank?from=HALITE
https://app.acme.example/Bank?from=halite
https://аpp.acme.example/bank?from=halite
https://xn--pp-7kc.acme.example/bank?from=halite
https://app。acme。example/bank?from=halite
https://ａpp.acme.example/bank?from=halite
javascript:alert(1)//https://app.acme.example/bank?from=halite
data:text/html,hello
file:///etc/passwd
https://[::1]/bank?from=halite
https://2130706433/bank?from=halite
";

#[tokio::test]
async fn only_the_registered_address_is_returned_to() {
    let world = world(options()).await;
    let mut hostile: Vec<String> =
        HOSTILE.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
    hostile.extend([
        String::new(),
        format!(" {RETURN_TO}"),
        format!("{RETURN_TO} "),
        format!("{RETURN_TO}\n"),
        format!("{RETURN_TO}\t"),
        format!("{RETURN_TO}\0"),
        RETURN_TO.replace("acme", "acme\r\nLocation: https://evil.example\r\n"),
        RETURN_TO.replace("acme", "ac\u{200b}me"),
        format!("{RETURN_TO}{}", "x".repeat(4_000)),
    ]);
    assert!(hostile.len() >= 50);
    let before = items(&world).await;
    for address in &hostile {
        let answer = send(&world, "POST", LINKS, &link_with("return_to", json!(address))).await;
        assert_eq!(answer.said(), (400, "return_to_not_registered".into()), "{address:?}");
        assert_eq!(answer.json()["errors"][0]["pointer"], "/return_to");
    }
    let stranger = user(&world, "initech", "ada").post(LINKS, &link()).await;
    assert_eq!(stranger.problem(400), "return_to_not_registered", "another tenant's address");
    assert_eq!(items(&world).await, before);
    assert_eq!(send(&world, "POST", LINKS, link().to_string().as_bytes()).await.status, 201);
}
