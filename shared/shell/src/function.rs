//! One function, however it is woken: by a call, by messages, by the minute.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use domain::{message::Message, wording::Locale};
use jiff::Timestamp;
use lambda_http::{Adapter, Context, LambdaEvent, Service, request::LambdaRequest, service_fn};
use serde_json::Value;

use crate::{
    Answer, Call, Clock, Entropy, Failed, batch::worked_on, code::Code, correlation::under,
    env::Env, problem::Problem,
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
type OnEvent = Arc<dyn Fn(Value, Clock, Locale) -> Boxed<Result<Value, InvokeError>> + Send + Sync>;
type OnCall = Arc<dyn Fn(Call) -> Boxed<Answer> + Send + Sync>;
pub(crate) type OnMessage =
    Arc<dyn Fn(Message, Timestamp) -> Boxed<Result<(), Failed>> + Send + Sync>;
type OnTick = Arc<dyn Fn(Timestamp) -> Boxed<Result<(), Failed>> + Send + Sync>;

/// A function with everything it was started with. What it is not woken by is not linked into it: each kind of event is
/// taken apart by what was given with its handler.
#[derive(Clone)]
pub struct Function {
    clock: Clock,
    locale: Locale,
    routes: &'static [&'static str],
    on_call: Option<OnEvent>,
    on_message: Option<OnEvent>,
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
        let on_call: OnCall = Arc::new(move |call| {
            let asked = call.asked();
            let work = handle(call);
            Box::pin(async move { work.await.unwrap_or_else(|problem| problem.answer(&asked)) })
        });
        self.on_call = Some(Arc::new(move |event, clock, locale| {
            Box::pin(answered(on_call.clone(), routes, event, clock.now(), locale))
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
        let on_message: OnMessage = Arc::new(move |message, now| Box::pin(handle(message, now)));
        self.on_message = Some(Arc::new(move |event, clock, _| {
            Box::pin(worked_on(on_message.clone(), event, clock))
        }));
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
        let (handler, what) = if event.get("Records").is_some() {
            (&self.on_message, "a queue")
        } else if event.get("requestContext").is_some() {
            (&self.on_call, "a call")
        } else {
            let on_tick = self.on_tick.as_ref().ok_or(InvokeError::NotWokenBy("a schedule"))?;
            let id = event["id"].as_str().and_then(|id| id.parse().ok());
            under(id, on_tick(self.clock.now())).await.map_err(InvokeError::Failed)?;
            return Ok(Value::Null);
        };
        let handler = handler.as_ref().ok_or(InvokeError::NotWokenBy(what))?;
        handler(event, self.clock.clone(), self.locale).await
    }
}

/// One call of the API.
async fn answered(
    on_call: OnCall,
    routes: &'static [&'static str],
    event: Value,
    now: Timestamp,
    locale: Locale,
) -> Result<Value, InvokeError> {
    let request = LambdaRequest::ApiGatewayV2(serde_json::from_value(event)?);
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
