//! What the function is made of.

use std::{collections::BTreeMap, sync::Arc};

use domain::id::{DeploymentId, TenantId};
use salt_edge::{Keyring, Mode, Practices};
use shell::{Aws, Entropy, Function, Platform, Queue, Rotating, StartError};
use store::Table;

use crate::{banks::Banks, limits::Limits};

/// Everything that a call may need.
pub(crate) struct Parts {
    pub(crate) deployment: DeploymentId,
    pub(crate) table: Table,
    pub(crate) banks: Banks,
    pub(crate) queue: Queue,
    pub(crate) bank: Rotating<Keyring>,
    pub(crate) entropy: Entropy,
    pub(crate) mode: Mode,
    pub(crate) practices: Practices,
    pub(crate) limits: Limits,
    pub(crate) sandboxes: bool,
    pub(crate) public_url: String,
    pub(crate) dashboard: String,
    pub(crate) return_urls: ReturnUrls,
}

/// The addresses that each tenant has registered for its users' way back.
pub(crate) struct ReturnUrls(BTreeMap<TenantId, Vec<String>>);

impl ReturnUrls {
    /// Whether the tenant registered exactly this address.
    pub(crate) fn has(&self, tenant: &TenantId, url: &str) -> bool {
        self.0.get(tenant).is_some_and(|urls| urls.iter().any(|registered| registered == url))
    }

    fn parse(json: &str) -> Result<Self, StartError> {
        let name = "HALITE_RETURN_URLS";
        let urls: BTreeMap<TenantId, Vec<String>> = serde_json::from_str(json).map_err(|_| {
            StartError::unusable(name, r#"it must be JSON like {"tenant":["https://…"]}"#)
        })?;
        for url in urls.values().flatten() {
            let parsed = url::Url::parse(url).ok().filter(|parsed| {
                let home = matches!(parsed.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
                parsed.scheme() == "https" || (parsed.scheme() == "http" && home)
            });
            if parsed.is_none_or(|parsed| parsed.fragment().is_some()) {
                return Err(StartError::unusable(name, "an address is not https, or has a #"));
            }
        }
        Ok(Self(urls))
    }
}

/// Starts the function. Errors: names the setting that is missing or wrong.
pub async fn start(platform: Platform) -> Result<Function, StartError> {
    let env = &platform.env;
    let aws = Aws::from_env(env)?;
    let mode: Mode = env.parse("HALITE_MODE")?;
    let practices: Practices = env.parse("HALITE_PARTNER_CUSTOMER")?;
    let url = "HALITE_SALTEDGE_URL";
    let open = Keyring::opener_for(env.text(url)?, mode, practices.clone());
    let open = open.map_err(|error| StartError::unusable(url, error))?;
    let limits = Limits {
        user: env.parse("HALITE_USER_VISITS")?,
        tenant: env.parse("HALITE_TENANT_VISITS")?,
    };
    let secrets = aws.secrets(&platform.clock);
    let table = Table::new(aws.dynamodb(), env.text("HALITE_TABLE")?);
    let sandboxes = env.parse("HALITE_SANDBOXES")?;
    let parts = Arc::new(Parts {
        deployment: env.parse("HALITE_DEPLOYMENT")?,
        banks: Banks::new(table.clone(), sandboxes),
        table,
        queue: aws.queue("HALITE_SYNC_QUEUE_URL")?,
        mode,
        practices,
        limits,
        sandboxes,
        public_url: env.address("HALITE_PUBLIC_URL")?.to_owned(),
        dashboard: env.address("HALITE_DASHBOARD_URL")?.to_owned(),
        return_urls: ReturnUrls::parse(env.text("HALITE_RETURN_URLS")?)?,
        entropy: platform.entropy.clone(),
        bank: Rotating::start(secrets, env, "HALITE_SECRET_ID", open).await?,
    });
    let handle = move |call| crate::route(parts.clone(), call);
    Ok(Function::new(&platform.clock)
        .speaking(env.locale("HALITE_LOCALE")?)
        .on_call(crate::ROUTES, handle))
}
