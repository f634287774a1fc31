//! The table: keys, items, one encode and decode, conditions, paging. The only DynamoDB.
//!
//! It keeps and finds; it decides nothing. Every write that could meet another carries a condition.

mod answered;
mod books;
mod catalogue;
mod claims;
mod connections;
mod counts;
mod customers;
mod deletion;
mod dense;
mod due;
mod encode;
mod entries;
mod entry;
mod erasures;
mod error;
mod folds;
mod held;
mod index;
pub mod inventory;
mod item;
mod journal;
mod keys;
mod lateness;
mod logins;
mod mapping;
mod orphans;
mod receipts;
mod sessions;
mod statements;
mod sweep;
mod table;

pub use answered::Answered;
pub use books::Reading;
pub use catalogue::{Catalogue, PageName, Written};
pub use connections::Listed;
pub use due::{Due, DueKind};
pub use entry::Base;
pub use error::StoreError;
pub use folds::Behind;
pub use journal::{Appended, Tail};
pub use receipts::StoredReceipt;
pub use sessions::TokenKind;
pub use sweep::{Keys, counted};
pub use table::{SHAPE, Shape, Table};
