//! True answers, made into what nobody should send and somebody may.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What is wrong with a list that otherwise looks like one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spoilt {
    /// Each page is empty and leads to yet another one.
    Endless,
    /// Each page leads to the same one.
    Circle,
    /// Each row stands there twice, the second time with another text.
    Twice,
    /// Six megabytes.
    Huge,
    /// 200, and a page in HTML.
    Html,
    /// Numbers are lists, and texts are numbers.
    WrongTypes,
    /// Booked in the year 9999.
    NoDay,
    /// A currency that does not exist.
    NoCurrency,
    /// A connection whose newest attempt has succeeded in a hundred years.
    NextCentury,
}

/// Six megabytes: more than an answer may have.
const HUGE: usize = 6 << 20;

impl Spoilt {
    /// The answer as it is sent; `call` is its number among all. None: a page in HTML.
    pub(super) fn body(self, text: &str, call: usize) -> Option<String> {
        let mut body: Value = serde_json::from_str(text).unwrap_or_default();
        match self {
            Self::Html => return None,
            Self::Huge => body["meta"]["more"] = "x".repeat(HUGE).into(),
            Self::Endless => body = json!({"data": [], "meta": {"next_id": call.to_string()}}),
            Self::Circle => body["meta"] = json!({"next_id": "1"}),
            Self::Twice => {
                let again = body["data"].clone();
                each(&mut body, |row| row["description"] = "FIRST OF TWO".into());
                if let (Value::Array(rows), Value::Array(again)) = (&mut body["data"], again) {
                    rows.extend(again);
                }
            }
            Self::WrongTypes => each(&mut body, |row| {
                row["amount"] = json!([1]);
                row["made_on"] = 20_260_301.into();
                row["description"] = json!({"text": 7});
            }),
            Self::NoDay => each(&mut body, |row| row["made_on"] = "9999-12-31".into()),
            Self::NoCurrency => each(&mut body, |row| row["currency_code"] = "XQZ".into()),
            Self::NextCentury => {
                body["data"]["last_attempt"]["success_at"] = "2126-03-02T09:00:00Z".into();
            }
        }
        Some(body.to_string())
    }
}

fn each(body: &mut Value, change: impl Fn(&mut Value)) {
    for row in body["data"].as_array_mut().into_iter().flatten() {
        change(row);
    }
}
