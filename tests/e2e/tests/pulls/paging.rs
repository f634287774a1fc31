//! Y10: a bank that goes on while it is read page by page.

use std::future::Future;

use e2e::{TENANT, logs::Logs, minutes, options, oracle, user, world};
use jiff::SignedDuration;
use local_cloud::{Effect, Fault, World};
use simulator::{Id, RowEdit};

use crate::{BANK, add, bank, row};

/// Salt Edge was at the bank, and calls: all of it within the seconds of one read.
async fn salt_edge_calls(world: &World, remote: Id) {
    world.cloud.clock().advance(SignedDuration::from_secs(10));
    world.salt_edge.control().visit_bank(remote).unwrap();
    world.salt_edge.control().pump().await;
}

/// The row that a read is shown first gets another id: it then stands behind all others.
fn rename_first(world: &World, remote: Id) -> String {
    let control = world.salt_edge.control();
    let book = control.book(&bank()).unwrap();
    let rows = &book.account("account-1").unwrap().rows;
    let mut copied = control.transactions(remote);
    copied.retain(|copied| rows.iter().any(|row| row.row == copied.row));
    let day = copied.iter().map(|row| row.made_on).max().unwrap() - jiff::Span::new().days(5);
    let first = copied.into_iter().find(|row| row.made_on >= day).unwrap();
    let edit = RowEdit { new_id: true, ..RowEdit::default() };
    control.edit_row(&bank(), &first.row, edit).unwrap();
    first.description
}

fn hold(world: &World, nth: u32) {
    let pages = Some(String::from("GET /transactions"));
    let fault = Fault::at("sync", nth, Effect::HoldBefore);
    world.cloud.tap().arm(Fault { operation: pages, ..fault });
}

/// Lets the work go on; each time a page of it is held, that happens first.
async fn held<T>(
    world: &World,
    work: impl Future<Output = T>,
    mut meanwhile: impl AsyncFnMut(),
) -> T {
    let mut work = Box::pin(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = world.cloud.tap().holds(1) => {}
        }
        meanwhile().await;
        assert!(world.cloud.tap().release());
    }
}

async fn small_pages(world: &World) -> Id {
    let remote = oracle::newest(world);
    world.salt_edge.control().switch(|switches| switches.most_per_page = 3);
    for n in 1..=8 {
        add(world, row(&format!("-{n}.00"), &format!("ROW {n}")));
    }
    salt_edge_calls(world, remote).await;
    remote
}

#[tokio::test]
async fn y10_a_row_that_moves_behind_the_reader_is_there_once() {
    let logs = Logs::at("info");
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let remote = small_pages(&world).await;
    world.settle().await;
    oracle::assert_equal(&ada, &connection, remote).await;
    assert_eq!(logs.sum("paging_restarted"), 0, "pages that stand still are read once");
    let cursor = ada.feed(&connection, None).await.cursor;
    // The first page has the row; before the second is asked for, it moves behind the last.
    add(&world, row("-9.00", "NEWS"));
    salt_edge_calls(&world, remote).await;
    hold(&world, 2);
    let moved = async || {
        rename_first(&world, remote);
        salt_edge_calls(&world, remote).await;
    };
    assert!(held(&world, world.cloud.deliver("sync"), moved).await);
    oracle::assert_equal(&ada, &connection, remote).await;
    let news = ada.feed(&connection, cursor.as_deref()).await;
    assert_eq!((news.added.len(), news.removed.len()), (1, 0), "{:#?}", news.added);
    assert!(logs.sum("paging_restarted") >= 1);
    world.settle().await;
    oracle::assert_equal(&ada, &connection, remote).await;
    oracle::assert_no_holes(&world).await;
}

#[tokio::test]
async fn y10_a_bank_that_never_stands_still_is_given_up_and_read_the_next_time() {
    let logs = Logs::at("info");
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let remote = small_pages(&world).await;
    let before = oracle::journal_keys(&world).await;
    hold(&world, 2);
    let moved = async || {
        rename_first(&world, remote);
        salt_edge_calls(&world, remote).await;
        hold(&world, 4);
    };
    assert!(held(&world, world.cloud.deliver("sync"), moved).await);
    assert_eq!(oracle::journal_keys(&world).await, before, "nothing of two moments is written");
    assert!(logs.text().contains("its pages changed under it"), "it says why");
    world.cloud.tap().disarm();
    world.settle().await;
    world.advance(minutes(39), minutes(13)).await;
    oracle::assert_equal(&ada, &connection, remote).await;
    oracle::assert_no_holes(&world).await;
    assert!(world.cloud.dead_letters().is_empty());
}
