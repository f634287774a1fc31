//! What a caller may send, checked where it comes in.

use domain::{
    id::{ConnectionId, InstitutionId, TenantId},
    limits::RETURN_TO,
    secret::Personal,
    session::{AccountType, Intent},
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
    pub(crate) type_of_account: Option<AccountType>,
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

/// The body of a visit that is begun once more.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Repetition {
    pub(crate) locale: Option<String>,
}

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
        match mailbox(email.reveal()) {
            Ok(mailbox) => Ok(Some(mailbox.into())),
            Err(why) => Err(Problem::new(Code::InvalidEmail).with_errors(at("/email", why))),
        }
    }

    /// Whom the accounts belong to: told with a first link only, Salt Edge keeps it for later visits.
    pub(crate) fn account_type(&self) -> Result<Option<AccountType>, Problem> {
        match (self.intent, self.type_of_account) {
            (Intent::Link, told) => Ok(told),
            (Intent::Reconnect | Intent::Renew | Intent::FetchAccounts | Intent::Refresh, None) => {
                Ok(None)
            }
            (
                Intent::Reconnect | Intent::Renew | Intent::FetchAccounts | Intent::Refresh,
                Some(_),
            ) => Err(Problem::field("/type_of_account", "only with intent link")),
        }
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

/// The longest address. Source: RFC 5321, 4.5.3.1.3, less the angle brackets.
const MAILBOX: usize = 254;

/// The address as it can be sent everywhere. Errors: what is wrong with it, never a part of it.
///
/// A name of a domain in any script is the same mailbox in ASCII, so it is sent in that. Letters before
/// the @ have no such form: only mail systems with SMTPUTF8 take them, Salt Edge is not known to be one,
/// and an account whose mail does not arrive locks its user out.
fn mailbox(text: &str) -> Result<String, &'static str> {
    const NONE: &str = "not an e-mail address";
    let (local, domain) = text.rsplit_once('@').ok_or(NONE)?;
    if !local.is_ascii() {
        return Err(
            "letters before the @ must be ASCII: mail to others does not arrive everywhere",
        );
    }
    if local.contains('"') || domain.contains(['%', '_']) {
        return Err(NONE);
    }
    let domain = match url::Host::parse(domain) {
        Ok(url::Host::Domain(ascii)) => ascii,
        Ok(url::Host::Ipv4(_) | url::Host::Ipv6(_)) | Err(_) => return Err(NONE),
    };
    let mailbox = format!("{local}@{domain}");
    let plain =
        Options::default().with_required_tld().without_display_text().without_domain_literal();
    let good =
        mailbox.len() <= MAILBOX && EmailAddress::parse_with_options(&mailbox, plain).is_ok();
    if good { Ok(mailbox) } else { Err(NONE) }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_sent_in_the_form_that_arrives_everywhere() {
        let long = format!("{}@{}.example", "a".repeat(64), "b".repeat(63));
        let longer = format!("{}@{}.example", "a".repeat(65), "b".repeat(63));
        let longest = format!("a@{}.example", ["b".repeat(62).as_str(); 4].join("."));
        for (text, want) in [
            ("ada@example.com", Some("ada@example.com")),
            ("Ada.L+bank@EXAMPLE.com", Some("Ada.L+bank@example.com")),
            ("o'hara@example.co.uk", Some("o'hara@example.co.uk")),
            ("ada@bücher.example", Some("ada@xn--bcher-kva.example")),
            ("ada@ngân-hàng.vn", Some("ada@xn--ngn-hng-dwao.vn")),
            ("ada@例え.テスト", Some("ada@xn--r8jz45g.xn--zckzah")),
            ("ada@ＥＸＡＭＰＬＥ.com", Some("ada@example.com")),
            (long.as_str(), Some(long.as_str())),
            (&longer, None),
            (&longest, None),
            ("αda@example.com", None),
            ("nguyễn@example.vn", None),
            ("ada@exa\u{200b}mple.com", Some("ada@example.com")),
            ("ada@exam\u{2028}ple.com", None),
            ("ada@b\u{fc}cher%2eexample", None),
            ("ada@192.0.2.1", None),
            ("ada@[2001:db8::1]", None),
            ("\"a b\"@example.com", None),
            ("ada@exam_ple.com", None),
            ("a,b@example.com", None),
        ] {
            assert_eq!(mailbox(text).ok().as_deref(), want, "{text}");
        }
    }
}
