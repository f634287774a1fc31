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
    let base_url = env.text("HALITE_SALTEDGE_URL")?.to_owned();
    let secret = env.text("HALITE_SECRET_ID")?;
    let bank = Rotating::start(aws.secrets(&platform.clock), secret, move |text| {
        Keyring::open(text, &base_url, mode)
            .map_err(|error| StartError::unusable("the secret of HALITE_SECRET_ID", error))
    });
    let parts = Arc::new(Parts {
        deployment: env.parse("HALITE_DEPLOYMENT")?,
        table: Table::new(aws.dynamodb(), env.text("HALITE_TABLE")?),
        queue: aws.queue("HALITE_REVOKE_QUEUE_URL")?,
        mode,
        dashboard: env.text("HALITE_DASHBOARD_URL")?.to_owned(),
        bank: bank.await?,
    });
    let called = parts.clone();
    Ok(Function::new(&platform.clock)
        .speaking(env.parse("HALITE_LOCALE")?)
        .on_call(crate::ROUTES, move |call| crate::asked::revoke(called.clone(), call))
        .on_message(move |message, now| crate::receive(parts.clone(), message, now)))
}
