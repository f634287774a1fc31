//! Callbacks: how they come up, wait and go out.

pub(crate) mod deliver;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clients::CallbackKind;
use crate::clock::{later, millis_text};
use crate::faults::CallbackFaultKind;
use crate::record::CallbackRecord;
use crate::world::World;

/// A callback on its way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Delivery {
    pub(crate) app_id: String,
    pub(crate) kind: CallbackKind,
    /// The address that was registered when it came up.
    pub(crate) url: String,
    /// The very bytes.
    pub(crate) body: String,
    pub(crate) due: Timestamp,
    /// Deliveries tried so far.
    pub(crate) tries: usize,
    /// Its place in the record; none when it is older than the record.
    #[serde(skip)]
    pub(crate) entry: Option<usize>,
}

/// Callbacks that wait for their time.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Outbox {
    pub(crate) waiting: Vec<Delivery>,
    /// Held back until another one has come up.
    held: Vec<Delivery>,
}

impl Outbox {
    /// Whether [`Outbox::take_due`] would give anything.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        !self.held.is_empty() || self.waiting.iter().any(|delivery| delivery.due <= now)
    }

    /// Takes what is due at `now`, in order; held ones only when nothing else waits.
    pub(crate) fn take_due(&mut self, now: Timestamp) -> Vec<Delivery> {
        let (due, waiting) =
            std::mem::take(&mut self.waiting).into_iter().partition(|delivery| delivery.due <= now);
        self.waiting = waiting;
        let mut due: Vec<Delivery> = due;
        if due.is_empty() {
            due = std::mem::take(&mut self.held);
        }
        due
    }

    /// Forgets what waits; used when the record is cleared, whose entries deliveries point to.
    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
        self.held.clear();
    }

    /// Callbacks that have not been answered yet.
    pub(crate) fn len(&self) -> usize {
        self.waiting.len() + self.held.len()
    }
}

impl World {
    /// Puts a callback on its way, as registered and as the faults want it.
    pub(crate) fn enqueue(
        &mut self,
        app_id: &str,
        kind: CallbackKind,
        data: Value,
        now: Timestamp,
    ) {
        let Some(client) = self.clients.get(app_id) else { return };
        let url = client.callbacks.urls.get(&kind).cloned();
        let meta = json!({ "version": "6", "time": millis_text(now) });
        let pairs = [("data".to_owned(), data), ("meta".to_owned(), meta)];
        let body = Value::Object(pairs.into_iter().collect());
        let fault = url.as_ref().and_then(|_| self.faults.for_callback(kind));
        let entry = self.record.callbacks.len();
        self.record.callbacks.push(CallbackRecord {
            at: now,
            client: app_id.to_owned(),
            kind,
            url: url.clone(),
            body: body.clone(),
            fault: fault.map(|fault| fault_name(fault).to_owned()),
            deliveries: Vec::new(),
            delivered: false,
        });
        let Some(url) = url else { return };
        let delivery = Delivery {
            app_id: app_id.to_owned(),
            kind,
            url,
            body: body.to_string(),
            due: now,
            tries: 0,
            entry: Some(entry),
        };
        let outbox = &mut self.outbox;
        match fault {
            Some(CallbackFaultKind::Lost) => return,
            Some(CallbackFaultKind::Reordered) => {
                outbox.held.push(delivery);
                return;
            }
            Some(CallbackFaultKind::Late(seconds)) => {
                let due = later(now, SignedDuration::from_secs(seconds));
                outbox.waiting.push(Delivery { due, ..delivery });
            }
            Some(CallbackFaultKind::Doubled) => {
                outbox.waiting.extend([delivery.clone(), delivery]);
            }
            None => outbox.waiting.push(delivery),
        }
        while let Some(held) = outbox.held.pop() {
            outbox.waiting.push(held);
        }
    }
}

fn fault_name(fault: CallbackFaultKind) -> &'static str {
    match fault {
        CallbackFaultKind::Lost => "lost",
        CallbackFaultKind::Doubled => "doubled",
        CallbackFaultKind::Late(_) => "late",
        CallbackFaultKind::Reordered => "reordered",
    }
}
