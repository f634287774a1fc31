//! An exchange that is as documented passes; with one thing changed it is told by route, status and place.

use std::{collections::BTreeMap, sync::LazyLock};

use openapi::{Contract, Exchange, Part};
use serde_json::{Value, json};

const CONTRACT: &str = r##"
openapi: 3.1.1
paths:
  /things/own: { get: { responses: { "200": { description: Ours. } } } }
  /things/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: string, pattern: "^thg_" } }]
    put:
      parameters:
        - { name: limit, in: query, schema: { type: integer, maximum: 10 } }
        - { name: If-Match, in: header, required: true, schema: { type: string, maxLength: 5 } }
      requestBody:
        required: true
        content: { application/json: { schema: { $ref: "#/components/schemas/Thing" } } }
      responses:
        "200":
          headers: { request-id: { required: true, schema: { type: string } } }
          content: { application/json: { schema: { $ref: "#/components/schemas/Thing" } } }
        "404": { $ref: "#/components/responses/None" }
components:
  responses:
    None: { content: { application/problem+json: { schema: { type: object } } } }
  schemas:
    Thing:
      type: object
      required: [amount, at]
      properties:
        amount: { oneOf: [{ $ref: "#/components/schemas/Amount" }, { type: "null" }] }
        at: { type: string, format: date-time }
    Amount: { type: object, required: [value], properties: { value: { type: string } } }
"##;

static SAMPLE: LazyLock<Contract> = LazyLock::new(|| {
    Contract::read(CONTRACT).unwrap_or_else(|error| panic!("the sample: {error}"))
});

/// One exchange that owns what it is made of.
#[derive(Clone)]
struct Sample {
    method: &'static str,
    path: &'static str,
    query: &'static str,
    sent: (BTreeMap<String, String>, Vec<u8>),
    status: u16,
    answered: (BTreeMap<String, String>, Vec<u8>),
}

fn headers(list: &[(&str, &str)]) -> BTreeMap<String, String> {
    list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn bytes(body: &Value) -> Vec<u8> {
    body.to_string().into_bytes()
}

fn good() -> Sample {
    let thing = bytes(&json!({"amount": {"value": "1.00"}, "at": "2026-03-02T09:00:00Z"}));
    let json = ("content-type", "application/json");
    Sample {
        method: "PUT",
        path: "/things/thg_1",
        query: "limit=10",
        sent: (headers(&[json, ("if-match", "v1")]), thing.clone()),
        status: 200,
        answered: (headers(&[json, ("request-id", "r"), ("vary", "origin")]), thing),
    }
}

fn told(sample: &Sample) -> String {
    let part = |(headers, body): &'_ (BTreeMap<String, String>, Vec<u8>)| {
        let (headers, body) = (headers.clone(), body.clone());
        (headers, body.leak() as &[u8])
    };
    let (sent, answered) = (part(&sample.sent), part(&sample.answered));
    let exchange = Exchange {
        method: sample.method,
        path: sample.path,
        query: sample.query,
        sent: Part { headers: sent.0, body: sent.1 },
        status: sample.status,
        answered: Part { headers: answered.0, body: answered.1 },
    };
    SAMPLE.faults(&exchange).join("\n")
}

#[test]
fn what_is_documented_passes() {
    assert_eq!(told(&good()), "");
    let refused = Sample {
        sent: (BTreeMap::new(), b"no JSON".to_vec()),
        status: 404,
        answered: (
            headers(&[
                ("content-type", "application/problem+json"),
                ("request-id", "r"),
                ("cache-control", "no-store"),
            ]),
            b"{}".to_vec(),
        ),
        ..good()
    };
    // The headers of a problem belong to every route; the sample does not list them.
    assert!(!told(&refused).contains("accepted"), "{}", told(&refused));
    let nowhere = Sample {
        path: "/elsewhere",
        status: 404,
        answered: (BTreeMap::new(), br#"{"message":"Not Found"}"#.to_vec()),
        ..good()
    };
    assert_eq!(told(&nowhere), "");
}

/// What is changed in the good exchange, and what is told about it.
type Row = (fn(&mut Sample), &'static str);

#[test]
fn what_is_not_documented_is_told() {
    let table: &[Row] = &[
        (|s| s.status = 201, "PUT /things/{id} 201: this status is not documented"),
        (|s| s.method = "POST", "POST /things/thg_1 200: the contract has no such route"),
        (|s| s.path = "/nothing", "PUT /nothing 200: the contract has no such route"),
        (
            |s| {
                s.answered.1 =
                    bytes(&json!({"amount": {"value": 1}, "at": "2026-03-02T09:00:00Z"}));
            },
            "PUT /things/{id} 200: /amount/value want string, but got number",
        ),
        (
            |s| s.answered.1 = bytes(&json!({"amount": null, "at": "yesterday"})),
            "200: /at 'yesterday' is not valid date-time",
        ),
        (
            |s| {
                s.answered.1 =
                    bytes(&json!({"amount": null, "at": "2026-03-02T09:00:00Z", "x": 1}));
            },
            "200:  additionalProperties 'x' not allowed",
        ),
        (|s| s.answered.1 = bytes(&json!({"amount": null})), "missing properties 'at'"),
        (|s| s.answered.1 = b"<html>".to_vec(), "the body is no JSON"),
        (|s| drop(s.answered.0.remove("request-id")), "the header request-id is missing"),
        (|s| s.answered.0.extend(headers(&[("x-secret", "1")])), "x-secret is not documented"),
        (
            |s| s.answered.0.extend(headers(&[("content-type", "text/html")])),
            "the content type \"text/html\" is not documented",
        ),
        (|s| s.path = "/things/acc_1", "it was accepted, and path id"),
        (|s| s.query = "limit=11", "it was accepted, and query limit"),
        (|s| s.query = "limit=ten", "it was accepted, and query limit"),
        (|s| s.query = "offset=1", "query offset is not documented"),
        (|s| drop(s.sent.0.remove("if-match")), "header If-Match is required"),
        (|s| s.sent.1.clear(), "the body is required"),
        (|s| s.sent.1 = bytes(&json!({"at": 1})), "it was accepted, and body"),
        (|s| drop(s.sent.0.remove("content-type")), "content type \"\" is not documented"),
        (|s| (s.method, s.path) = ("GET", "/things/own"), "a body is answered where none"),
    ];
    for (change, words) in table {
        let mut sample = good();
        change(&mut sample);
        assert!(told(&sample).contains(words), "expected {words:?}, told:\n{}", told(&sample));
    }
}

/// Whoever edits the contract breaks no reference and no schema of it.
#[test]
fn the_project_has_a_contract() {
    let nothing = Exchange {
        method: "GET",
        path: "/healthz",
        query: "",
        sent: Part::default(),
        status: 418,
        answered: Part::default(),
    };
    let told = Contract::project().faults(&nothing).join("\n");
    assert!(told.contains("GET /healthz 418: this status is not documented"), "{told}");
}
