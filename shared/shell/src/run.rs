//! A deployed function: start it, then answer Lambda's events until the environment ends.

use std::future::Future;

use lambda_runtime::{LambdaEvent, service_fn};

use crate::{
    env::StartError,
    function::{Function, Platform},
    telemetry,
};

/// Why a function's process ends.
pub type RunError = lambda_runtime::Error;

/// Runs the function that `start` builds. Errors: it refuses to start, in one sentence.
pub async fn run<F, S>(start: F) -> Result<(), RunError>
where
    F: FnOnce(Platform) -> S,
    S: Future<Output = Result<Function, StartError>>,
{
    let platform = Platform::of_process();
    telemetry::start(&platform.env);
    let function = start(platform).await.inspect_err(|error| {
        tracing::error!(alarm = "start_refused", %error, "the function refuses to start");
    })?;
    lambda_runtime::run(service_fn(|event: LambdaEvent<serde_json::Value>| {
        let function = function.clone();
        async move { function.invoke(event.payload).await.map_err(lambda_runtime::Error::from) }
    }))
    .await
}
