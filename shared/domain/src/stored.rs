//! Why the table did not do what was asked: the error of every place where records are kept.

/// Why the table did not do what was asked. Code and request id only: the SDK's own text can echo items.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Somebody else wrote first: load again and decide again.
    #[error("the item was changed at the same time")]
    Conflict,
    /// Another transaction is at work on the same items at this moment; nothing was written.
    #[error("another transaction is at work on the same items")]
    Contended,
    /// The table did not answer, or was too busy.
    #[error("the table did not do {what} ({code}, request {request})")]
    Unavailable {
        /// What was asked.
        what: &'static str,
        /// AWS's error code.
        code: String,
        /// AWS's request id, for its support.
        request: String,
    },
    /// A stored item cannot be read: by a newer release, or damaged.
    #[error("an item of kind {kind} cannot be read: {why}")]
    Unreadable {
        /// What it should be.
        kind: &'static str,
        /// What is wrong with it; never its content.
        why: String,
    },
    /// An item would be larger than the table takes.
    #[error("an item of kind {kind} is too large: {bytes} bytes")]
    TooLarge {
        /// What it is.
        kind: &'static str,
        /// Its size, encoded.
        bytes: usize,
    },
}
