//! What stands at Salt Edge and belongs to nothing here is found, and ended after a while.

use e2e::{
    TENANT, hours,
    logs::Logs,
    lose_callbacks, minutes, options,
    raw::{lose, stored},
    user, world,
};
use local_cloud::{
    APP_ID, LocalCloud, Options, SECRET, SaltEdge, TemplateText, World, WorldOptions,
};
use simulator::{ApiFault, ApiFaultKind, ClientKind, ErrorClass, TEST_CLIENT_PRIVATE_KEY};
use store::inventory::kind;

const BANK: &str = "fakebank_oauth_xf";
const SECOND: &str = "fakebank_simple_xf";

/// One step a night, right behind the minute of the comparison.
async fn nights(world: &World, count: i64) {
    world.advance(hours(24 * count), hours(24)).await;
}

/// From nine in the morning to two minutes after the first comparison.
async fn first_night(world: &World) {
    world.advance(minutes(18 * 60 + 2), minutes(18 * 60 + 2)).await;
}

/// Lines about orphans with this state.
fn seen(logs: &Logs, state: &str) -> usize {
    let lines = logs.lines();
    lines.iter().filter(|line| line["orphans"] == 1 && line["state"] == state).count()
}

/// A bank that stays linked, and another that everything here has forgotten.
async fn one_of_two_is_lost(kind: ClientKind) -> World {
    let world = world(WorldOptions { kind, ..options() }).await;
    let ada = user(&world, TENANT, "ada");
    ada.link(SECOND).await;
    let lost = ada.link(BANK).await;
    lose(&world, lost["id"].as_str().unwrap()).await;
    first_night(&world).await;
    world
}

#[tokio::test]
async fn c5_an_orphan_is_listed_for_a_week_and_then_removed_with_proof() {
    let logs = Logs::at("info");
    let world = one_of_two_is_lost(ClientKind::Client).await;
    let control = world.salt_edge.control();
    nights(&world, 6).await;
    assert_eq!(control.connections().len(), 2, "the grace is not over");
    assert_eq!(seen(&logs, "listed"), 7, "each night says so");
    let orphans = stored(&world).await.into_iter().map(|item| item.key);
    let orphans =
        orphans.filter(|(pk, sk)| kind(pk, sk).is_some_and(|kind| kind.name == "orphans"));
    assert_eq!(orphans.count(), 1);
    nights(&world, 3).await;
    assert_eq!(control.connections().len(), 1);
    let record = control.record();
    assert_eq!(
        (record.revocations.len(), record.deletions.len()),
        (1, 1),
        "and no other is touched"
    );
    assert_eq!(seen(&logs, "removed"), 1);
    assert_eq!(logs.alarms("comparison_stopped"), 0);
}

#[tokio::test]
async fn c5_in_partner_mode_an_orphan_loses_its_consent_and_its_owner_is_told_of() {
    let logs = Logs::at("info");
    let world = one_of_two_is_lost(ClientKind::Partner).await;
    nights(&world, 8).await;
    let record = world.salt_edge.control().record();
    assert_eq!((record.revocations.len(), record.deletions.len()), (1, 0));
    let told = logs.lines().into_iter().find(|line| line["state"] == "left").expect("a line");
    assert_eq!(told["deleted_by_its_owner_at"], world.salt_edge.dashboard_url());
}

#[tokio::test]
async fn c5_the_first_comparison_of_a_deployment_only_lists_and_the_next_one_acts() {
    let logs = Logs::at("info");
    let world = world(WorldOptions { kind: ClientKind::Client, ..options() }).await;
    let control = world.salt_edge.control();
    // An earlier deployment of this name has left two connections; the table is new.
    for sub in ["ada", "bob"] {
        let connection = user(&world, TENANT, sub).link(BANK).await;
        lose(&world, connection["id"].as_str().unwrap()).await;
    }
    let over = || {
        let lines = logs.lines().into_iter();
        let over = lines.filter(|line| line["message"] == "the comparison with Salt Edge is over");
        over.map(|line| line["orphans"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    let done = || (control.record().revocations.len(), control.record().deletions.len());
    // For nine nights Salt Edge refuses our keys where bob begins: no comparison comes to its end. What ada has was seen.
    let bobs = format!("/api/v6/connections?*{}*", control.connections()[1].customer_id);
    let refused = ApiFaultKind::Error(ErrorClass::ClientDisabled);
    let down = ApiFault::next(refused, "GET", &bobs);
    control.add_api_fault(ApiFault { times: 100_000, ..down });
    first_night(&world).await;
    nights(&world, 8).await;
    assert_eq!((seen(&logs, "listed"), over(), done()), (1, vec![], (0, 0)));
    control.clear_faults();
    nights(&world, 1).await;
    assert_eq!((seen(&logs, "listed"), over()), (2, vec![2]), "the first one says what it saw");
    assert_eq!(done(), (0, 0), "and ends nothing, whatever its age");
    nights(&world, 1).await;
    assert_eq!((done(), seen(&logs, "removed")), ((1, 1), 1), "ada's grace is over, bob's is not");
    nights(&world, 6).await;
    assert_eq!((done(), control.connections().len()), ((2, 2), 0));
}

/// A second deployment on the same account at Salt Edge, with a table of its own.
async fn another_deployment(world: &World) -> LocalCloud {
    let template = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml"));
    let own = "HALITE_DEPLOYMENT: !Ref AWS::StackName";
    assert!(template.contains(own));
    let account = SaltEdge {
        url: world.salt_edge.api_url(),
        app_id: APP_ID.to_owned(),
        secret: SECRET.to_owned(),
        private_key: TEST_CLIENT_PRIVATE_KEY.to_owned(),
        callback_key: None,
        dashboard: None,
        tapped: false,
    };
    let mut options = Options::new(account);
    options.template = TemplateText::Text(template.replace(own, "HALITE_DEPLOYMENT: another"));
    options.clock = world.cloud.clock().clone();
    options.parameters.insert("Mode".into(), "client".into());
    LocalCloud::start(options).await.expect("another deployment")
}

#[tokio::test]
async fn c5_two_deployments_on_one_account_never_touch_each_others() {
    let world = world(WorldOptions { kind: ClientKind::Client, ..options() }).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let other = another_deployment(&world).await;
    other.tick().await.unwrap();
    other.settle().await;
    first_night(&world).await;
    for _ in 0..9 {
        nights(&world, 1).await;
        other.tick().await.unwrap();
        other.settle().await;
    }
    assert_eq!(ada.stands(&connection).await.0, "active");
    let record = world.salt_edge.control().record();
    assert_eq!((record.revocations.len(), record.deletions.len()), (0, 0));
    let known = other.table();
    let done = known.0.scan().table_name(known.1).send().await.unwrap().items.unwrap_or_default();
    assert!(done.iter().any(|item| item["pk"].as_s().unwrap() == "COMPARISON"), "it did compare");
}

#[tokio::test]
async fn c5_a_comparison_stops_when_too_many_are_gone_at_once() {
    let logs = Logs::at("info");
    let world = one_of_two_is_lost(ClientKind::Client).await;
    nights(&world, 6).await;
    for number in 0..6 {
        user(&world, TENANT, &format!("user-{number}")).link(SECOND).await;
    }
    // In the night in which the orphan's grace is over, many are gone, and nobody tells us.
    world.advance(minutes(23 * 60 + 50), minutes(23 * 60 + 50)).await;
    let control = world.salt_edge.control();
    lose_callbacks(&world, None);
    for connection in control.connections().iter().skip(2) {
        control.delete_connection(connection.id).unwrap();
    }
    world.advance(minutes(15), minutes(15)).await;
    assert_eq!(logs.alarms("comparison_stopped"), 1);
    assert_eq!(control.record().revocations.len(), 0, "nothing is ended");
    // During the day each is looked at, and proven to be gone.
    world.advance(hours(24), hours(1)).await;
    assert_eq!(control.record().revocations.len(), 1, "the next night goes on");
}

#[tokio::test]
async fn c5_one_that_cannot_be_read_is_passed_over_and_holds_up_no_night() {
    let logs = Logs::at("info");
    let world = one_of_two_is_lost(ClientKind::Client).await;
    user(&world, TENANT, "zoe").link(SECOND).await;
    let control = world.salt_edge.control();
    // Of two connections one, and of two customers one, are answered with a fault from now on.
    let [stands, _, zoes] = &control.connections()[..] else { panic!("three connections") };
    let list = format!("/api/v6/connections?*{}*", zoes.customer_id);
    for path in [format!("/api/v6/connections/{}", stands.id), list] {
        let down = ApiFault::next(ApiFaultKind::ServerError, "GET", &path);
        control.add_api_fault(ApiFault { times: 100_000, ..down });
    }
    nights(&world, 9).await;
    assert_eq!(seen(&logs, "removed"), 1, "the orphan behind them is found and ended");
    assert!(logs.sum("comparison_skipped") >= 18, "and each night says what it passed over");
    assert_eq!(logs.alarms("comparison_stuck"), 0);
    // The pulls of the connection that cannot be read are dead letters by then.
    world.cloud.abandon();
}
