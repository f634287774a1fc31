//! What the function is made of.

use std::sync::Arc;

use domain::id::DeploymentId;
use salt_edge::{Keyring, Mode};
use shell::{Aws, Function, Platform, Queue, Rotating, StartError};
use store::Table;

/// Everything that a call or message may need.
pub(crate) struct Parts {
    pub(crate) deployment: DeploymentId,
    pub(crate) table: Table,
    pub(crate) queue: Queue,
    pub(crate) bank: Rotating<Keyring>,
    pub(crate) mode: Mode,
    pub(crate) dashboard: String,
}

/// Starts the function. Errors: names the setting that is missing or wrong.
pub async fn start(platform: Platform) -> Result<Function, StartError> {
    let env = &platform.env;
    let aws = Aws::from_env(env)?;
    let mode: Mode = env.parse("HALITE_MODE")?;
    let open = Keyring::opener(env.text("HALITE_SALTEDGE_URL")?, mode);
    let secrets = aws.secrets(&platform.clock);
    let parts = Arc::new(Parts {
        deployment: env.parse("HALITE_DEPLOYMENT")?,
        table: Table::new(aws.dynamodb(), env.text("HALITE_TABLE")?),
        queue: aws.queue("HALITE_REVOKE_QUEUE_URL")?,
        mode,
        dashboard: env.text("HALITE_DASHBOARD_URL")?.to_owned(),
        bank: Rotating::start(secrets, env, "HALITE_SECRET_ID", open).await?,
    });
    let called = parts.clone();
    Ok(Function::new(&platform.clock)
        .speaking(env.parse("HALITE_LOCALE")?)
        .on_call(crate::ROUTES, move |call| crate::asked::revoke(called.clone(), call))
        .on_message(move |message, now| crate::receive(parts.clone(), message, now)))
}
