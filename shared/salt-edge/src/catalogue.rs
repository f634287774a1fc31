//! The catalogue of banks.

use domain::{
    bank::{BankError, Institution, Listed},
    id::InstitutionId,
};
use jiff::Timestamp;

use crate::{
    client::Client,
    error::unreadable,
    pace::Pace,
    page::List,
    translate,
    wire::{envelope::One, provider::Provider},
};

/// The name of its list.
pub(crate) const LIST: &str = "GET /providers";
const AIS: (&str, &str) = ("include_ais_fields", "true");

impl Client {
    /// All banks, all pages. `sandboxes`: with those of country `XF`.
    pub async fn institutions(
        &self,
        sandboxes: bool,
        now: Timestamp,
    ) -> Result<Listed<Institution>, BankError> {
        let sandboxes = ("include_sandboxes", if sandboxes { "true" } else { "false" });
        let query = &[sandboxes, AIS];
        let list = List { name: LIST, path: "providers", query, from: None };
        let listed = self.pages(list, now, translate::empty, |banks, row| {
            let bank = serde_json::from_str::<Provider>(row.get())
                .map_err(|_| "not an object")
                .and_then(translate::provider);
            translate::keep(banks, bank, None, None);
        });
        Ok(listed.await?.read)
    }

    /// One bank, a sandbox too.
    pub async fn institution(
        &self,
        id: &InstitutionId,
        now: Timestamp,
    ) -> Result<Institution, BankError> {
        let name = "GET /providers/{code}";
        let query = [("include_sandboxes", "true"), AIS];
        let url = self.url(&["providers", id.as_str()], &query);
        let answer = self.paced(Pace::Catalogue, name, &url, now).await?;
        let wire: Provider = answer.json::<One<Provider>>()?.data;
        let bank = translate::provider(wire).map_err(|why| unreadable(name, why))?;
        if bank.id != *id {
            return Err(unreadable(name, "another bank than asked for"));
        }
        Ok(bank)
    }
}
