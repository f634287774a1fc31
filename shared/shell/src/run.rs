//! A deployed function: start it, then answer Lambda's events until the environment ends.

use std::{future::Future, process::ExitCode};

use domain::id::DeploymentId;
use lambda_runtime::{LambdaEvent, service_fn};

use crate::{
    env::StartError,
    function::{Function, Platform},
    telemetry::{self, alarm},
};

/// Runs the function that `start` builds, until its environment ends. One that refuses to start says so in one
/// line of the log, which names the setting, and its process fails.
pub async fn run<F, S>(start: F) -> ExitCode
where
    F: FnOnce(Platform) -> S,
    S: Future<Output = Result<Function, StartError>>,
{
    let platform = Platform::of_process();
    telemetry::start(&platform.env, &platform.clock);
    // Every metric carries it, so a function without it would be one that nobody watches.
    let named = platform.env.parse::<DeploymentId>("HALITE_DEPLOYMENT");
    let started = match named {
        Ok(_) => start(platform).await,
        Err(error) => Err(error),
    };
    match started {
        Ok(function) => answer(function).await,
        Err(error) => {
            alarm("start_refused", &error.to_string());
            ExitCode::FAILURE
        }
    }
}

async fn answer(function: Function) -> ExitCode {
    let answers = service_fn(|event: LambdaEvent<serde_json::Value>| {
        let function = function.clone();
        async move { function.invoke(event.payload).await.map_err(lambda_runtime::Error::from) }
    });
    match lambda_runtime::run(answers).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the environment gives no more events");
            ExitCode::FAILURE
        }
    }
}
