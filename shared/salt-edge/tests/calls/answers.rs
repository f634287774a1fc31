//! Answers of the API, after the published examples; ids, names and amounts are invented.

pub(crate) const CONNECTION_ID: &str = "1300450000000000007";
pub(crate) const ACCOUNT_ID: &str = "1700780000000000011";

pub(crate) const PROVIDER: &str = r#"{
  "id": "4102", "code": "fakebank_simple_xf", "name": "Fakebank Simple", "country_code": "XF",
  "bic_codes": ["FAKEXF22"], "identification_codes": [], "hub": null,
  "status": "active", "mode": "web", "regulated": false,
  "logo_url": "https://logo.example/fakebank_simple_xf.svg", "timezone": "UTC",
  "created_at": "2018-01-10T08:00:00Z", "updated_at": "2026-02-01T08:00:00Z",
  "automatic_fetch": true, "custom_pendings_period": null, "holder_info": ["names"],
  "instruction_for_connections": "Enter the demo user name and password.",
  "interactive_for_connections": false, "max_consent_days": null, "max_fetch_interval": 90,
  "max_interactive_delay": 180, "refresh_timeout": 60, "a_field_of_next_year": {"deep": [1.5]} }"#;

pub(crate) const CONNECTION: &str = r#"{
  "id": "1300450000000000007", "customer_id": 1200340000000000001, "customer_identifier": "u",
  "provider_code": "fake_oauth_client_xf", "provider_name": "Fake Bank with Client Keys",
  "country_code": "XF", "status": "active", "categorization": "none",
  "automatic_refresh": true, "next_refresh_possible_at": "2026-03-01T11:05:00Z",
  "created_at": "2026-03-01T10:00:00Z", "updated_at": "2026-03-01T10:05:00Z",
  "last_consent_id": "1400560000000000003",
  "last_attempt": {
    "id": "1500670000000000009", "consent_id": "1400560000000000003", "user_present": true,
    "custom_fields": { "deployment": "halite-test", "tenant": "acme", "session": "lnk_1" },
    "finished": true, "created_at": "2026-03-01T10:00:00Z", "updated_at": "2026-03-01T10:05:00Z",
    "success_at": "2026-03-01T10:05:00Z", "fail_at": null, "fail_error_class": null,
    "last_stage": { "id": "1600", "name": "finish" } } }"#;

pub(crate) const OPENED: &str = r#"{"data":{"expires_at":"2026-03-01T11:00:00Z",
  "connect_url":"https://www.saltedge.com/connect?token=GENERATED_TOKEN","customer_id":"1"}}"#;

pub(crate) const CUSTOMER: &str = r#"{"data":{"customer_id":"1200340000000000001",
  "identifier":"tenant-42-user-7","categorization_type":"personal","blocked_at":null}}"#;

pub(crate) const CONSENTS: &str = r#"{"data":[{"id":"1400560000000000003",
  "connection_id":"1300450000000000007","customer_id":"1200340000000000001","status":"active",
  "scopes":["accounts","transactions"],"period_days":90,"expires_at":"2026-05-30T10:00:00Z",
  "from_date":"2025-12-01","to_date":null,"collected_by":"saltedge","revoked_at":null,
  "revoke_reason":null,"created_at":"2026-03-01T10:00:00Z","updated_at":"2026-03-01T10:00:00Z"}],
  "meta":{"next_id":null,"next_page":null}}"#;

/// One page that is the last.
pub(crate) fn last_page(rows: &[&str]) -> String {
    format!(r#"{{"data":[{}],"meta":{{"next_id":null,"next_page":null}}}}"#, rows.join(","))
}

/// A page before others.
pub(crate) fn page(rows: &[&str], meta: &str) -> String {
    format!(r#"{{"data":[{}],"meta":{meta}}}"#, rows.join(","))
}

/// A booked row of [`ACCOUNT_ID`].
pub(crate) fn row(id: &str) -> String {
    format!(
        r#"{{"id":"{id}","account_id":"{ACCOUNT_ID}","duplicated":false,"mode":"normal","status":"posted",
            "made_on":"2026-02-27","amount":-23.9,"currency_code":"EUR","description":"GROCER","extra":{{}}}}"#
    )
}
