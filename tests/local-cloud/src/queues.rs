//! The queues: visibility, redelivery, dead letters, by the local cloud's clock.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::template::{Queue, REGION};

/// A message on a queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its id.
    pub id: String,
    /// Its body as it was sent.
    pub body: String,
    /// When it was sent.
    pub sent: Timestamp,
    /// How often it was received.
    pub received: u32,
    /// From when on it can be received.
    pub visible: Timestamp,
}

/// All queues of the template.
#[derive(Debug)]
pub(crate) struct Queues {
    shapes: Vec<Queue>,
    state: Mutex<State>,
}

/// What is on the queues; this is what a data folder keeps.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
    /// Messages by the queue's logical id, in the order of sending.
    messages: BTreeMap<String, Vec<Message>>,
    /// Number of the last message.
    last: u64,
}

impl Queues {
    /// The template's queues with what was on them before.
    pub(crate) fn new(shapes: Vec<Queue>, state: State) -> Self {
        Self { shapes, state: Mutex::new(state) }
    }

    /// The queue whose URL this is.
    pub(crate) fn by_url(&self, url: &str) -> Option<&Queue> {
        let name = url.rsplit('/').next()?;
        self.shapes.iter().find(|queue| queue.name == name)
    }

    /// Stores a message; its id.
    pub(crate) fn send(
        &self,
        queue: &Queue,
        body: &str,
        delay: SignedDuration,
        now: Timestamp,
    ) -> String {
        let mut state = self.state();
        state.last += 1;
        let id = format!("00000000-0000-4000-8000-{:012}", state.last);
        let visible = now.saturating_add(delay).unwrap_or(now);
        let message =
            Message { id: id.clone(), body: body.to_owned(), sent: now, received: 0, visible };
        state.messages.entry(queue.id.clone()).or_default().push(message);
        id
    }

    /// Hides and returns the messages that can be received now, at most `most`. One that was received
    /// too often goes to the dead letters instead.
    pub(crate) fn receive(&self, id: &str, most: usize, now: Timestamp) -> Vec<Message> {
        let Some(queue) = self.shapes.iter().find(|queue| queue.id == id) else {
            return Vec::new();
        };
        let mut state = self.state();
        let mut received = Vec::new();
        let mut dead = Vec::new();
        let messages = state.messages.entry(queue.id.clone()).or_default();
        messages.retain_mut(|message| {
            if message.visible > now || received.len() == most {
                return true;
            }
            if queue.redrive.as_ref().is_some_and(|(_, count)| message.received >= *count) {
                dead.push(message.clone());
                return false;
            }
            message.received += 1;
            let hidden = SignedDuration::from_secs(queue.visibility.into());
            message.visible = now.saturating_add(hidden).unwrap_or(now);
            received.push(message.clone());
            true
        });
        let letters = queue.redrive.as_ref().map(|(arn, _)| arn);
        let letters = self.shapes.iter().find(|queue| Some(&queue.arn) == letters);
        if let Some(letters) = letters.filter(|_| !dead.is_empty()) {
            state.messages.entry(letters.id.clone()).or_default().extend(dead);
        }
        received
    }

    /// Forgets messages that were processed.
    pub(crate) fn delete(&self, queue: &str, ids: &[String]) {
        if let Some(messages) = self.state().messages.get_mut(queue) {
            messages.retain(|message| !ids.contains(&message.id));
        }
    }

    /// Everything on one queue, hidden or not.
    pub(crate) fn all(&self, queue: &str) -> Vec<Message> {
        self.state().messages.get(queue).cloned().unwrap_or_default()
    }

    /// Logical ids of the queues that take dead letters, or of the others.
    pub(crate) fn names(&self, dead_letters: bool) -> Vec<String> {
        let takes = |queue: &Queue| {
            self.shapes
                .iter()
                .any(|other| other.redrive.as_ref().is_some_and(|(arn, _)| *arn == queue.arn))
        };
        let wanted = self.shapes.iter().filter(|queue| takes(queue) == dead_letters);
        wanted.map(|queue| queue.id.clone()).collect()
    }

    /// A copy of what is on the queues.
    pub(crate) fn snapshot(&self) -> State {
        self.state().clone()
    }

    /// Puts back what a snapshot holds.
    pub(crate) fn put_back(&self, state: &State) {
        self.state().clone_from(state);
    }

    /// The event that a mapping makes of a batch.
    pub(crate) fn event(&self, id: &str, batch: &[Message]) -> Value {
        let arn = self.shapes.iter().find(|queue| queue.id == id).map(|queue| queue.arn.as_str());
        let records: Vec<Value> = batch
            .iter()
            .map(|message| {
                json!({
                    "messageId": message.id,
                    "receiptHandle": format!("{}-{}", message.id, message.received),
                    "body": message.body,
                    "attributes": {
                        "ApproximateReceiveCount": message.received.to_string(),
                        "SentTimestamp": message.sent.as_millisecond().to_string(),
                        "SenderId": "local-cloud",
                        "ApproximateFirstReceiveTimestamp": message.sent.as_millisecond().to_string(),
                    },
                    "messageAttributes": {},
                    "eventSource": "aws:sqs",
                    "eventSourceARN": arn,
                    "awsRegion": REGION,
                })
            })
            .collect();
        json!({ "Records": records })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The messages of a batch that a function has processed, by its answer.
///
/// As on AWS: no list means all, an id that is not of the batch means none.
pub(crate) fn processed(batch: &[Message], answer: &Value) -> Vec<String> {
    let ids = || batch.iter().map(|message| message.id.clone());
    let Some(failures) = answer["batchItemFailures"].as_array() else { return ids().collect() };
    let failed: Vec<&str> =
        failures.iter().map(|one| one["itemIdentifier"].as_str().unwrap_or_default()).collect();
    if failed.iter().any(|id| !batch.iter().any(|message| message.id == *id)) {
        return Vec::new();
    }
    ids().filter(|id| !failed.contains(&id.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queues() -> Queues {
        let queue = |id: &str, redrive: Option<(&str, u32)>| Queue {
            id: id.to_owned(),
            arn: format!("arn:{id}"),
            name: id.to_owned(),
            visibility: 60,
            redrive: redrive.map(|(arn, count)| (arn.to_owned(), count)),
            line: 1,
        };
        let shapes = vec![queue("Work", Some(("arn:Dead", 2))), queue("Dead", None)];
        Queues::new(shapes, State::default())
    }

    #[test]
    fn a_message_is_hidden_then_comes_again_then_is_a_dead_letter() {
        let queues = queues();
        let work = queues.by_url("http://x/000/Work").unwrap().clone();
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        queues.send(&work, "{}", SignedDuration::from_secs(5), at(0));
        for (second, received, dead) in
            [(4, 0, 0), (5, 1, 0), (64, 0, 0), (65, 1, 0), (124, 0, 0), (125, 0, 1), (999, 0, 1)]
        {
            assert_eq!(queues.receive("Work", 10, at(second)).len(), received, "{second}");
            assert_eq!(queues.all("Dead").len(), dead, "{second}");
        }
    }

    #[test]
    fn the_answer_decides_which_messages_are_done() {
        let queues = queues();
        let work = queues.by_url("Work").unwrap().clone();
        for _ in 0..2 {
            queues.send(&work, "{}", SignedDuration::ZERO, Timestamp::UNIX_EPOCH);
        }
        let batch = queues.receive("Work", 10, Timestamp::UNIX_EPOCH);
        let first = &batch[0].id;
        for (answer, want) in [
            (Value::Null, 2),
            (json!({"batchItemFailures": []}), 2),
            (json!({"batchItemFailures": [{"itemIdentifier": first}]}), 1),
            (json!({"batchItemFailures": [{"itemIdentifier": "foreign"}]}), 0),
            (json!({"batchItemFailures": [{}]}), 0),
        ] {
            assert_eq!(processed(&batch, &answer).len(), want, "{answer}");
        }
    }
}
