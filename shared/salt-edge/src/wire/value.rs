//! Values that Salt Edge writes in more than one way.

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;

/// An id: a JSON string, or a whole number as its own digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Id(pub String);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match Value::deserialize(from)? {
            Value::String(text) => Ok(Self(text)),
            Value::Number(number) => {
                let text = number.to_string();
                if text.bytes().all(|byte| byte.is_ascii_digit()) {
                    Ok(Self(text))
                } else {
                    Err(serde::de::Error::custom("not a whole number"))
                }
            }
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                Err(serde::de::Error::custom("not an id"))
            }
        }
    }
}

/// An amount as its own digits: what stands in the JSON, never a float in between.
#[derive(Clone, PartialEq, Eq)]
pub struct Digits(pub String);

impl<'de> Deserialize<'de> for Digits {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match Value::deserialize(from)? {
            Value::Number(number) => Ok(Self(number.to_string())),
            Value::String(text) => Ok(Self(text)),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                Err(serde::de::Error::custom("not a number"))
            }
        }
    }
}

/// A field that may be missing, null or of another shape: then it is as good as absent.
pub(crate) fn tolerant<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    Ok(serde_json::from_value(Value::deserialize(from)?).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_strings_or_whole_numbers() {
        for (json, want) in [
            (r#""1700780000000000011""#, Some("1700780000000000011")),
            ("1700780000000000011", Some("1700780000000000011")),
            ("98765432109876543210", Some("98765432109876543210")),
            ("1.5", None),
            ("-1", None),
            ("1e3", None),
            ("null", None),
            ("{}", None),
        ] {
            let got = serde_json::from_str::<Id>(json).ok().map(|id| id.0);
            assert_eq!(got.as_deref(), want, "{json}");
        }
    }

    #[test]
    fn amounts_keep_their_digits() {
        for (json, want) in [
            ("-23.9", "-23.9"),
            ("12345678901234567.89", "12345678901234567.89"),
            ("1234.5600000000001", "1234.5600000000001"),
            ("0", "0"),
            ("2412.20", "2412.20"),
            (r#""12.5""#, "12.5"),
        ] {
            assert_eq!(serde_json::from_str::<Digits>(json).unwrap().0, want, "{json}");
        }
        assert_eq!(serde_json::from_str::<Digits>("1.0E-5").unwrap().0.to_lowercase(), "1.0e-5");
    }
}
