//! A batch of a queue's messages.

use std::collections::{BTreeMap, HashMap};

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use domain::{id::CorrelationId, message::Message};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    Clock, Failed,
    correlation::under,
    function::{InvokeError, OnMessage},
};

/// A batch of messages: all subjects at once, so that one that fails or waits holds up no other; the messages about one
/// subject in their order.
pub(crate) async fn worked_on(
    on_message: OnMessage,
    event: Value,
    clock: Clock,
) -> Result<Value, InvokeError> {
    let event: SqsEvent = serde_json::from_value(event)?;
    let mut subjects: BTreeMap<String, Vec<Delivery>> = BTreeMap::new();
    for delivery in event.records.into_iter().map(Delivery::read) {
        subjects.entry(delivery.subject()).or_default().push(delivery);
    }
    let mut running = tokio::task::JoinSet::new();
    let mut ids = HashMap::new();
    for deliveries in subjects.into_values() {
        let (on_message, clock) = (on_message.clone(), clock.clone());
        let of_subject: Vec<String> = deliveries.iter().map(|one| one.id.clone()).collect();
        let task = running.spawn(async move {
            let mut again = Vec::new();
            for delivery in deliveries {
                again.extend(delivery.process(&on_message, clock.now()).await);
            }
            again
        });
        ids.insert(task.id(), of_subject);
    }
    let mut answer = SqsBatchResponse::default();
    while let Some(done) = running.join_next().await {
        let again = done.unwrap_or_else(|panicked| {
            tracing::error!("the work on one subject panicked: its messages stay on the queue");
            ids.remove(&panicked.id()).unwrap_or_default()
        });
        answer.batch_item_failures.extend(again.into_iter().map(|id| {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = id;
            failure
        }));
    }
    Ok(serde_json::to_value(answer)?)
}

/// One record of a batch.
struct Delivery {
    id: String,
    correlation: Option<CorrelationId>,
    message: Option<Message>,
}

/// What a message's body holds beside the message. The release before sent none.
#[derive(Deserialize, Default)]
struct Beside {
    #[serde(default)]
    correlation: Option<CorrelationId>,
}

impl Delivery {
    fn read(record: SqsMessage) -> Self {
        let body = record.body.as_deref().unwrap_or_default();
        let beside: Beside = serde_json::from_str(body).unwrap_or_default();
        let id = record.message_id.unwrap_or_default();
        let correlation = beside.correlation.or_else(|| id.parse().ok());
        Self { correlation, message: serde_json::from_str(body).ok(), id }
    }

    fn subject(&self) -> String {
        self.message.as_ref().map_or_else(|| self.id.clone(), Message::subject)
    }

    /// The id of one that must come again.
    async fn process(mut self, on_message: &OnMessage, now: Timestamp) -> Option<String> {
        under(self.correlation.take(), self.work(on_message, now)).await
    }

    async fn work(self, on_message: &OnMessage, now: Timestamp) -> Option<String> {
        let (kind, done) = match self.message {
            Some(message) => (message.kind(), on_message(message, now).await),
            None => ("unreadable", Err(Failed::because("the message cannot be read"))),
        };
        let Err(why) = done else { return None };
        let id = self.id;
        tracing::warn!(
            metric.messages_failed = 1, by.kind = kind, message.id = id, %why,
            "a message stays on the queue"
        );
        Some(id)
    }
}
