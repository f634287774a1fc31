//! The catalogue of banks.

use domain::{
    bank::{BankError, Institution, Listed},
    id::InstitutionId,
};
use jiff::Timestamp;

use crate::{
    client::Client, error::unreadable, exchange::Call, page::List, translate,
    wire::provider::Provider,
};

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
        let list = List { name: "GET /providers", path: "providers", query, from: None };
        let mut banks = translate::empty();
        self.pages(list, now, |row| {
            let bank = serde_json::from_str::<Provider>(row.get())
                .map_err(|_| "not an object")
                .and_then(translate::provider);
            translate::keep(&mut banks, bank, None, None);
        })
        .await?;
        Ok(banks)
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
        let wire: Provider = self.read(Call::get(name, url), now).await?;
        let bank = translate::provider(wire).map_err(|why| unreadable(name, why))?;
        if bank.id != *id {
            return Err(unreadable(name, "another bank than asked for"));
        }
        Ok(bank)
    }
}
