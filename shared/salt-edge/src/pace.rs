//! How fast the catalogue is read: Salt Edge answers ten such calls a second, whoever of its account asks.

use std::time::Duration;

use domain::bank::BankError;
use jiff::Timestamp;
use url::Url;

use crate::{
    client::Client,
    exchange::{Answer, Call},
};

/// The pause before a call: ten a second at most. Source: Salt Edge's limit of countries and providers.
const STEP: Duration = Duration::from_millis(100);
/// Pauses before the tries after a 429: together about as long as a second of many callers lasts.
const PAUSES: [Duration; 4] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
];

/// Whether a call counts against the limit of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// It does.
    Catalogue,
    /// It does not.
    Free,
}

impl Client {
    /// A GET at this pace; of the catalogue's it is sent again after a while when there were too many.
    pub(crate) async fn paced(
        &self,
        pace: Pace,
        name: &'static str,
        url: &Url,
        now: Timestamp,
    ) -> Result<Answer, BankError> {
        let get = || self.exchange(Call::get(name, url.clone()), now);
        if pace == Pace::Free {
            return get().await;
        }
        tokio::time::sleep(STEP).await;
        for pause in PAUSES {
            match get().await {
                Err(BankError::Refused { status: 429, .. }) => tokio::time::sleep(pause).await,
                answered => return answered,
            }
        }
        get().await
    }
}
