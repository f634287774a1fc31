//! The end of consents.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{ConnectionStatus, ConsentStatus, RevokeReason, World};
use crate::clients::CallbackKind;
use crate::errors::{ApiError, ErrorClass};
use crate::ids::Id;
use crate::record::Revocation;
use crate::switches::{ConsentShape, RevokedData};

impl World {
    /// Ends an active consent. The connection turns inactive when it lived by this one.
    pub(crate) fn end_consent(&mut self, id: Id, reason: RevokeReason, now: Timestamp) {
        let Some(consent) = self.consents.get_mut(&id) else { return };
        if consent.status != ConsentStatus::Active {
            return;
        }
        consent.status = match reason {
            RevokeReason::Expired => ConsentStatus::Expired,
            RevokeReason::Client | RevokeReason::Provider | RevokeReason::Saltedge => {
                ConsentStatus::Revoked
            }
        };
        consent.revoked_at = Some(now);
        consent.revoke_reason = Some(reason);
        consent.updated_at = now;
        let connection_id = consent.connection_id;
        self.record.revocations.push(Revocation { at: now, consent_id: id, connection_id, reason });
        self.consent_callback(id, now);
        let Some(connection) = self.connections.get_mut(&connection_id) else { return };
        if connection.last_consent_id != Some(id) {
            return;
        }
        if connection.status == ConnectionStatus::Active {
            connection.status = ConnectionStatus::Inactive;
        }
        connection.next_refresh_possible_at = None;
        connection.updated_at = now;
        if self.switches.revoked_data == RevokedData::Removed && reason != RevokeReason::Expired {
            self.remove_copied(connection_id);
        }
    }

    fn consent_callback(&mut self, id: Id, now: Timestamp) {
        let Some(consent) = self.consents.get(&id) else { return };
        let Some(connection) = self.connections.get(&consent.connection_id) else { return };
        let reason = consent.revoke_reason.map_or("revoked", RevokeReason::name);
        let (key, value) = match self.switches.consent_callback {
            ConsentShape::Reason => ("reason", reason),
            ConsentShape::ConsentStatus => ("consent_status", consent.status.name()),
            ConsentShape::Status => ("status", consent.status.name()),
            ConsentShape::NotSent => return,
        };
        let mut data = Map::new();
        data.insert("connection_id".into(), self.id(connection.id));
        data.insert("customer_id".into(), self.id(connection.customer_id));
        data.insert("consent_id".into(), self.id(id));
        data.insert(key.into(), value.into());
        let app_id = connection.app_id.clone();
        self.enqueue(&app_id, CallbackKind::Consent, Value::Object(data), now);
    }

    /// Refuses what cannot be done without a consent in force.
    pub(crate) fn require_consent(&self, connection_id: Id) -> Result<(), ApiError> {
        let last = self.connections.get(&connection_id).and_then(|c| c.last_consent_id);
        let Some(consent) = last.and_then(|id| self.consents.get(&id)) else {
            return Err(ApiError::new(ErrorClass::ConsentNotFound, "Consent was not found."));
        };
        match consent.status {
            ConsentStatus::Active => Ok(()),
            ConsentStatus::Expired => {
                Err(ApiError::new(ErrorClass::ConsentExpired, "Consent has expired."))
            }
            ConsentStatus::Revoked => {
                Err(ApiError::new(ErrorClass::ConsentRevoked, "Consent was revoked."))
            }
        }
    }

    /// Whether lists may show what was copied for this connection.
    pub(crate) fn shows_data(&self, connection_id: Id) -> bool {
        let Some(connection) = self.connections.get(&connection_id) else { return false };
        let consent = connection.last_consent_id.and_then(|id| self.consents.get(&id));
        let revoked = consent.is_some_and(|consent| consent.status == ConsentStatus::Revoked);
        connection.shared && !(revoked && self.switches.revoked_data == RevokedData::Hidden)
    }
}
