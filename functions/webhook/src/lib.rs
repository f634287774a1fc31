//! Salt Edge's callbacks: verify the raw bytes, name the fact, store it on the queue, answer.
//!
//! It reads nothing and decides nothing: a callback is a hint that somebody should look.

use std::sync::Arc;

use domain::message::{CallbackKind, Hint, Message};
use salt_edge::callback::{BodyFault, Keys, Refusal};
use shell::{Answer, Aws, Call, Code, Function, Platform, Problem, Queue, StartError, alarm};

/// One route for each kind: the body does not say which it is.
pub const ROUTES: &[&str] = &[
    "POST /hooks/saltedge/success",
    "POST /hooks/saltedge/fail",
    "POST /hooks/saltedge/notify",
    "POST /hooks/saltedge/destroy",
    "POST /hooks/saltedge/provider",
    "POST /hooks/saltedge/consent",
    "POST /hooks/saltedge/service",
];

struct Parts {
    keys: Keys,
    /// What is registered in Salt Edge's dashboard, without the kind.
    registered: String,
    queue: Queue,
}

/// Starts the function. Errors: names the setting that is missing or wrong.
#[expect(clippy::unused_async, reason = "every function starts the same way")]
pub async fn start(platform: Platform) -> Result<Function, StartError> {
    let env = &platform.env;
    let (six, five) = ("HALITE_CALLBACK_KEY_6", "HALITE_CALLBACK_KEY_5");
    let mut keys = vec![("6.0", env.text(six)?)];
    Keys::parse(keys.clone()).map_err(|error| StartError::unusable(six, error))?;
    keys.extend(env.find(five).map(|pem| ("5.0", pem)));
    let keys = Keys::parse(keys).map_err(|error| StartError::unusable(five, error))?;
    let registered = format!("{}/hooks/saltedge/", env.address("HALITE_PUBLIC_URL")?);
    let queue = Aws::from_env(env)?.queue("HALITE_SYNC_QUEUE_URL")?;
    let parts = Arc::new(Parts { keys, registered, queue });
    Ok(Function::new(&platform.clock).on_call(ROUTES, move |call| receive(parts.clone(), call)))
}

async fn receive(parts: Arc<Parts>, call: Call) -> Result<Answer, Problem> {
    let kind = call.route.rsplit('/').next().unwrap_or_default().parse::<CallbackKind>();
    let kind = kind.map_err(|_| Problem::new(Code::RouteNotFound))?;
    let url = format!("{}{kind}", parts.registered);
    let received = parts.keys.receive(kind, &url, call.headers(), call.raw_body());
    match received {
        Ok(callback) => {
            let hint = Hint {
                callback: kind,
                connection: callback.connection,
                customer: callback.customer,
                tag: callback.tag,
                error_class: callback.error_class.map(|class| class.as_str().to_owned()),
                institution: callback.provider_code,
            };
            parts.queue.send(&Message::Callback(hint)).await?;
            tracing::info!(metric.callbacks = 1, by.outcome = "stored", callback = %kind,
                "a callback is on the queue");
            Ok(Answer::empty(200))
        }
        Err(refusal) => refuse(kind, refusal),
    }
}

/// A wrong signature gets one answer whatever is wrong with it; a signed body that is of no use is
/// taken and dropped, for Salt Edge would only send it again.
fn refuse(kind: CallbackKind, refusal: Refusal) -> Result<Answer, Problem> {
    match refusal {
        Refusal::Signature(fault) => {
            tracing::warn!(metric.callbacks = 1, by.outcome = "signature_refused", callback = %kind,
                %fault, "a callback was refused");
            Err(Problem::new(Code::InvalidSignature))
        }
        Refusal::Body(BodyFault::TooLong) => {
            tracing::warn!(metric.callbacks = 1, by.outcome = "too_long", callback = %kind,
                "a callback was refused");
            Err(Problem::new(Code::BodyTooLarge))
        }
        Refusal::Body(fault) => {
            tracing::warn!(metric.callbacks = 1, by.outcome = "unreadable", callback = %kind,
                "a callback was taken and dropped");
            alarm("callback_unreadable", &format!("{kind}: {fault}"));
            Ok(Answer::empty(200))
        }
    }
}
