//! What the function is made of.

use std::sync::Arc;

use domain::id::DeploymentId;
use jiff::SignedDuration;
use salt_edge::{Keyring, Mode};
use shell::{Aws, Function, Platform, Rotating, StartError};
use store::Table;

/// Everything that a message may need.
pub(crate) struct Parts {
    pub(crate) deployment: DeploymentId,
    pub(crate) table: Table,
    pub(crate) bank: Rotating<Keyring>,
    pub(crate) cadence: SignedDuration,
    pub(crate) sandboxes: bool,
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
        cadence: SignedDuration::from_hours(env.parse("HALITE_CADENCE_HOURS")?),
        sandboxes: env.parse("HALITE_SANDBOXES")?,
        bank: Rotating::start(secrets, env, "HALITE_SECRET_ID", open).await?,
    });
    let handle = move |message, now| crate::receive(parts.clone(), message, now);
    Ok(Function::new(&platform.clock).on_message(handle))
}
