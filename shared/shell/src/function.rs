//! One function, however it is woken: by a call, by messages, by the minute.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
};

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use domain::{id::CorrelationId, message::Message, wording::Locale};
use jiff::Timestamp;
use lambda_http::{Adapter, Context, LambdaEvent, Service, request::LambdaRequest, service_fn};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    Answer, Call, Clock, Entropy, Failed, code::Code, correlation::under, env::Env,
    problem::Problem,
};

/// What a function is given by the machine it runs on.
#[derive(Debug, Clone)]
pub struct Platform {
    /// Its settings.
    pub env: Env,
    /// Its clock.
    pub clock: Clock,
    /// Its randomness.
    pub entropy: Entropy,
}

impl Platform {
    /// The process that Lambda started.
    pub fn of_process() -> Self {
        Self { env: Env::of_process(), clock: Clock::system(), entropy: Entropy::system() }
    }
}

/// The event could not be answered; Lambda counts the invocation as failed.
#[derive(Debug, thiserror::Error)]
pub enum InvokeError {
    /// The event is of a kind that this function is not woken by.
    #[error("this function is not woken by {0}")]
    NotWokenBy(&'static str),
    /// The event is not of its own kind's shape.
    #[error("the event cannot be read")]
    Unreadable(#[from] serde_json::Error),
    /// The minute's work was not done; the scheduler tries again.
    #[error("{0}")]
    Failed(Failed),
}

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;
type OnCall = Arc<dyn Fn(Call) -> Boxed<Answer> + Send + Sync>;
type OnMessage = Arc<dyn Fn(Message, Timestamp) -> Boxed<Result<(), Failed>> + Send + Sync>;
type OnTick = Arc<dyn Fn(Timestamp) -> Boxed<Result<(), Failed>> + Send + Sync>;

/// A function with everything it was started with.
#[derive(Clone)]
pub struct Function {
    clock: Clock,
    locale: Locale,
    routes: &'static [&'static str],
    on_call: Option<OnCall>,
    on_message: Option<OnMessage>,
    on_tick: Option<OnTick>,
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function").field("routes", &self.routes).finish_non_exhaustive()
    }
}

impl Function {
    /// A function that nothing wakes yet.
    pub fn new(clock: &Clock) -> Self {
        Self {
            clock: clock.clone(),
            locale: Locale::default(),
            routes: &[],
            on_call: None,
            on_message: None,
            on_tick: None,
        }
    }

    /// Speaks this language to callers who name none that we speak.
    #[must_use]
    pub fn speaking(mut self, locale: Locale) -> Self {
        self.locale = locale;
        self
    }

    /// Woken by calls to these routes, each written `METHOD /path/{parameter}`.
    #[must_use]
    pub fn on_call<F, R>(mut self, routes: &'static [&'static str], handle: F) -> Self
    where
        F: Fn(Call) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Answer, Problem>> + Send + 'static,
    {
        self.routes = routes;
        self.on_call = Some(Arc::new(move |call| {
            let asked = call.asked();
            let work = handle(call);
            Box::pin(async move { work.await.unwrap_or_else(|problem| problem.answer(&asked)) })
        }));
        self
    }

    /// Woken by messages of a queue.
    #[must_use]
    pub fn on_message<F, R>(mut self, handle: F) -> Self
    where
        F: Fn(Message, Timestamp) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), Failed>> + Send + 'static,
    {
        self.on_message = Some(Arc::new(move |message, now| Box::pin(handle(message, now))));
        self
    }

    /// Woken by the schedule.
    #[must_use]
    pub fn on_tick<F, R>(mut self, handle: F) -> Self
    where
        F: Fn(Timestamp) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), Failed>> + Send + 'static,
    {
        self.on_tick = Some(Arc::new(move |now| Box::pin(handle(now))));
        self
    }

    /// The routes that it answers.
    pub fn routes(&self) -> &'static [&'static str] {
        self.routes
    }

    /// Answers one event as Lambda hands it over.
    pub async fn invoke(&self, event: Value) -> Result<Value, InvokeError> {
        if event.get("Records").is_some() {
            self.messages(event).await
        } else if event.get("requestContext").is_some() {
            self.call(event).await
        } else {
            let on_tick = self.on_tick.as_ref().ok_or(InvokeError::NotWokenBy("a schedule"))?;
            let id = event["id"].as_str().and_then(|id| id.parse().ok());
            under(id, on_tick(self.clock.now())).await.map_err(InvokeError::Failed)?;
            Ok(Value::Null)
        }
    }

    async fn call(&self, event: Value) -> Result<Value, InvokeError> {
        let on_call = self.on_call.clone().ok_or(InvokeError::NotWokenBy("a call"))?;
        let request = LambdaRequest::ApiGatewayV2(serde_json::from_value(event)?);
        let (now, locale) = (self.clock.now(), self.locale);
        let routes = self.routes;
        let answer = service_fn(move |request: lambda_http::Request| {
            let on_call = on_call.clone();
            async move {
                let (answer, reference) = match Call::read(request, now, locale) {
                    Ok(call) => {
                        let asked = call.asked();
                        let known = routes.contains(&call.route.as_str());
                        let answer = if known {
                            under(call.correlation(), on_call(call)).await
                        } else {
                            Problem::new(Code::RouteNotFound).answer(&asked)
                        };
                        (answer, asked.reference)
                    }
                    Err(refused) => (refused.0.answer(&refused.1), refused.1.reference),
                };
                let answer = answer.with_header("request-id", reference);
                Ok::<_, std::convert::Infallible>(answer.into_response())
            }
        });
        let mut adapter = Adapter::from(answer);
        let Ok(response) = adapter.call(LambdaEvent::new(request, Context::default())).await;
        Ok(serde_json::to_value(response)?)
    }

    /// All subjects of a batch at once, so that one that fails or waits holds up no other; the messages
    /// about one subject in their order.
    async fn messages(&self, event: Value) -> Result<Value, InvokeError> {
        let on_message = self.on_message.clone().ok_or(InvokeError::NotWokenBy("a queue"))?;
        let event: SqsEvent = serde_json::from_value(event)?;
        let mut subjects: BTreeMap<String, Vec<Delivery>> = BTreeMap::new();
        for delivery in event.records.into_iter().map(Delivery::read) {
            subjects.entry(delivery.subject()).or_default().push(delivery);
        }
        let mut running = tokio::task::JoinSet::new();
        let mut ids = HashMap::new();
        for deliveries in subjects.into_values() {
            let (on_message, clock) = (on_message.clone(), self.clock.clone());
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn a_panic_keeps_the_messages_of_its_subject_and_no_other() {
        let function = Function::new(&Clock::system()).on_message(|message, _| async move {
            assert!(message.kind() != "revoke", "this one cannot be worked on");
            Ok(())
        });
        let about = |kind: &str, letter: &str| {
            let connection = format!("con_{}", letter.repeat(24));
            let body =
                json!({"kind": kind, "tenant": "acme", "connection": connection, "reason": "due"});
            body.to_string()
        };
        let bodies = [
            ("first", about("pull", "a")),
            ("second", about("revoke", "b")),
            ("third", about("revoke", "b")),
            ("fourth", about("pull", "c")),
            ("fifth", String::from("no message")),
        ];
        let records: Vec<Value> = bodies
            .iter()
            .map(|(id, body)| json!({"messageId": id, "body": body, "eventSource": "aws:sqs"}))
            .collect();
        let answer = function.invoke(json!({ "Records": records })).await.unwrap();
        let failures = answer["batchItemFailures"].as_array().unwrap();
        let mut again: Vec<_> =
            failures.iter().filter_map(|one| one["itemIdentifier"].as_str()).collect();
        again.sort_unstable();
        assert_eq!(again, ["fifth", "second", "third"]);
    }
}
