//! Why the local cloud does not start, one sentence each.

use std::path::PathBuf;

/// A refusal to start. Its text names the thing and, for the template, the line.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The template says something that cannot be read, resolved or served.
    #[error("{file}:{line}: {what}")]
    Template {
        /// The template's file name, as it was given.
        file: String,
        /// Line, counted from 1.
        line: usize,
        /// What is wrong there.
        what: String,
    },
    /// A function refused its environment.
    #[error("function {function} does not start: {why}")]
    Function {
        /// The function's package.
        function: String,
        /// The function's own sentence.
        why: String,
    },
    /// An address could not be taken.
    #[error(
        "cannot listen on {address}: {source}; end the program that uses this port, \
         or choose others with --port (0 takes any free ones)"
    )]
    Listen {
        /// Host and port.
        address: String,
        /// The operating system's reason.
        #[source]
        source: std::io::Error,
    },
    /// A file or folder could not be read or written.
    #[error("cannot use {}: {source}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// The operating system's reason.
        #[source]
        source: std::io::Error,
    },
    /// The embedded table did not come up as the template describes it.
    #[error("the table {table} cannot be used: {why}")]
    Table {
        /// The table's name.
        table: String,
        /// What the engine said, or what differs.
        why: String,
    },
    /// A key, a saved state or an address that was given cannot be used.
    #[error("{what} cannot be used: {why}")]
    Given {
        /// What was given.
        what: String,
        /// Why not.
        why: String,
    },
}

impl StartError {
    /// A [`StartError::Given`].
    pub(crate) fn given(what: impl Into<String>, why: &(impl std::fmt::Display + ?Sized)) -> Self {
        Self::Given { what: what.into(), why: why.to_string() }
    }
}
