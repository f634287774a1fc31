//! A call of our HTTP API, parsed from the gateway's event, and its answer.

use std::collections::BTreeMap;

use domain::{
    id::{CorrelationId, CustomerId, TenantId},
    wording::Locale,
};
use jiff::Timestamp;
use lambda_http::{Body, RequestExt, Response, http::HeaderMap, request::RequestContext};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    code::Code,
    problem::{Asked, FieldError, Problem},
    shape,
};

/// The longest body that any of our own routes reads.
const BODY_LIMIT: usize = 64 * 1024;

/// Who calls: from the token that the gateway verified, never from anything else.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The SaaS's own customer of Halite.
    pub tenant: TenantId,
    /// The end user.
    pub customer: CustomerId,
    /// Scope `halite:tenant`: sees every customer of the tenant.
    pub sees_tenant: bool,
}

impl Caller {
    /// Whether this caller may see what belongs to `owner` of the same tenant.
    pub fn sees(&self, owner: &CustomerId) -> bool {
        self.sees_tenant || self.customer == *owner
    }
}

/// One call.
#[derive(Debug)]
pub struct Call {
    /// `METHOD /path/{parameter}`, as the template has it.
    pub route: String,
    /// The instant at which it arrived.
    pub now: Timestamp,
    /// The language that the caller asked for.
    pub locale: Locale,
    caller: Option<Caller>,
    path: BTreeMap<String, String>,
    query: BTreeMap<String, String>,
    headers: HeaderMap,
    body: Vec<u8>,
    asked: Asked,
}

impl Call {
    /// Reads the gateway's event.
    pub(crate) fn read(
        request: lambda_http::Request,
        now: Timestamp,
        locale: Locale,
    ) -> Result<Self, Box<(Problem, Asked)>> {
        let context = request.request_context_ref().cloned();
        let Some(RequestContext::ApiGatewayV2(context)) = context else {
            return Err(Box::new((Problem::new(Code::RouteNotFound), Asked::default())));
        };
        let path = request.path_parameters();
        let path = path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let query = url::form_urlencoded::parse(request.uri().query().unwrap_or("").as_bytes());
        let query = query.into_owned().collect();
        let headers = request.headers().clone();
        let language = headers.get("accept-language").and_then(|v| v.to_str().ok()).unwrap_or("");
        let locale = locale.or_preferred(language);
        let asked = Asked {
            path: request.uri().path().to_owned(),
            reference: context.request_id.clone().unwrap_or_default(),
            locale,
            now,
        };
        let caller = caller(&context).map_err(|problem| Box::new((problem, asked.clone())))?;
        let body = match request.into_body() {
            Body::Text(text) => text.into_bytes(),
            Body::Binary(bytes) => bytes,
            Body::Empty | _ => Vec::new(),
        };
        let route = context.route_key.unwrap_or_default();
        Ok(Self { route, now, locale, caller, path, query, headers, body, asked })
    }

    /// Who calls. Errors: the route is public, or the token names no tenant.
    pub fn caller(&self) -> Result<&Caller, Problem> {
        self.caller.as_ref().ok_or_else(|| Problem::new(Code::NoTenant))
    }

    /// A part of the path. Errors: it is not of the wanted kind.
    pub fn path<T: std::str::FromStr>(&self, name: &str) -> Result<T, Problem> {
        let text = self.path.get(name).map_or("", String::as_str);
        text.parse().map_err(|_| Problem::new(Code::InvalidId))
    }

    /// A parameter of the query, where it is given and not empty.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A parameter of the query as a `T`. Errors: it is given and is none.
    pub fn query_as<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, Problem> {
        let Some(text) = self.query(name) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| {
            let errors = vec![FieldError::new(format!("?{name}"), "a value of another form")];
            Problem::new(Code::InvalidParameter).with_errors(errors)
        })
    }

    /// Refuses parameters that this route does not have: a misspelt filter must not look like an answer.
    pub fn only_queries(&self, known: &[&str]) -> Result<(), Problem> {
        match self.query.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(Problem::new(Code::UnknownField)
                .with_errors(vec![FieldError::new(format!("?{name}"), "no such parameter")])),
            None => Ok(()),
        }
    }

    /// A header that was sent exactly once; several are none.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let first = values.next()?.to_str().ok()?;
        values.next().is_none().then_some(first)
    }

    /// The lines of one header; `None` for one that is not text.
    pub(crate) fn lines(&self, name: &str) -> impl Iterator<Item = Option<&str>> {
        self.headers.get_all(name).iter().map(|value| value.to_str().ok())
    }

    /// Every header line, names in lower case; what is not text is left out.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
    }

    /// The body's bytes as they were sent.
    pub fn raw_body(&self) -> &[u8] {
        &self.body
    }

    /// The body as JSON; an empty body is an empty object.
    ///
    /// Errors: too large, not JSON, a field that is wrong or unknown, with a pointer to it.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        if self.body.len() > BODY_LIMIT {
            return Err(Problem::new(Code::BodyTooLarge));
        }
        let body: &[u8] = if self.body.is_empty() { b"{}" } else { &self.body };
        let tree: serde_json::Value =
            serde_json::from_slice(body).map_err(|error| shape::malformed(&error))?;
        shape::read(tree)
    }

    /// What everything that comes of this call is logged and sent under.
    pub(crate) fn correlation(&self) -> Option<CorrelationId> {
        self.asked.reference.parse().ok()
    }

    pub(crate) fn asked(&self) -> Asked {
        self.asked.clone()
    }
}

fn caller(
    context: &lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequestContext,
) -> Result<Option<Caller>, Problem> {
    let jwt = context.authorizer.as_ref().and_then(|a| a.jwt.as_ref());
    let Some(jwt) = jwt else { return Ok(None) };
    let claim = |name: &str| jwt.claims.get(name).cloned().unwrap_or_default();
    let (Ok(tenant), Ok(customer)) = (claim("tenant").parse(), claim("sub").parse()) else {
        return Err(Problem::new(Code::NoTenant));
    };
    let sees_tenant = claim("scope").split(' ').any(|scope| scope == "halite:tenant");
    Ok(Some(Caller { tenant, customer, sees_tenant }))
}

/// What is answered.
#[derive(Debug)]
pub struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// An answer without a body. No cache may store it, but see [`Answer::kept`].
    pub fn empty(status: u16) -> Self {
        let headers = vec![("cache-control", String::from("no-store"))];
        Self { status, headers, body: Vec::new() }
    }

    /// A JSON body.
    pub fn json(status: u16, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(bytes) => Self::empty(status).with_body("application/json", bytes),
            Err(_) => Self::empty(500),
        }
    }

    /// An answer that was given before, byte for byte.
    pub fn again(status: u16, json: Vec<u8>) -> Self {
        Self::empty(status).with_body("application/json", json)
    }

    /// HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The body's bytes.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Sends the browser on, with a GET, and tells the next host nothing of where it came from.
    pub fn see_other(location: String) -> Self {
        Self::empty(303)
            .with_header("location", location)
            .with_header("referrer-policy", String::from("no-referrer"))
    }

    /// The same with a body of this type.
    #[must_use]
    pub fn with_body(self, content_type: &str, body: Vec<u8>) -> Self {
        let mut this = self.with_header("content-type", content_type.to_owned());
        this.body = body;
        this
    }

    /// The same with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        let mut response = Response::builder().status(self.status);
        for (name, value) in self.headers {
            response = response.header(name, value);
        }
        let body = match String::from_utf8(self.body) {
            Ok(text) if text.is_empty() => Body::Empty,
            Ok(text) => Body::Text(text),
            Err(bytes) => Body::Binary(bytes.into_bytes()),
        };
        response.body(body).unwrap_or_else(|_| {
            let mut plain = Response::new(Body::Empty);
            *plain.status_mut() = lambda_http::http::StatusCode::INTERNAL_SERVER_ERROR;
            plain
        })
    }
}
