//! The functions by name: the one place that knows all six.

use crate::StartError;
use crate::template::{Function, Refusal};

/// Starts the function of this package, as its `main` does on Lambda.
pub(crate) async fn start(
    package: &str,
    platform: shell::Platform,
) -> Result<shell::Function, StartError> {
    let started = match package {
        "connect" => connect::start(platform).await,
        "revoke" => revoke::start(platform).await,
        "schedule" => schedule::start(platform).await,
        "statements" => statements::start(platform).await,
        "sync" => sync::start(platform).await,
        "webhook" => webhook::start(platform).await,
        _ => return Err(refusal(package, "there is no such function in this workspace")),
    };
    started.map_err(|error| refusal(package, &error.to_string()))
}

fn refusal(package: &str, why: &str) -> StartError {
    StartError::Function { function: package.to_owned(), why: why.to_owned() }
}

/// Refuses a route of the template that the function does not answer, and one that it answers in vain.
pub(crate) fn compare(template: &Function, function: &shell::Function) -> Result<(), Refusal> {
    let package = &template.package;
    for route in &template.routes {
        if !function.routes().contains(&route.key().as_str()) {
            let what = format!("{package} does not answer {}", route.key());
            return Err(Refusal::at(route.line, what));
        }
    }
    for known in function.routes() {
        if !template.routes.iter().any(|route| route.key() == *known) {
            let what = format!("no event of {package} serves {known}, which it answers");
            return Err(Refusal::at(template.line, what));
        }
    }
    Ok(())
}
