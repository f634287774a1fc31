//! What a caller may send, checked where it comes in.

use domain::{
    id::{ConnectionId, InstitutionId, TenantId},
    limits::RETURN_TO,
    secret::Personal,
    session::Intent,
    wording::Locale,
};
use email_address::{EmailAddress, Options};
use serde::Deserialize;
use shell::{Code, FieldError, Problem};

use crate::start::ReturnUrls;

/// The body of `POST /v1/link-sessions`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewLinkSession {
    pub(crate) intent: Intent,
    pub(crate) return_to: String,
    pub(crate) institution_id: Option<String>,
    pub(crate) connection_id: Option<String>,
    pub(crate) email: Option<Personal>,
    pub(crate) phone: Option<Personal>,
    pub(crate) locale: Option<String>,
}

/// The body of a visit to a connection that exists.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct VisitRequest {
    pub(crate) return_to: String,
    pub(crate) locale: Option<String>,
}

/// The body of a refresh.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefreshRequest {
    #[serde(default)]
    pub(crate) present: bool,
    pub(crate) return_to: Option<String>,
    pub(crate) locale: Option<String>,
}

/// The body of a call that needs none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// The body of a confirmation.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Confirmation {
    pub(crate) code: String,
}

impl NewLinkSession {
    /// The bank of a first link.
    pub(crate) fn institution(&self) -> Result<InstitutionId, Problem> {
        given("/institution_id", self.institution_id.as_deref())?
            .parse()
            .map_err(|_| Problem::new(Code::InstitutionNotFound))
    }

    /// The connection of every other intent.
    pub(crate) fn connection(&self) -> Result<ConnectionId, Problem> {
        given("/connection_id", self.connection_id.as_deref())?
            .parse()
            .map_err(|_| Problem::new(Code::InvalidId).with_errors(at("/connection_id", "no id")))
    }

    /// The e-mail, which a partner's link must have.
    pub(crate) fn checked_email(&self, required: bool) -> Result<Option<Personal>, Problem> {
        let Some(email) = &self.email else {
            return if required { Err(missing("/email")) } else { Ok(None) };
        };
        let plain =
            Options::default().with_required_tld().without_display_text().without_domain_literal();
        if EmailAddress::parse_with_options(email.reveal(), plain).is_ok() {
            return Ok(Some(email.clone()));
        }
        Err(Problem::new(Code::InvalidEmail).with_errors(at("/email", "not an e-mail address")))
    }

    /// The phone number, kept for contact.
    pub(crate) fn checked_phone(&self) -> Result<Option<Personal>, Problem> {
        let Some(phone) = &self.phone else { return Ok(None) };
        let text = phone.reveal();
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let legal = text.bytes().all(|b| b.is_ascii_digit() || b"+ ()./-".contains(&b));
        if legal && (5..=15).contains(&digits) && text.len() <= 25 {
            return Ok(Some(phone.clone()));
        }
        let detail = "5 to 15 digits, with the country's code, as +84 912 345 678";
        Err(Problem::new(Code::InvalidPhone).with_errors(at("/phone", detail)))
    }
}

/// An address that the tenant registered, character for character.
pub(crate) fn registered(
    urls: &ReturnUrls,
    tenant: &TenantId,
    return_to: &str,
) -> Result<String, Problem> {
    if return_to.len() <= RETURN_TO && urls.has(tenant, return_to) {
        return Ok(return_to.to_owned());
    }
    let detail = "register the exact address for this tenant: parameter ReturnUrls";
    Err(Problem::new(Code::ReturnToNotRegistered).with_errors(at("/return_to", detail)))
}

/// The language that the body names, else the call's.
pub(crate) fn locale(named: Option<&str>, otherwise: Locale) -> Locale {
    match named.map(str::parse::<Locale>) {
        Some(Ok(locale)) => locale,
        None => otherwise,
    }
}

pub(crate) fn missing(pointer: &str) -> Problem {
    Problem::new(Code::MissingField).with_errors(at(pointer, "it must be given"))
}

fn given<'a>(pointer: &str, value: Option<&'a str>) -> Result<&'a str, Problem> {
    value.ok_or_else(|| missing(pointer))
}

fn at(pointer: &str, detail: &str) -> Vec<FieldError> {
    vec![FieldError::new(pointer, detail)]
}
