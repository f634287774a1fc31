//! One API request: fault, route, sender, body, handler, record.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::auth::{self, Signed, authenticate};
use super::{Call, route};
use crate::errors::{ApiError, ErrorClass};
use crate::faults::ApiFaultKind;
use crate::record::ApiCall;
use crate::server::reset;
use crate::simulator::Inner;
use crate::world::World;

const BASE: &str = "/api/v6/";
const NOT_FOUND: &str = "<!DOCTYPE html>\n<html><head><title>The page you were looking for doesn't \
    exist (404)</title></head><body><h1>The page you were looking for doesn't exist.</h1></body></html>\n";
const BAD_GATEWAY: &str = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n";

/// An answer before it becomes bytes.
struct Answer {
    status: u16,
    body: Text,
    class: Option<String>,
    signed: bool,
}

enum Text {
    Json(String),
    Html(&'static str),
}

impl Answer {
    fn html(status: u16, text: &'static str) -> Self {
        Self { status, body: Text::Html(text), class: None, signed: false }
    }
}

struct Request {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
}

/// Answers one request below `/api`.
pub(crate) async fn serve(
    State(inner): State<Arc<Inner>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let request = Request { method, uri, headers, body };
    let (answer, fault) = {
        let mut world = inner.world();
        let path = request.uri.path_and_query().map_or("", |path| path.as_str()).to_owned();
        let fault = world.faults.for_call(request.method.as_str(), &path);
        let effect = fault.is_none_or(|(kind, after)| {
            after
                || matches!(
                    kind,
                    ApiFaultKind::Slow(_) | ApiFaultKind::Truncated | ApiFaultKind::Spoilt(_)
                )
        });
        let answer = effect.then(|| answer(&mut world, &inner, &request));
        let fault = fault.map(|(kind, _)| kind);
        let answer = answer.map(|answer| spoilt(answer, fault, world.record.calls.len()));
        let played = fault.map(|kind| fault_answer(&world, kind));
        let shown = played.as_ref().unwrap_or(&answer).as_ref();
        let entry = entry(&request, path, shown, fault, inner.clock.now());
        world.record.calls.push(entry);
        (played.flatten().or(answer), fault)
    };
    match (fault, answer) {
        (Some(ApiFaultKind::NoAnswer), _) => std::future::pending().await,
        (Some(ApiFaultKind::Reset), _) | (_, None) => reset(),
        (Some(ApiFaultKind::Slow(millis)), Some(answer)) => {
            tokio::time::sleep(Duration::from_millis(millis)).await;
            respond(answer, false)
        }
        (fault, Some(answer)) => {
            let retry_after = answer.status == 429 && inner.world().switches.retry_after;
            let mut response = respond(answer, fault == Some(ApiFaultKind::Truncated));
            if retry_after {
                response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(1));
            }
            response
        }
    }
}

/// The true answer, spoilt where that is the fault.
fn spoilt(answer: Answer, fault: Option<ApiFaultKind>, call: usize) -> Answer {
    let (Some(ApiFaultKind::Spoilt(spoilt)), Text::Json(text)) = (fault, &answer.body) else {
        return answer;
    };
    let body = spoilt.body(text, call).map_or(Text::Html(BAD_GATEWAY), Text::Json);
    Answer { body, ..answer }
}

/// What a fault answers in place of the true answer; none where the true answer goes out or nothing does.
fn fault_answer(world: &World, kind: ApiFaultKind) -> Option<Answer> {
    let class = match kind {
        ApiFaultKind::TooManyRequests => ErrorClass::TooManyRequests,
        ApiFaultKind::ServerError => ErrorClass::InternalServerError,
        ApiFaultKind::Error(class) => class,
        ApiFaultKind::BadGateway => return Some(Answer::html(502, BAD_GATEWAY)),
        ApiFaultKind::HtmlNotFound => return Some(Answer::html(404, NOT_FOUND)),
        ApiFaultKind::NoAnswer
        | ApiFaultKind::Slow(_)
        | ApiFaultKind::Spoilt(_)
        | ApiFaultKind::Reset
        | ApiFaultKind::Truncated => return None,
    };
    let error = ApiError::new(class, "A fault that was asked for.");
    Some(error_answer(world, &error, json!({}), false))
}

fn answer(world: &mut World, inner: &Inner, request: &Request) -> Answer {
    let path: Vec<&str> = match request.uri.path().strip_prefix(BASE) {
        Some(rest) => rest.split('/').collect(),
        None => Vec::new(),
    };
    let method = request.method.as_str();
    let Some(handler) = route(method, &path, &world.switches) else {
        return Answer::html(404, NOT_FOUND);
    };
    let now = inner.clock.now();
    let target = request.uri.path_and_query().map_or("", |path| path.as_str());
    let host = auth::header(&request.headers, "host").unwrap_or("localhost");
    let origin = format!("http://{host}");
    let url = format!("{origin}{target}");
    let signed = Signed { method, url: &url, body: &request.body };
    let (client, verified) = match authenticate(world, &request.headers, &signed, now) {
        Ok(known) => known,
        Err(error) => return error_answer(world, &error, json!({}), false),
    };
    let (data, echo) = match read_body(world, request) {
        Ok(read) => read,
        Err(error) => return error_answer(world, &error, json!({}), verified),
    };
    let query: Vec<(String, String)> =
        Query::try_from_uri(&request.uri).map(|Query(pairs)| pairs).unwrap_or_default();
    let call = Call {
        client: &client,
        now,
        path: &path,
        query: &query,
        target,
        origin: &origin,
        data: &data,
    };
    match handler(world, &call) {
        Ok(body) => Answer {
            status: if creates(&request.method, &path) {
                world.switches.created_status
            } else {
                200
            },
            body: Text::Json(body.to_string()),
            class: None,
            signed: verified,
        },
        Err(error) => error_answer(world, &error, echo, verified),
    }
}

/// Customers and connect URLs are made; a consent that is revoked is not.
fn creates(method: &Method, path: &[&str]) -> bool {
    *method == Method::POST && path.last() != Some(&"revoke")
}

/// `data` of the body and the whole body for the echo. A GET's body counts for the signature only.
fn read_body(world: &World, request: &Request) -> Result<(Map<String, Value>, Value), ApiError> {
    let writes = request.method == Method::POST || request.method == Method::PUT;
    if !writes || request.body.is_empty() {
        return Ok((Map::new(), json!({})));
    }
    let body: Value = serde_json::from_slice(&request.body).map_err(|refused| {
        ApiError::new(ErrorClass::JsonParseError, format!("The body is not JSON: {refused}"))
    })?;
    let wrong = |message: &str| ApiError::new(ErrorClass::WrongRequestFormat, message);
    let Value::Object(outer) = &body else { return Err(wrong("The body is not an object.")) };
    let stray = outer.keys().any(|key| key != "data");
    if stray && world.switches.strict_grammar {
        return Err(wrong("Only `data` may stand at the top of the body."));
    }
    match outer.get("data") {
        Some(Value::Object(data)) => Ok((data.clone(), body)),
        _ => Err(wrong("`data` must be an object.")),
    }
}

fn error_answer(world: &World, error: &ApiError, echo: Value, signed: bool) -> Answer {
    let request_id = format!("{:08x}", world.record.calls.len() + 1);
    Answer {
        status: error.class.status(&world.switches),
        body: Text::Json(error.body(&world.switches, echo, &request_id).to_string()),
        class: Some(error.class.name(&world.switches)),
        signed,
    }
}

fn entry(
    request: &Request,
    path: String,
    shown: Option<&Answer>,
    fault: Option<ApiFaultKind>,
    at: jiff::Timestamp,
) -> ApiCall {
    ApiCall {
        at,
        client: auth::header(&request.headers, "app-id").map(str::to_owned),
        method: request.method.to_string(),
        path,
        body: String::from_utf8(request.body.to_vec()).ok().filter(|body| !body.is_empty()),
        status: shown.map(|answer| answer.status),
        class: shown.and_then(|answer| answer.class.clone()),
        fault: fault
            .and_then(|kind| serde_json::to_value(kind).ok())
            .map(|kind| kind.as_str().map_or_else(|| kind.to_string(), str::to_owned)),
        signed: shown.is_some_and(|answer| answer.signed),
    }
}

fn respond(answer: Answer, truncated: bool) -> Response {
    let (kind, mut text) = match answer.body {
        Text::Json(text) => ("application/json; charset=utf-8", text),
        Text::Html(text) => ("text/html; charset=utf-8", text.to_owned()),
    };
    if truncated {
        text.truncate(text.len() / 2);
    }
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    response
}
