//! A table, and the records that are put into it.

use domain::{
    connection::Connection,
    id::{ConnectionId, LinkSessionId},
    journal::{Body, Entry, Position, Read, Tombstone},
    session::{InstitutionRef, Intent, LinkSession, Stage},
    trail::Trail,
    wording::Locale,
};
use jiff::{SignedDuration, Timestamp};
use local_cloud::{LocalCloud, Options, SaltEdge};
use simulator::TEST_CLIENT_PRIVATE_KEY;
use store::{Answered, Table};

/// A running local cloud, and its table as the functions see it.
pub(crate) struct Bed {
    pub(crate) cloud: LocalCloud,
    pub(crate) table: Table,
}

/// A fresh table. Nothing is asked of Salt Edge, so its address leads nowhere.
pub(crate) async fn bed() -> Bed {
    let nowhere = SaltEdge {
        url: "http://127.0.0.1:9/api/v6".to_owned(),
        app_id: "app".to_owned(),
        secret: "secret".to_owned(),
        private_key: TEST_CLIENT_PRIVATE_KEY.to_owned(),
        callback_key: None,
        dashboard: None,
        tapped: false,
    };
    let cloud = LocalCloud::start(Options::new(nowhere)).await.unwrap();
    let (client, name) = cloud.table();
    let table = Table::new(client.clone(), name);
    Bed { cloud, table }
}

/// An instant of March 2026.
pub(crate) fn at(day_and_time: &str) -> Timestamp {
    format!("2026-03-{day_and_time}:00Z").parse().unwrap()
}

/// The tenant and user of records that say no other.
pub(crate) const TENANT: &str = "acme";
pub(crate) const USER: &str = "ada";

fn bank() -> InstitutionRef {
    let id = "fakebank_oauth_xf".parse().unwrap();
    InstitutionRef { id, name: "Fakebank".to_owned(), country: "XF".to_owned(), timezone: None }
}

/// The answer to a request of this name, given again for a day.
pub(crate) fn answered(request: &str) -> Answered {
    Answered {
        request: request.to_owned(),
        payload: "payload".into(),
        status: 201,
        sealed: "sealed".into(),
        until: session(1).created_at + SignedDuration::from_hours(24),
    }
}

/// A session, `n` apart from others.
pub(crate) fn session(n: u8) -> LinkSession {
    LinkSession {
        id: LinkSessionId::from_bytes(&[n; 15]),
        tenant: TENANT.parse().unwrap(),
        customer: USER.parse().unwrap(),
        owner: None,
        intent: Intent::Link,
        institution: bank(),
        connection: None,
        email: None,
        phone: None,
        account_type: None,
        return_to: "https://app.acme.example/return".to_owned(),
        locale: Locale::En,
        wording: None,
        stage: Stage::Created,
        created_at: at("02T09:00"),
        confirmed_at: None,
        code_hash: None,
        remote: None,
        remote_customer: None,
        unlinked: false,
        trail: Trail::default(),
        due: None,
        version: 0,
    }
}

/// A connection that has not been stored, `n` apart from others.
pub(crate) fn connection(n: u8) -> Connection {
    let remote = format!("13004500000000{n:05}").parse().unwrap();
    Connection::new(
        ConnectionId::from_bytes(&[n; 15]),
        (TENANT.parse().unwrap(), USER.parse().unwrap()),
        bank(),
        (remote, "1200340000000000001".parse().unwrap()),
        at("02T09:00"),
    )
}

impl Bed {
    /// Stores a connection by way of a session of its own.
    pub(crate) async fn linked(&self, fresh: &Connection) -> Connection {
        let mut session = session(0);
        session.id = LinkSessionId::from_bytes(fresh.id.as_str().as_bytes());
        session.tenant.clone_from(&fresh.tenant);
        self.table
            .create_session(&session, fresh.id.as_str(), &answered(fresh.id.as_str()))
            .await
            .unwrap();
        self.table.link(fresh, &session).await.unwrap().0
    }
}

/// A complete read that found something, told apart by `fingerprint`.
pub(crate) fn entry(number: u64, read_at: Timestamp, fingerprint: &str) -> Entry {
    let read = Read {
        part: 0,
        last: true,
        data_as_of: None,
        tail_from: Position { generation: 1, number },
        fingerprint: fingerprint.to_owned(),
        weight: 0,
        overlap: 0,
        publishes: false,
        accounts: Vec::new(),
        quarantined: Vec::new(),
    };
    Entry {
        at: Position { generation: 1, number },
        read_at,
        correlation: None,
        body: Body::Read(read),
    }
}

/// The entry, from which the next read compares back to another.
pub(crate) fn reaching(mut entry: Entry, number: u64) -> Entry {
    if let Body::Read(read) = &mut entry.body {
        read.tail_from.number = number;
    }
    entry
}

/// A part of a big read that is not its last.
pub(crate) fn part(number: u64, read_at: Timestamp) -> Entry {
    let mut entry = entry(number, read_at, &format!("part {number}"));
    if let Body::Read(read) = &mut entry.body {
        read.last = false;
    }
    entry
}

/// The end of a generation.
pub(crate) fn tombstone(number: u64, read_at: Timestamp) -> Entry {
    let body = Body::Tombstone(Tombstone { by: "saas".to_owned() });
    Entry { body, ..entry(number, read_at, "") }
}

/// The numbers of entries.
pub(crate) fn numbers(entries: &[Entry]) -> Vec<u64> {
    entries.iter().map(|entry| entry.at.number).collect()
}
