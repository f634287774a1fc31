//! What the function is made of.

use std::sync::Arc;

use domain::id::DeploymentId;
use jiff::SignedDuration;
use salt_edge::{Keyring, Mode};
use shell::{Aws, Env, Function, Platform, Rotating, StartError};
use store::Table;

/// Everything that a message may need.
pub(crate) struct Parts {
    pub(crate) deployment: DeploymentId,
    pub(crate) table: Table,
    pub(crate) bank: Rotating<Keyring>,
    pub(crate) mode: Mode,
    pub(crate) cadence: SignedDuration,
    pub(crate) sandboxes: bool,
}

/// At most four unattended asks fit a day, and data of more than a day is old.
fn cadence(env: &Env) -> Result<SignedDuration, StartError> {
    let name = "HALITE_CADENCE_HOURS";
    match env.parse(name)? {
        hours @ 6..=24 => Ok(SignedDuration::from_hours(hours)),
        _ => Err(StartError::unusable(name, "give a number of hours from 6 to 24")),
    }
}

/// Starts the function. Errors: names the setting that is missing or wrong.
pub async fn start(platform: Platform) -> Result<Function, StartError> {
    let env = &platform.env;
    let aws = Aws::from_env(env)?;
    let mode: Mode = env.parse("HALITE_MODE")?;
    let url = "HALITE_SALTEDGE_URL";
    let open = Keyring::opener(env.text(url)?, mode);
    let open = open.map_err(|error| StartError::unusable(url, error))?;
    let secrets = aws.secrets(&platform.clock);
    let notary = aws.notary("HALITE_RECEIPT_KEY")?;
    let table = Table::new(aws.dynamodb(), env.text("HALITE_TABLE")?);
    let parts = Arc::new(Parts {
        deployment: env.parse("HALITE_DEPLOYMENT")?,
        table: table.signing(move |text| {
            let notary = notary.clone();
            async move { notary.sign(text).await }
        }),
        mode,
        cadence: cadence(env)?,
        sandboxes: env.parse("HALITE_SANDBOXES")?,
        bank: Rotating::start(secrets, env, "HALITE_SECRET_ID", open).await?,
    });
    let handle = move |message, now| crate::receive(parts.clone(), message, now);
    Ok(Function::new(&platform.clock).on_message(handle))
}
