//! Nothing waits for ever unseen: each state that waits for somebody ends, or a person is told, on a clock that is
//! moved; and what has no deadline is still looked at a year later.

use domain::deadline::{Deadline, Then, Waiting};
use e2e::{TENANT, hours, jump::jump, logs::Logs, quiet_world, user};
use jiff::SignedDuration;
use local_cloud::World;
use simulator::ClientKind;

use crate::c5_waiting as scene;

const BANK: &str = "fakebank_oauth_xf";
const SECOND: &str = "fakebank_simple_xf";

/// Brings a world into this state, lets its time go by, and says whether it is over. A state without a scene does
/// not compile.
async fn over(waiting: Waiting, world: &World, within: SignedDuration) -> bool {
    let ada = &user(world, TENANT, "ada");
    match waiting {
        Waiting::Address => scene::address(ada, within).await,
        Waiting::Visit => scene::visit(ada, within).await,
        Waiting::Confirmation => scene::confirmation(ada, within).await,
        Waiting::Attempt => scene::attempt(ada, within).await,
        Waiting::Session => scene::session(ada, within).await,
        Waiting::TakingBack => scene::taking_back(ada, within).await,
        Waiting::Ask => scene::ask(ada, within).await,
        Waiting::UserNeeded => scene::user_needed(ada).await,
        Waiting::BankClosed => scene::bank_closed(ada).await,
        Waiting::Import => scene::import(ada, within).await,
        Waiting::Notice => scene::notice(ada, within).await,
        Waiting::Revocation => scene::revocation(ada, within).await,
        Waiting::Retirement => scene::retirement(ada, within).await,
        Waiting::LeftWithOwner => scene::left_with_owner(ada).await,
        Waiting::Retention => scene::retention(ada, within).await,
        Waiting::Erasure => scene::erasure(ada, within).await,
        Waiting::Comparison => scene::comparison(ada, within).await,
        Waiting::Orphan => scene::orphan(ada, within).await,
    }
}

#[tokio::test]
async fn c5_each_state_that_waits_ends_or_tells_a_person() {
    for waiting in Waiting::ALL {
        let logs = Logs::at("warn");
        let left = *waiting == Waiting::LeftWithOwner;
        let world = quiet_world(if left { ClientKind::Partner } else { ClientKind::Client }).await;
        let deadline = waiting.deadline();
        let within = match deadline {
            Deadline::After(within, _) => within,
            Deadline::None(_) => SignedDuration::ZERO,
        };
        let over = over(*waiting, &world, within).await;
        let dead = world.cloud.take_dead_letters();
        match deadline {
            Deadline::After(_, Then::Ends) => assert!(over, "{waiting:?} is not over"),
            Deadline::None(_) => assert!(over, "{waiting:?} does not go on"),
            Deadline::After(_, Then::Told(alarm)) => {
                assert!(!over, "{waiting:?}: nobody answered");
                assert!(logs.alarms(alarm) > 0, "{waiting:?}: nobody is told");
            }
            Deadline::After(_, Then::DeadLetter) => {
                assert!(!over, "{waiting:?}: nobody answered");
                assert!(!dead.is_empty(), "{waiting:?}: nobody is told");
            }
        }
        world.cloud.abandon();
    }
}

#[tokio::test]
async fn c5_a_hundred_and_eighty_one_days_later() {
    let world = quiet_world(ClientKind::Client).await;
    let (ada, bob, eve) =
        (user(&world, TENANT, "ada"), user(&world, TENANT, "bob"), user(&world, TENANT, "eve"));
    let kept = ada.link(BANK).await;
    let revoked = bob.link(SECOND).await;
    bob.revoke(&revoked).await.expect(202);
    let left = eve.new_link(SECOND).await;
    eve.open(&left).await;
    let erased = eve.erase().await;
    let begun = std::time::Instant::now();
    let jumps = jump(&world, hours(24 * 181)).await;

    let shown = ada.again(&kept).await;
    assert_eq!(shown["status"], "needs_reconnect", "{shown:#}");
    assert_eq!(shown["consent"]["status"], "expired");
    assert_eq!(shown["next_action"]["code"], "renew_consent");
    let path = format!("/v1/connections/{}", revoked["id"].as_str().unwrap());
    assert_eq!(bob.call("GET", &path, None).await.problem(404), "connection_not_found");
    assert_eq!(eve.erasure(&erased).await["status"], "erased");
    assert!(world.cloud.dead_letters().is_empty());
    eprintln!("181 days in {jumps} jumps and {} ms", begun.elapsed().as_millis());
}
