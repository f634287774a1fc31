//! One function, however it is woken: by a call, by messages, by the minute.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use domain::message::Message;
use jiff::Timestamp;
use lambda_http::{
    Adapter, Context, LambdaEvent, Service, request::LambdaRequest, service_fn,
};
use serde_json::Value;

use crate::{
    Answer, Call, Clock, Entropy, Failed,
    env::Env,
    problem::{Code, Problem},
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
        Self { clock: clock.clone(), routes: &[], on_call: None, on_message: None, on_tick: None }
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
            on_tick(self.clock.now()).await.map_err(InvokeError::Failed)?;
            Ok(Value::Null)
        }
    }

    async fn call(&self, event: Value) -> Result<Value, InvokeError> {
        let on_call = self.on_call.clone().ok_or(InvokeError::NotWokenBy("a call"))?;
        let request = LambdaRequest::ApiGatewayV2(serde_json::from_value(event)?);
        let now = self.clock.now();
        let routes = self.routes;
        let answer = service_fn(move |request: lambda_http::Request| {
            let on_call = on_call.clone();
            async move {
                let answer = match Call::read(request, now) {
                    Ok(call) if routes.contains(&call.route.as_str()) => on_call(call).await,
                    Ok(call) => Problem::new(Code::RouteNotFound).answer(&call.asked()),
                    Err(refused) => refused.0.answer(&refused.1),
                };
                Ok::<_, std::convert::Infallible>(answer.into_response())
            }
        });
        let mut adapter = Adapter::from(answer);
        let Ok(response) =
            adapter.call(LambdaEvent::new(request, Context::default())).await;
        Ok(serde_json::to_value(response)?)
    }

    /// All messages of a batch at once: one that fails or waits holds up no other.
    async fn messages(&self, event: Value) -> Result<Value, InvokeError> {
        let on_message = self.on_message.clone().ok_or(InvokeError::NotWokenBy("a queue"))?;
        let event: SqsEvent = serde_json::from_value(event)?;
        let mut running = tokio::task::JoinSet::new();
        for record in event.records {
            let (on_message, now) = (on_message.clone(), self.clock.now());
            running.spawn(async move { deliver(&on_message, record, now).await });
        }
        let mut answer = SqsBatchResponse::default();
        while let Some(done) = running.join_next().await {
            // A panic names no record, so the whole batch comes again.
            let done = done.map_err(|_| panicked())?;
            answer.batch_item_failures.extend(done.map(|id| {
                let mut failure = BatchItemFailure::default();
                failure.item_identifier = id;
                failure
            }));
        }
        Ok(serde_json::to_value(answer)?)
    }
}

fn panicked() -> InvokeError {
    InvokeError::Failed(Failed::because("a message's work panicked"))
}

/// Processes one record; the id of one that must come again.
async fn deliver(on_message: &OnMessage, record: SqsMessage, now: Timestamp) -> Option<String> {
    let id = record.message_id.unwrap_or_default();
    let message = serde_json::from_str::<Message>(record.body.as_deref().unwrap_or_default());
    let done = match message {
        Ok(message) => {
            let kind = message.kind();
            on_message(message, now).await.map_err(|error| (kind, error.to_string()))
        }
        Err(_) => Err(("unreadable", String::from("the message cannot be read"))),
    };
    let Err((kind, why)) = done else { return None };
    tracing::warn!(message.id = id, message.kind = kind, why, "a message stays on the queue");
    Some(id)
}
