//! The compact journey that is made under each setting of the switches.

use e2e::{RETURN_TO, TENANT, User, Visit, minutes, options, user, world};
use local_cloud::{World, WorldOptions};
use serde_json::{Value, json};
use simulator::{BankAt, Browser, ClientKind, NewRow, RevokeReason, Switches, UntickedBox, Walk};

use crate::link::{remote, same_money};

const BANK: &str = "fakebank_oauth_with_pending_xf";
const SIMPLE: &str = "fakebank_simple_xf";
const CODE: &str = "fakebank_interactive_xf";

/// One world, its user, and how a failure is told.
struct Way<'w> {
    world: &'w World,
    ada: User<'w>,
    told: &'w str,
}

/// What may lie beside the main journey.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a detour of its own")]
pub(crate) struct Detours {
    /// The box is forgotten, the password wrong, the user gives up.
    pub(crate) failures: bool,
    /// A code is not typed in time.
    pub(crate) waits: bool,
    /// The same login is linked once more.
    pub(crate) again: bool,
    /// The consent ends and is given again.
    pub(crate) renewal: bool,
}

impl Detours {
    /// All of them.
    pub(crate) const ALL: Self = Self { failures: true, waits: true, again: true, renewal: true };

    /// These and those.
    pub(crate) fn and(self, more: Self) -> Self {
        Self {
            failures: self.failures || more.failures,
            waits: self.waits || more.waits,
            again: self.again || more.again,
            renewal: self.renewal || more.renewal,
        }
    }
}

/// Link, read, refresh, feed, reconnect, revocation until the end; before and between, the detours.
pub(crate) async fn journey(kind: ClientKind, switches: Switches, detours: Detours, told: &str) {
    let world = world(WorldOptions { kind, switches: switches.clone(), ..options() }).await;
    let way = Way { world: &world, ada: user(&world, TENANT, "ada"), told };
    if detours.failures {
        way.does_not_link(&switches).await;
    }
    if detours.waits {
        way.waits_too_long().await;
    }
    let connection = way.links(BANK).await;
    if detours.again {
        way.links_again().await;
    }
    way.refreshes(&connection).await;
    way.visits(&connection).await;
    if detours.renewal {
        way.renews(&connection).await;
    }
    way.revokes(&connection, kind, &switches).await;
    assert!(world.cloud.dead_letters().is_empty(), "{told}");
}

impl Way<'_> {
    /// Steps of time pass, as many as that at most, until the answer of `path` is as it should be.
    async fn until(&self, path: &str, steps: (i64, i64), done: impl Fn(&Value) -> bool) -> Value {
        let (minutes_each, most) = steps;
        for _ in 0..most {
            let shown = self.ada.get(path).await;
            if done(&shown) {
                return shown;
            }
            self.world.advance(minutes(minutes_each), minutes(minutes_each)).await;
        }
        panic!("{}: {:#}", self.told, self.ada.get(path).await)
    }

    /// A session of a bank from the click to its end.
    async fn session(&self, bank: &str, walk: &Walk) -> Value {
        // So that connects of one minute are never two.
        self.world.advance(minutes(1), minutes(1)).await;
        let session = self.ada.new_link(bank).await;
        self.goes_through(&session, walk).await
    }

    async fn goes_through(&self, session: &Value, walk: &Walk) -> Value {
        let visit = self.walks(session, walk).await;
        if visit.code.is_some() {
            self.ada.confirm(&visit).await.expect(200);
        }
        self.ended(&visit.session).await
    }

    /// Through the pages and back. Where the attempt takes its time, the page that waits is looked at each minute.
    async fn walks(&self, session: &Value, walk: &Walk) -> Visit {
        let browser = Browser::new().unwrap();
        let at = self.ada.open(session).await;
        let mut page = browser.walk(&at, walk).await.unwrap();
        for _ in 0..10 {
            if page.left {
                break;
            }
            self.world.advance(minutes(1), minutes(1)).await;
            page = browser.walk(&at, walk).await.unwrap();
        }
        assert!(page.left, "{}: {} {}", self.told, page.url, page.html);
        let landed = self.ada.browse(&page.url).await.location.unwrap_or_default();
        let code = landed.split_once("code=").map(|(_, code)| code.to_owned());
        Visit { session: session["id"].as_str().unwrap().to_owned(), code, landed }
    }

    async fn ended(&self, session: &str) -> Value {
        let path = format!("/v1/link-sessions/{session}");
        self.until(&path, (1, 30), |shown| {
            shown["stage"] == "finished" || shown["stage"] == "failed"
        })
        .await
    }

    async fn fails(&self, bank: &str, walk: &Walk, action: &str) {
        let session = self.session(bank, walk).await;
        assert_eq!(session["next_action"]["code"], action, "{}: {session:#}", self.told);
    }

    /// The box forgotten, a wrong password, given up before anything began.
    async fn does_not_link(&self, switches: &Switches) {
        let insists = switches.unticked_box == UntickedBox::AskAgain;
        let forgets = Walk { ticks: false, cancels_at: insists.then_some(1), ..Walk::default() };
        self.fails(SIMPLE, &forgets, "consent_not_granted").await;
        let wrong = Walk { password: "wrong".into(), ..Walk::default() };
        self.fails(SIMPLE, &wrong, "reconnect").await;
        let leaves = Walk { cancels_at: Some(0), ..Walk::default() };
        self.fails(SIMPLE, &leaves, "consent_not_granted").await;
    }

    /// The browser stays at the bank's question until its time is over.
    async fn waits_too_long(&self) {
        self.world.advance(minutes(1), minutes(1)).await;
        let session = self.ada.new_link(CODE).await;
        let pages = self.ada.open(&session).await;
        let browser = Browser::new().unwrap();
        let (address, token) = pages.split_once("?token=").unwrap();
        for (form, fields) in [
            ("consent", vec![("token", token), ("consent", "yes")]),
            ("credentials", vec![("token", token), ("login", "username"), ("password", "secret")]),
        ] {
            browser.post(&format!("{address}/{form}"), &fields).await.unwrap();
        }
        self.world.advance(minutes(4), minutes(1)).await;
        // The page is looked at once more, and says so.
        browser.open(&pages).await.unwrap();
        let left = browser.post(&format!("{address}/leave"), &[("token", token)]).await.unwrap();
        assert!(left.left, "{}: {}", self.told, left.html);
        self.ada.browse(&left.url).await;
        let session = self.ended(session["id"].as_str().unwrap()).await;
        let action = &session["next_action"]["code"];
        assert_eq!(action, "retry_while_present", "{}: {session:#}", self.told);
    }

    async fn links(&self, bank: &str) -> Value {
        let session = self.session(bank, &Walk::default()).await;
        assert_eq!(session["stage"], "finished", "{}: {session:#}", self.told);
        let path = format!("/v1/connections/{}", session["connection_id"].as_str().unwrap());
        let connection = self.active(&path).await;
        same_money(self.world, &self.ada, &connection).await;
        connection
    }

    /// Active, and read to the end.
    async fn active(&self, path: &str) -> Value {
        self.until(path, (1, 30), |shown| {
            shown["status"] == "active" && shown["history"] == "complete"
        })
        .await
    }

    /// The same login once more goes on in the connection that is there, or leads to it.
    async fn links_again(&self) {
        let first = self.links(SIMPLE).await;
        let session = self.session(SIMPLE, &Walk::default()).await;
        if session["stage"] == "failed" {
            assert_eq!(session["next_action"]["code"], "reuse_connection", "{}", self.told);
        } else {
            assert_eq!(session["connection_id"], first["id"], "{}: {session:#}", self.told);
        }
        let listed = self.ada.get("/v1/connections").await;
        assert_eq!(listed["connections"].as_array().map(Vec::len), Some(2), "{}", self.told);
    }

    /// A new row arrives by a refresh without the user, and in the feed once.
    async fn refreshes(&self, connection: &Value) {
        let seen = self.ada.feed(connection, None).await;
        let row = NewRow::booked("-3.20".parse().unwrap(), "COFFEE");
        self.world.salt_edge.control().add_row(&BankAt::of(BANK), "account-1", row).unwrap();
        self.world.advance(minutes(62), minutes(62)).await;
        let path = path(connection);
        self.ada.post(&format!("{path}/refresh"), &json!({})).await.expect(202);
        let coffees = |rows: &[Value]| {
            let coffee = |row: &&Value| row["description"] == "COFFEE";
            rows.iter().filter(coffee).count()
        };
        let mut news = 0;
        for _ in 0..30 {
            news = coffees(&self.ada.feed(connection, seen.cursor.as_deref()).await.added);
            if news > 0 {
                break;
            }
            self.world.advance(minutes(1), minutes(1)).await;
        }
        assert_eq!(news, 1, "{}", self.told);
        same_money(self.world, &self.ada, &self.active(&path).await).await;
    }

    /// The user signs in again; nothing of ours changes its id.
    async fn visits(&self, connection: &Value) {
        self.world.advance(minutes(62), minutes(62)).await;
        let path = path(connection);
        let body = json!({ "return_to": RETURN_TO });
        let session = self.ada.post(&format!("{path}/reconnect"), &body).await.expect(201);
        let session = self.goes_through(&session, &Walk::default()).await;
        assert_eq!(session["stage"], "finished", "{}: {session:#}", self.told);
        let now = self.active(&path).await;
        let ids = |of: &Value| {
            let ids = of["accounts"].as_array().unwrap().iter().map(|one| one["id"].clone());
            ids.collect::<Vec<_>>()
        };
        assert_eq!(ids(&now), ids(connection), "{}", self.told);
        same_money(self.world, &self.ada, &now).await;
    }

    /// The bank ends the consent; the user gives it again.
    async fn renews(&self, connection: &Value) {
        let control = self.world.salt_edge.control();
        let theirs = remote(self.world, connection);
        control.end_consent_of(theirs.id, RevokeReason::Provider).unwrap();
        let path = path(connection);
        self.until(&path, (30, 40), |shown| shown["status"] == "needs_reconnect").await;
        self.visits(connection).await;
    }

    async fn revokes(&self, connection: &Value, kind: ClientKind, switches: &Switches) {
        let path = path(connection);
        let theirs = remote(self.world, connection);
        let gone = self.ada.call("DELETE", &path, None).await.expect(202);
        assert_eq!(gone["status"], "revoking", "{}", self.told);
        if kind == ClientKind::Partner {
            self.until(&path, (1, 30), |shown| shown["status"] == "left_with_owner").await;
            self.deletes(&theirs, switches).await;
        }
        self.world.advance(minutes(5), minutes(1)).await;
        self.until(&path, (60, 30), |shown| shown["status"] == "revoked").await;
    }

    /// The owner deletes the connection in the dashboard.
    async fn deletes(&self, theirs: &simulator::Connection, switches: &Switches) {
        let form = format!("{}/delete", self.world.salt_edge.dashboard_url());
        let id = theirs.id.to_string();
        let fields = [("email", "ada@example.com"), ("connection_id", id.as_str())];
        Browser::new().unwrap().post(&form, &fields).await.unwrap();
        let control = self.world.salt_edge.control();
        assert!(control.connection(theirs.id).is_none(), "{}: {switches:?}", self.told);
    }
}

fn path(connection: &Value) -> String {
    format!("/v1/connections/{}", connection["id"].as_str().unwrap())
}
