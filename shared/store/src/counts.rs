//! How often something was done in an hour: one small item for each hour and for whom it is counted.

use domain::id::{CustomerId, TenantId};
use jiff::Timestamp;

use crate::{
    error::{StoreError, sorted},
    item,
    keys::Key,
    table::Table,
};

/// Seconds of one window.
const HOUR: i64 = 3_600;

impl Table {
    /// Counts one more for a user, or for the whole tenant, unless the hour has `most` already: one write.
    /// `None`: it was counted. Else the instant at which the next hour begins.
    pub async fn count(
        &self,
        tenant: &TenantId,
        customer: Option<&CustomerId>,
        most: u32,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let hour = now.as_second().div_euclid(HOUR);
        let next = Timestamp::from_second((hour + 1) * HOUR).unwrap_or(Timestamp::MAX);
        let request = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(item::key(&Key::counted(tenant, customer, hour))))
            .update_expression("SET #end = :end ADD #n :one")
            .condition_expression("attribute_not_exists(#n) OR #n < :most")
            .expression_attribute_names("#n", "n")
            .expression_attribute_names("#end", "ttl")
            .expression_attribute_values(":one", item::number(1))
            .expression_attribute_values(":most", item::number(most))
            .expression_attribute_values(":end", item::number(next.as_second()));
        match request.send().await.map_err(|error| sorted("a count", &error)) {
            Ok(_) => Ok(None),
            Err(StoreError::Conflict) => Ok(Some(next)),
            Err(error) => Err(error),
        }
    }
}
