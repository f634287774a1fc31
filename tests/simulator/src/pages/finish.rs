//! The end of a walk: back to the application.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::clients::CallbackKind;
use crate::errors::ErrorClass;
use crate::session::{Session, SessionKind, Step};
use crate::switches::FailedConnect;
use crate::world::World;

impl World {
    /// The user gives up: a running attempt fails, or nothing has begun yet.
    pub(crate) fn give_up(&mut self, token: &str, now: Timestamp) {
        let Some(session) = self.sessions.get(token).cloned() else { return };
        match session.attempt_id {
            Some(id) => self.fail_attempt(id, ErrorClass::ProviderAccessNotGranted, now),
            None => self.cancelled_early(&session, now),
        }
        self.edit(token, |session| {
            session.step = Step::Failed(ErrorClass::ProviderAccessNotGranted);
        });
    }

    /// The fail callback of a walk that ended before it had an attempt.
    fn cancelled_early(&mut self, session: &Session, now: Timestamp) {
        if !self.switches.cancel_calls_back {
            return;
        }
        let class = ErrorClass::ProviderAccessNotGranted;
        let mut data = Map::new();
        if let Some(id) = session.connection_id {
            data.insert("connection_id".into(), self.id(id));
        }
        data.insert("customer_id".into(), self.id(session.customer_id));
        let fields = session.request.attempt.custom_fields.clone().unwrap_or_default();
        data.insert("custom_fields".into(), Value::Object(fields));
        data.insert("error_class".into(), class.name(&self.switches).into());
        data.insert("error_message".into(), "The user cancelled.".into());
        self.enqueue(&session.app_id, CallbackKind::Fail, Value::Object(data), now);
    }

    /// Ends the session; gives the address that the browser goes to.
    pub(super) fn leave(&mut self, token: &str) -> String {
        let Some(session) = self.sessions.get(token).cloned() else { return "/".to_owned() };
        let failed = session.step.failure();
        let kept = self.keep_or_drop(&session, failed);
        self.edit(token, |session| session.step = Step::Over);
        let home = self.clients.get(&session.app_id).map(|client| client.home_url.clone());
        let target = session.request.attempt.return_to.clone().or(home).unwrap_or_default();
        let mut pairs = Vec::new();
        if session.request.return_connection_id
            && let Some(id) = session.connection_id.filter(|_| kept)
        {
            pairs.push(format!("connection_id={id}"));
        }
        if session.request.return_error_class
            && let Some(class) = failed
        {
            pairs.push(format!("error_class={}", class.name(&self.switches)));
        }
        if self.switches.return_extras {
            let stage = if failed.is_some() { "error" } else { "success" };
            pairs.push(format!("stage={stage}&customer_id={}&error_message=", session.customer_id));
        }
        appended(&target, &pairs.join("&"))
    }

    /// Drops what a first connect that failed leaves behind, if nothing is to be left.
    fn keep_or_drop(&mut self, session: &Session, failed: Option<ErrorClass>) -> bool {
        let drops = self.switches.failed_connect == FailedConnect::NoConnection
            && session.kind == SessionKind::Connect
            && failed.is_some();
        if drops && let Some(id) = session.connection_id {
            self.connections.remove(&id);
            self.consents.retain(|_, consent| consent.connection_id != id);
            self.attempts.retain(|_, attempt| attempt.connection_id != id);
        }
        !drops
    }
}

/// `url` with `query` behind the query that it has, before its fragment.
fn appended(url: &str, query: &str) -> String {
    if query.is_empty() {
        return url.to_owned();
    }
    let (front, fragment) = url.split_once('#').map_or((url, None), |(a, b)| (a, Some(b)));
    let joint = match front.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
    format!("{front}{joint}{query}{fragment}")
}

#[cfg(test)]
mod tests {
    use super::appended;

    #[test]
    fn the_query_that_is_there_stays() {
        for (url, query, want) in [
            ("https://a.example/b", "c=1", "https://a.example/b?c=1"),
            ("https://a.example/b?state=9", "c=1", "https://a.example/b?state=9&c=1"),
            ("https://a.example/b?", "c=1", "https://a.example/b?c=1"),
            ("https://a.example/b?x=1#top", "c=1", "https://a.example/b?x=1&c=1#top"),
            ("https://a.example/b", "", "https://a.example/b"),
        ] {
            assert_eq!(appended(url, query), want, "{url}");
        }
    }
}
