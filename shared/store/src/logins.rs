//! Which connection has a login: asked when Salt Edge refuses one that it has already.

use domain::{
    connection::Connection,
    duplicate::{other_login, refused},
    next_action::Failure,
    session::LinkSession,
};
use jiff::Timestamp;

use crate::{error::StoreError, table::Table};

/// Connections of one customer that are looked through.
const LOOKED_THROUGH: usize = 100;
/// Tries to note something beside what else is written to a connection.
const RACES: usize = 3;

impl Table {
    /// The connections that may have the login of a session which Salt Edge refused as a duplicate: those of the
    /// customer whose it is at its bank, whatever became of them; of the first 100 of all banks. None where it failed
    /// in another way.
    pub async fn may_have_login(
        &self,
        session: &LinkSession,
        failure: &Failure,
    ) -> Result<Vec<Connection>, StoreError> {
        let mut found = Vec::new();
        if !refused(failure) {
            return Ok(found);
        }
        let (tenant, customer) = (&session.tenant, session.whose());
        for listed in self.connections(tenant, Some(customer), None, LOOKED_THROUGH).await? {
            let connection = self.connection(tenant, &listed.id).await?;
            found.extend(connection.filter(|one| one.institution.id == session.institution.id));
        }
        Ok(found)
    }

    /// Notes at the connection of a visit that its user signed in with another login, where that is how it
    /// failed.
    pub async fn note_other_login(
        &self,
        session: &LinkSession,
        failure: &Failure,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Some(id) = session.connection.as_ref().filter(|_| other_login(failure)) else {
            return Ok(());
        };
        for _ in 0..RACES {
            // Deleted meanwhile: there is nothing to note it at.
            let Some(connection) = self.connection(&session.tenant, id).await? else {
                return Ok(());
            };
            let noted = Connection { other_login: Some(now), ..connection };
            match self.put_connection(&noted).await {
                Err(StoreError::Conflict) => {}
                done => return done.map(|_| ()),
            }
        }
        Err(StoreError::Contended)
    }
}
