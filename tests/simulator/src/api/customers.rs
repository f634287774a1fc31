//! Customers: section 5.3.

use serde_json::{Value, json};

use super::envelope::{one, page};
use super::{Call, grammar, parse};
use crate::clients::ClientKind;
use crate::clock::seconds_text;
use crate::errors::{ApiError, ErrorClass};
use crate::ids::Id;
use crate::switches::{PartnerCustomers, SameEmail};
use crate::world::{Customer, World};

const MAX_IDENTIFIER: usize = 255;

fn refuse<T>(class: ErrorClass, message: &str) -> Result<T, ApiError> {
    Err(ApiError::new(class, message))
}

/// `POST /customers`.
pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Value, ApiError> {
    grammar::check(call.data, grammar::CUSTOMER, world.switches.strict_grammar)?;
    let identifier = parse::text(call.data, "identifier");
    let email = parse::text(call.data, "email");
    check_names(world, call, identifier.as_deref(), email.as_deref())?;
    let theirs = |customer: &&Customer| customer.app_id == call.client.app_id;
    let same_email = world
        .customers
        .values()
        .filter(theirs)
        .find(|customer| email.is_some() && customer.email == email);
    if let Some(customer) = same_email {
        return match world.switches.same_email {
            SameEmail::SameCustomer => Ok(one(world.customer_json(customer))),
            SameEmail::Duplicated => refuse(ErrorClass::DuplicatedCustomer, "The e-mail is taken."),
        };
    }
    let taken = |customer: &Customer| identifier.is_some() && customer.identifier == identifier;
    if world.customers.values().filter(theirs).any(taken) {
        return refuse(ErrorClass::DuplicatedCustomer, "The identifier is taken.");
    }
    let customer = Customer {
        id: world.ids.next(),
        app_id: call.client.app_id.clone(),
        identifier,
        email,
        categorization_type: parse::text(call.data, "categorization_type")
            .unwrap_or_else(|| "personal".to_owned()),
        created_at: call.now,
        updated_at: call.now,
    };
    let shown = world.customer_json(&customer);
    world.customers.insert(customer.id, customer);
    Ok(one(shown))
}

fn check_names(
    world: &World,
    call: &Call<'_>,
    identifier: Option<&str>,
    email: Option<&str>,
) -> Result<(), ApiError> {
    let partner = call.client.kind == ClientKind::Partner;
    let (needs_email, needs_identifier) = match world.switches.partner_customers {
        PartnerCustomers::Email => (partner, !partner),
        PartnerCustomers::Identifier => (false, true),
        PartnerCustomers::Either => (false, !partner || email.is_none()),
    };
    if email.is_some() && !partner {
        return Err(grammar::wrong("`email` is for partners."));
    }
    if needs_email && email.is_none() || email.is_some_and(|email| !is_email(email)) {
        return refuse(ErrorClass::EmailInvalid, "The e-mail is missing or invalid.");
    }
    let valid = |name: &str| !name.trim().is_empty() && name.len() <= MAX_IDENTIFIER;
    if needs_identifier && identifier.is_none() || identifier.is_some_and(|name| !valid(name)) {
        return refuse(ErrorClass::IdentifierInvalid, "The identifier is missing or invalid.");
    }
    Ok(())
}

fn is_email(text: &str) -> bool {
    let (name, host) = text.split_once('@').unwrap_or(("", ""));
    let plain = !text.chars().any(|letter| letter.is_whitespace() || letter == ',');
    !name.is_empty()
        && host.contains('.')
        && !host.starts_with('.')
        && !host.ends_with('.')
        && !host.contains('@')
        && plain
}

/// `GET /customers`.
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Value, ApiError> {
    let items = world
        .customers
        .values()
        .filter(|customer| customer.app_id == call.client.app_id)
        .map(|customer| (customer.id.number(), customer))
        .collect();
    page(call, &world.switches, items, |customer| world.customer_json(customer))
}

fn wanted<'a>(world: &'a World, call: &Call<'_>) -> Result<&'a Customer, ApiError> {
    let app_id = &call.client.app_id;
    let by_id = world.customer_of(app_id, call.id());
    if by_id.is_err() && world.switches.customer_by_identifier {
        let name = decoded(call.id());
        return world.customer_by_identifier(app_id, &name).map_or(by_id, Ok);
    }
    by_id
}

/// A path segment without its percent signs.
fn decoded(segment: &str) -> String {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex =
            tail.get(..2).filter(|_| first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            bytes.push(byte);
            rest = &tail[2..];
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `GET /customers/{id}`.
pub(super) fn show(world: &mut World, call: &Call<'_>) -> Result<Value, ApiError> {
    Ok(one(world.customer_json(wanted(world, call)?)))
}

/// `DELETE /customers/{id}`.
pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Value, ApiError> {
    let id: Id = world.customer_of(&call.client.app_id, call.id())?.id;
    world.delete_customer(id, call.now);
    Ok(one(json!({ "customer_id": world.id(id), "deleted": true })))
}

impl World {
    pub(crate) fn customer_json(&self, customer: &Customer) -> Value {
        let partner =
            self.clients.get(&customer.app_id).is_some_and(|c| c.kind == ClientKind::Partner);
        let mut shown = json!({
            "customer_id": self.id(customer.id),
            "identifier": customer.identifier,
            "blocked_at": null,
            "created_at": seconds_text(customer.created_at),
            "updated_at": seconds_text(customer.updated_at),
        });
        if partner {
            shown["email"] = customer.email.clone().into();
        } else {
            shown["categorization_type"] = customer.categorization_type.clone().into();
        }
        shown
    }
}
