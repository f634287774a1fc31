//! Numbers of money as the text that goes out, never as floats.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Number, Value};

/// A JSON number, kept digit for digit as it will be printed: `-23.9`, `1.0e-5`, `1234.5600000000001`.
///
/// An exponent may come with `E` and goes out with `e`; everything else stays as it came.
///
/// Unit: the currency of its account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amount {
    number: Number,
    value: Decimal,
}

/// A text that is not a JSON number, or has more digits than an exact decimal holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAnAmount(String);

impl fmt::Display for NotAnAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a JSON number of up to 28 digits", self.0)
    }
}

impl std::error::Error for NotAnAmount {}

impl Amount {
    /// The amount as a double would be printed: no trailing zeros, at least one decimal.
    #[must_use]
    pub fn of(value: Decimal) -> Self {
        let mut text = value.normalize().to_string();
        if !text.contains('.') {
            text.push_str(".0");
        }
        let number = Number::from_str(&text).unwrap_or_else(|_| Number::from(0));
        Self { number, value }
    }

    /// The exact value.
    #[must_use]
    pub fn value(&self) -> Decimal {
        self.value
    }

    /// The JSON number, digit for digit.
    #[must_use]
    pub fn number(&self) -> Value {
        Value::Number(self.number.clone())
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number.fmt(f)
    }
}

impl FromStr for Amount {
    type Err = NotAnAmount;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || NotAnAmount(text.to_owned());
        let number = Number::from_str(text).map_err(|_| refuse())?;
        let value = Decimal::from_str_exact(text)
            .or_else(|_| Decimal::from_scientific(text))
            .map_err(|_| refuse())?;
        Ok(Self { number, value })
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => text.parse().map_err(serde::de::Error::custom),
            Value::Number(number) => number.to_string().parse().map_err(serde::de::Error::custom),
            other @ (Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) => {
                Err(serde::de::Error::custom(format!("{other} is not an amount")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_goes_out_as_it_came() {
        for (text, value) in [
            ("-23.9", "-23.9"),
            ("1.0e-5", "0.000010"),
            ("1234.5600000000001", "1234.5600000000001"),
            ("0.0", "0.0"),
            ("12345678901234567.89", "12345678901234567.89"),
        ] {
            let amount: Amount = text.parse().unwrap();
            assert_eq!(amount.number().to_string(), text, "{text}");
            assert_eq!(amount.value(), value.parse::<Decimal>().unwrap(), "{text}");
        }
        for text in ["", "twelve", "1,5", "NaN", "+1"] {
            assert!(text.parse::<Amount>().is_err(), "{text}");
        }
        assert_eq!("1.0E-5".parse::<Amount>().unwrap().to_string(), "1.0e-5");
        assert_eq!(Amount::of(Decimal::new(241_220, 2)).to_string(), "2412.2");
        assert_eq!(Amount::of(Decimal::new(100, 0)).to_string(), "100.0");
    }
}
