//! A Salt Edge v6 of one's own.
//!
//! It is written from the documentation of the service, for any integrator: the API under `/api/v6`
//! with its envelopes, signatures and errors, the pages that an end user walks through, the end user's
//! dashboard, the sandbox banks of country XF, and signed callbacks. It keeps its own ledger: what the
//! *bank* holds and what Salt Edge has *copied* are two things, and a row gets from the one to the other
//! only when somebody asks the bank (a connect page, a background refresh, the nightly run).
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use simulator::{BankAt, Client, ClientKind, NewRow, Options, Simulator};
//!
//! let client = Client::new("app", "secret", ClientKind::Partner);
//! let salt_edge = Simulator::start(Options::for_clients(vec![client])).await?;
//! println!("{}", salt_edge.api_url());
//! salt_edge.control().add_row(
//!     &BankAt::of("fakebank_oauth_xf"),
//!     "account-1",
//!     NewRow::booked("-12.5".parse()?, "COFFEE"),
//! )?;
//! salt_edge.pump().await;
//! # Ok(()) }
//! ```
//!
//! Nothing happens by itself: [`Simulator::pump`] does what is due at the present instant of the given
//! [`Clock`]. Everything random comes from [`Options::seed`]. What the documentation leaves open is a
//! field of [`Switches`].

mod amount;
mod api;
mod attempt;
mod bank;
mod browser;
mod callbacks;
mod clients;
mod clock;
mod control;
mod errors;
mod faults;
mod ids;
mod options;
mod pages;
mod record;
mod server;
mod session;
mod signature;
mod simulator;
mod switches;
mod world;

pub use amount::{Amount, NotAnAmount};
pub use api::Spoilt;
pub use attempt::{AttemptKind, StageName};
pub use bank::catalogue::{CAPTCHA, SECOND_CODE, SMS_CODE, TOKEN};
pub use bank::edit::{NewAccount, NewRow, RowEdit};
pub use bank::{
    BalanceRule, BankAccount, BankList, BankRow, Book, Field, FieldNature, InteractiveStep,
    KeyOwner, Provider, ProviderMode, ProviderStatus, RowStatus,
};
pub use browser::{Browser, BrowserError, Page, Walk};
pub use clients::{CallbackKind, Callbacks, Client, ClientKind, ClientState};
pub use clock::{Clock, Now};
pub use control::{BankAt, Control, ControlError, Mark};
pub use errors::ErrorClass;
pub use faults::{
    ApiFault, ApiFaultKind, BankFault, CallbackFault, CallbackFaultKind, Faults, NextConnect,
};
pub use ids::Id;
pub use options::Options;
pub use record::{
    ApiCall, BackgroundRefresh, CallbackRecord, Deletion, DeliveryRecord, Ledger, Record,
    Revocation,
};
pub use signature::{
    KeyError, Signer, TEST_CLIENT_PRIVATE_KEY, TEST_CLIENT_PUBLIC_KEY, TEST_PRIVATE_KEY,
    TEST_PUBLIC_KEY, callback_message, request_message, verifies,
};
pub use simulator::{Pumped, Simulator, StartError, StateError};
pub use switches::{
    BackgroundAnswer, CategoryRule, ConsentShape, ConsentSpelling, FailedConnect,
    InteractiveTimeout, PartnerCustomers, PendingIds, PeriodOverMax, ReturnWhen, RevokeRoute,
    RevokedData, SameEmail, SameLogin, SignatureRule, Switches, UntickedBox,
};
pub use world::{
    Connection, ConnectionStatus, Consent, ConsentStatus, CopiedAccount, CopiedTransaction,
    Customer, RevokeReason, Strategy,
};
