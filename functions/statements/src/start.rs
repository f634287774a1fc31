//! What the function is made of.

use std::sync::Arc;

use shell::{Aws, Cursors, Function, Platform, Rotating, StartError};
use store::Table;

/// Everything that a call may need.
pub(crate) struct Parts {
    pub(crate) table: Table,
    pub(crate) cursors: Rotating<Cursors>,
    pub(crate) dashboard: String,
}

/// Starts the function. Errors: names the setting that is missing or wrong.
pub async fn start(platform: Platform) -> Result<Function, StartError> {
    let env = &platform.env;
    let aws = Aws::from_env(env)?;
    let secrets = aws.secrets(&platform.clock);
    let parts = Arc::new(Parts {
        table: Table::new(aws.dynamodb(), env.text("HALITE_TABLE")?),
        dashboard: env.address("HALITE_DASHBOARD_URL")?.to_owned(),
        cursors: Rotating::lazy(secrets, env, "HALITE_CURSOR_SECRET_ID", Cursors::open)?,
    });
    let handle = move |call| crate::route(parts.clone(), call);
    Ok(Function::new(&platform.clock)
        .speaking(env.locale("HALITE_LOCALE")?)
        .on_call(crate::ROUTES, handle))
}
