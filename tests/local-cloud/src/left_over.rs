//! What a test must not leave behind: work that nobody did, and answers that the contract does not know.

use std::sync::atomic::Ordering;

use crate::cloud::LocalCloud;
use crate::queues::Message;

impl LocalCloud {
    /// What was answered, or accepted, and is not as `infra/openapi.yaml` says: route, status, place, fault.
    pub fn undocumented(&self) -> Vec<String> {
        self.shared().watch.seen()
    }

    /// What is left over, a line each.
    fn left_over(&self) -> Vec<String> {
        let line = |kind: &'static str| {
            move |(queue, message): (String, Message)| format!("{kind} {queue}: {}", message.body)
        };
        let mut lines: Vec<String> = self.queued().into_iter().map(line("message on")).collect();
        lines.extend(self.dead_letters().into_iter().map(line("dead letter on")));
        if self.shared().tap.waiting() > 0 {
            lines.push("a fault that no request met".to_owned());
        }
        lines
    }
}

impl Drop for LocalCloud {
    fn drop(&mut self) {
        self.servers.stop();
        if std::thread::panicking() {
            return;
        }
        let faults =
            if self.lived.load(Ordering::Relaxed) { Vec::new() } else { self.undocumented() };
        assert!(faults.is_empty(), "infra/openapi.yaml says otherwise:\n{}", faults.join("\n"));
        if self.abandoned.load(Ordering::Relaxed) {
            return;
        }
        let left = self.left_over();
        assert!(left.is_empty(), "work is left over:\n{}", left.join("\n"));
    }
}
