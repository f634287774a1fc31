//! The client against a server that answers what saltedge.com would, and checks every signature.

#![expect(clippy::unwrap_used, reason = "test helpers")]

mod answers;
mod customers;
mod failures;
mod flows;
mod lists;
mod paging;
mod server;
mod traps;
