//! Every fact about Salt Edge that is uncertain and that an integrator depends on, as a switch.
//!
//! The defaults are the likelier reading of the documentation; a test that turns a switch asks
//! whether the integrator also works if the other reading is the true one.

mod choices;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::attempt::StageName;

pub use choices::{
    BackgroundAnswer, CategoryRule, ConsentShape, ConsentSpelling, FailedConnect,
    InteractiveTimeout, PartnerCustomers, PendingIds, PeriodOverMax, ReturnWhen, RevokeRoute,
    RevokedData, SameEmail, SameLogin, SignatureRule, UntickedBox,
};

/// The open questions of the documentation, answered one way or the other.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent open question")]
pub struct Switches {
    /// Unknown and flat keys in `data` are refused with `WrongRequestFormat`. Off: they are ignored.
    pub strict_grammar: bool,
    /// When a request must be signed.
    pub signature: SignatureRule,
    /// How the consent errors are spelt.
    pub consent_errors: ConsentSpelling,
    /// Which methods `/consents/{id}/revoke` has; the other answers an HTML 404.
    pub revoke_route: RevokeRoute,
    /// What a revocation does to the data copied so far.
    pub revoked_data: RevokedData,
    /// Under which key the consent callback says what happened, if there is one.
    pub consent_callback: ConsentShape,
    /// The owner's deletion of a connection in the dashboard causes a destroy callback.
    pub dashboard_calls_back: bool,
    /// Page size when `per_page` is not sent. The largest is 1000.
    pub default_per_page: usize,
    /// `GET /customers/{identifier}` finds the customer by identifier too.
    pub customer_by_identifier: bool,
    /// What `background_refresh` answers.
    pub background_answer: BackgroundAnswer,
    /// Ids are printed as JSON numbers instead of strings.
    pub numeric_ids: bool,
    /// What a partner creates customers with.
    pub partner_customers: PartnerCustomers,
    /// What a partner gets who creates a customer with an e-mail that is already there.
    pub same_email: SameEmail,
    /// A partner may `DELETE` a connection. Off: `ActionNotAllowed`.
    pub partner_may_delete: bool,
    /// A partner's `refresh` needs a `consent` object. Missing: `WrongRequestFormat`.
    pub partner_refresh_needs_consent: bool,
    /// Minutes that a connect URL lives.
    pub connect_token_minutes: i64,
    /// The answer of connect, reconnect and refresh carries the bare `token` too.
    pub connect_answer_token: bool,
    /// What `Signature-key-version` says: `6.0`, or `5.0` as before v6. The key stays the same.
    pub callback_key_version: String,
    /// Milliseconds of real time that a callback may take to be answered.
    pub callback_timeout_millis: u64,
    /// Minutes between the deliveries of a callback that was not answered with 2xx.
    pub callback_retry_minutes: Vec<i64>,
    /// Success callbacks of one attempt, 1 to 3: finish; + transactions; + accounts.
    pub success_callbacks: u8,
    /// Success callbacks also carry `customer_identifier`.
    pub success_customer_identifier: bool,
    /// Notify callbacks are sent at every stage.
    pub notify_callbacks: bool,
    /// There is a stage `finish_fetching` before `finish`.
    pub finish_fetching_stage: bool,
    /// Milliseconds of the simulator's clock that every stage takes.
    pub stage_millis: i64,
    /// Milliseconds of single stages, where they differ from `stage_millis`.
    pub stage_millis_of: BTreeMap<StageName, i64>,
    /// When a transaction has a `category`.
    pub category: CategoryRule,
    /// Whether a pending row keeps its id from one fetch to the next.
    pub pending_ids: PendingIds,
    /// A pending row that is booked keeps its id (only with stable pending ids).
    pub posting_keeps_id: bool,
    /// What a connect with a login becomes that this customer has already connected.
    pub same_login: SameLogin,
    /// The nightly run refreshes the connections that have `automatic_refresh`.
    pub nightly_refresh: bool,
    /// Nightly runs count against the background limit.
    pub nightly_counts: bool,
    /// An attempt of the nightly run has the `custom_fields` of the attempt before. Off: it has none.
    pub nightly_keeps_custom_fields: bool,
    /// Background fetches of a regulated provider in any 24 hours.
    pub background_limit: usize,
    /// Refreshes and reconnects by a present user count against the background limit.
    pub present_counts: bool,
    /// HTTP status of `BackgroundFetchLimitExceeded`: 406 or 429.
    pub background_limit_status: u16,
    /// `ConnectionCannotBeRefreshed` carries `next_refresh_possible_at`.
    pub next_refresh_in_error: bool,
    /// What happens when the consent box is left empty.
    pub unticked_box: UntickedBox,
    /// What a first connect that fails leaves behind.
    pub failed_connect: FailedConnect,
    /// A user who cancels before an attempt has begun causes a fail callback without `connection_id`.
    pub cancel_calls_back: bool,
    /// When the browser is sent back.
    pub return_when: ReturnWhen,
    /// `return_to` also gets `stage`, `customer_id` and `error_message`.
    pub return_extras: bool,
    /// The error class of an interactive step that nobody answered.
    pub interactive_timeout: InteractiveTimeout,
    /// What happens to a consent period above the provider's maximum.
    pub period_over_max: PeriodOverMax,
    /// A reconnect revokes the consent that was there before.
    pub reconnect_retires_consent: bool,
    /// Salt Edge looks for duplicates itself and treats them by `unduplication_strategy`.
    pub detects_duplicates: bool,
    /// A booked row that the bank takes back also leaves the copy.
    pub removal_reaches_copy: bool,
    /// HTTP status of what a `POST` creates: 200 or 201.
    pub created_status: u16,
    /// One HTTP status for all classes of which none is known. None: a likely one for each.
    pub unknown_error_status: Option<u16>,
    /// Errors carry a `request_id`.
    pub error_request_id: bool,
    /// Answers with 429 carry `Retry-After: 1`.
    pub retry_after: bool,
    /// Calls of `/countries` and `/providers` in any second of real time; more: `TooManyRequests`. What is counted
    /// is how fast a client sends, which no clock of a test can slow down.
    pub catalogue_per_second: Option<usize>,
    /// Rows of a page at most, whatever `per_page` says.
    pub most_per_page: usize,
    /// Rows of a page of providers at most, whatever `per_page` says.
    pub providers_per_page: usize,
    /// Connects and reconnects that one client may ask for in a minute; more: `TooManyRequests`.
    pub connects_per_minute: Option<usize>,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            strict_grammar: true,
            signature: SignatureRule::ByState,
            consent_errors: ConsentSpelling::Plain,
            revoke_route: RevokeRoute::PostAndPut,
            revoked_data: RevokedData::Kept,
            consent_callback: ConsentShape::Reason,
            dashboard_calls_back: true,
            default_per_page: 100,
            customer_by_identifier: true,
            background_answer: BackgroundAnswer::Connection,
            numeric_ids: false,
            partner_customers: PartnerCustomers::Either,
            same_email: SameEmail::Duplicated,
            partner_may_delete: false,
            partner_refresh_needs_consent: false,
            connect_token_minutes: 60,
            connect_answer_token: false,
            callback_key_version: "6.0".to_owned(),
            callback_timeout_millis: 10_000,
            callback_retry_minutes: vec![1, 5, 30],
            success_callbacks: 3,
            success_customer_identifier: false,
            notify_callbacks: true,
            finish_fetching_stage: false,
            stage_millis: 0,
            stage_millis_of: BTreeMap::new(),
            category: CategoryRule::Always,
            pending_ids: PendingIds::NewEachFetch,
            posting_keeps_id: false,
            same_login: SameLogin::NewConnection,
            nightly_refresh: true,
            nightly_counts: true,
            nightly_keeps_custom_fields: false,
            background_limit: 4,
            present_counts: false,
            background_limit_status: 406,
            next_refresh_in_error: true,
            unticked_box: UntickedBox::NothingShared,
            failed_connect: FailedConnect::InactiveConnection,
            cancel_calls_back: true,
            return_when: ReturnWhen::Fetched,
            return_extras: false,
            interactive_timeout: InteractiveTimeout::InteractiveTimeout,
            period_over_max: PeriodOverMax::Capped,
            reconnect_retires_consent: false,
            detects_duplicates: false,
            removal_reaches_copy: false,
            created_status: 200,
            unknown_error_status: None,
            error_request_id: true,
            retry_after: false,
            catalogue_per_second: Some(10),
            most_per_page: 1_000,
            providers_per_page: 1_000,
            connects_per_minute: None,
        }
    }
}
