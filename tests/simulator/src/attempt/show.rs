//! The attempt object of section 5.4.2.

use serde_json::{Value, json};

use super::Attempt;
use super::tell::fail_message;
use crate::clock::seconds_text;
use crate::world::{Connection, World};

impl World {
    pub(crate) fn attempt_json(&self, attempt: &Attempt, connection: &Connection) -> Value {
        let instant = |at: Option<jiff::Timestamp>| at.map(seconds_text);
        let stages: Vec<Value> = attempt
            .stages
            .iter()
            .map(|stage| {
                json!({
                    "id": self.id(stage.id),
                    "name": stage.name.name(),
                    "interactive_html": null,
                    "interactive_fields_names": null,
                    "interactive_fields_options": null,
                    "created_at": seconds_text(stage.entered_at),
                    "updated_at": seconds_text(stage.entered_at),
                })
            })
            .collect();
        let automatic = self
            .providers
            .get(&connection.provider_code)
            .is_some_and(|provider| provider.automatic_fetch);
        json!({
            "id": self.id(attempt.id),
            "consent_id": self.opt_id(attempt.consent_id),
            "api_version": "6",
            "api_mode": "service",
            "automatic_fetch": automatic,
            "user_present": attempt.kind.user_present(),
            "interactive": attempt.plan.contains(&super::StageName::Interactive),
            "partial": false,
            "store_credentials": connection.store_credentials,
            "fetch_scopes": attempt.fetch_scopes,
            "custom_fields": attempt.custom_fields,
            "device_type": "desktop",
            "remote_ip": "203.0.113.9",
            "user_agent": attempt.user_agent,
            "locale": attempt.locale,
            "unduplication_strategy": connection.strategy.name(),
            "include_natures": connection.natures,
            "exclude_accounts": [],
            "from_date": attempt.from_date.map(|date| date.to_string()),
            "to_date": attempt.to_date.map(|date| date.to_string()),
            "finished": attempt.finished(),
            "finished_recent": attempt.finished(),
            "created_at": seconds_text(attempt.created_at),
            "updated_at": seconds_text(attempt.updated_at),
            "success_at": instant(attempt.success_at),
            "fail_at": instant(attempt.fail_at),
            "fail_error_class": attempt.failed.map(|class| class.name(&self.switches)),
            "fail_message": attempt.failed.map(fail_message),
            "last_stage": stages.last().cloned(),
            "stages": stages,
        })
    }
}
