//! The laws of this repository. Each is a function from the tree to what breaks it, so that a test can
//! show it a broken tree too: a law that cannot fail is none.

mod fault;
pub mod laws;
mod packages;
mod rust;
mod tree;
pub mod written;
mod yaml;

pub use fault::Fault;
pub use packages::{Kind, Package, Use};
pub use tree::Tree;
