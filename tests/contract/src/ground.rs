//! The Salt Edge that is asked.

use std::{future::Future, pin::Pin};

use domain::{
    bank::{OpenPages, Tag, Visit},
    id::{InstitutionId, RemoteConnectionId, RemoteCustomerId},
    secret::Personal,
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use salt_edge::{Client, Credentials, Mode, Settings};
use shell::{Clock, Env};

use crate::{Caller, Failure};

/// Lets a while pass, and what was begun come to its end.
pub type Later =
    Box<dyn Fn(SignedDuration) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// The bank that is linked: it has pending rows.
pub(crate) const BANK: &str = "fakebank_oauth_with_pending_xf";
/// Where the browser comes back to; nobody listens there.
const RETURN_TO: &str = "https://contract.example.com/return";

/// A connection to look at.
#[derive(Debug, Clone)]
pub struct Linked {
    /// Its id.
    pub connection: RemoteConnectionId,
    /// Names of the parameters that the browser's return carried, where a browser went through.
    pub returned: Option<Vec<String>>,
}

/// A Salt Edge, with our keys for it.
pub struct Ground {
    /// The client of Halite.
    pub client: Client,
    /// Calls of any shape.
    pub caller: Caller,
    /// Its time.
    pub clock: Clock,
    /// Our licence there.
    pub mode: Mode,
    /// Under which no customer has been made before.
    pub run: String,
    /// A connection; none where nobody has walked through the pages.
    pub linked: Option<Linked>,
    /// Passes time; none where time is nobody's.
    pub later: Option<Later>,
}

impl Ground {
    /// A ground of these keys. Errors: they cannot be used.
    pub fn new(
        url: &str,
        (app_id, secret, private_key): (&str, &str, &str),
        mode: Mode,
        clock: Clock,
    ) -> Result<Self, Failure> {
        let credentials = Credentials {
            app_id: app_id.into(),
            secret: secret.into(),
            private_key: private_key.into(),
        };
        Ok(Self {
            client: Client::new(Settings::new(url, mode, credentials))?,
            caller: Caller::new(url, app_id, secret, private_key, clock.clone())?,
            run: format!("halite-contract-{}", clock.now().as_millisecond()),
            clock,
            mode,
            linked: None,
            later: None,
        })
    }

    /// The real sandbox, by `SALTEDGE_APP_ID`, `SALTEDGE_SECRET` and `SALTEDGE_PRIVATE_KEY` (or `…_FILE`);
    /// none where they are not set. Perhaps `SALTEDGE_URL`, `SALTEDGE_MODE` (partner, client) and
    /// `SALTEDGE_CONNECTION`: a connection of a sandbox bank that is linked, whose consent gets revoked.
    pub fn of_environment(env: &Env) -> Result<Option<Self>, Failure> {
        let file =
            env.find("SALTEDGE_PRIVATE_KEY_FILE").map(std::fs::read_to_string).transpose()?;
        let key = env.find("SALTEDGE_PRIVATE_KEY").map(str::to_owned).or(file);
        let names = (env.find("SALTEDGE_APP_ID"), env.find("SALTEDGE_SECRET"), key);
        let (Some(app_id), Some(secret), Some(key)) = names else { return Ok(None) };
        let url = env.find("SALTEDGE_URL").unwrap_or("https://www.saltedge.com/api/v6");
        let mode = env.find("SALTEDGE_MODE").unwrap_or("partner").parse()?;
        let mut ground = Self::new(url, (app_id, secret, &key), mode, Clock::system())?;
        if let Some(connection) = env.find("SALTEDGE_CONNECTION") {
            ground.linked = Some(Linked { connection: connection.parse()?, returned: None });
        }
        Ok(Some(ground))
    }

    /// The present instant there.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A customer of this run.
    pub(crate) fn new_customer(&self, who: &str) -> domain::bank::NewCustomer {
        let email = format!("{}-{who}@example.com", self.run);
        let email = (self.mode == Mode::Partner).then(|| Personal::from(email));
        domain::bank::NewCustomer {
            identifier: format!("{}-{who}", self.run),
            email,
            email_since: None,
        }
    }

    /// Our mark on what this run begins.
    pub fn tag(&self) -> Result<Tag, Failure> {
        Ok(Tag { deployment: "contract".parse()?, tenant: "contract".parse()?, session: None })
    }

    /// What opens the pages of the sandbox bank for a customer.
    pub fn pages(&self, customer: RemoteCustomerId) -> Result<OpenPages, Failure> {
        let institution: InstitutionId = BANK.parse()?;
        let quarter = self.now() - SignedDuration::from_hours(24 * 90);
        Ok(OpenPages {
            visit: Visit::Connect { customer, institution },
            return_to: RETURN_TO.to_owned(),
            locale: "en".to_owned(),
            from_date: quarter.to_zoned(TimeZone::UTC).date(),
            consent_days: 90,
            sandboxes: true,
            account_type: None,
            tag: self.tag()?,
        })
    }
}
