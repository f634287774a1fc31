//! Money: an exact decimal and a currency, read from text.

use std::{fmt, str::FromStr};

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// What is wrong with a text that should be money.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The text is not a decimal number.
    #[error("not a decimal number")]
    NotANumber,
    /// More digits than an exact decimal of 28 digits can hold.
    #[error("more digits than can be kept exactly")]
    TooManyDigits,
    /// The code is not in ISO 4217.
    #[error("not an ISO 4217 currency code")]
    UnknownCurrency,
    /// Two currencies in one sum.
    #[error("{0} and {1} cannot be added")]
    MixedCurrencies(Currency, Currency),
}

/// An ISO 4217 currency.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// Digits behind the point that this currency's amounts usually have; 0 where ISO 4217 gives none.
    pub fn digits(self) -> u32 {
        self.0.exponent().map_or(0, u32::from)
    }

    /// The three-letter code.
    pub fn code(self) -> &'static str {
        self.0.code()
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        iso_currency::Currency::from_code(text).map(Self).ok_or(MoneyError::UnknownCurrency)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

/// An exact amount of one currency. Unit: the currency itself (`-12.50` is twelve euros fifty going out).
///
/// It has no `Display` and its `Debug` hides the amount: an amount in a log is personal data.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Money {
    amount: Decimal,
    currency: Currency,
}

/// Money as a provider printed it: possibly a double's digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Read {
    /// The amount that we keep.
    pub money: Money,
    /// Whether digits beyond the currency's were noise of a double, and rounded away.
    pub rounded: bool,
}

impl Money {
    /// Nothing, in this currency.
    pub fn zero(currency: Currency) -> Self {
        Self { amount: Decimal::ZERO, currency }
    }

    /// Reads a decimal text, also with an exponent.
    ///
    /// Errors: [`MoneyError::NotANumber`], [`MoneyError::TooManyDigits`].
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        Ok(Self { amount: decimal(text)?, currency })
    }

    /// Reads a number as Salt Edge prints it: digits beyond the currency's are rounded, and flagged,
    /// only when the difference is below 1e-9 of the amount (`1234.5600000000001`); else they are kept.
    ///
    /// Source: `amount` and `balance` of Salt Edge, which are doubles.
    pub fn read(text: &str, currency: Currency) -> Result<Read, MoneyError> {
        let exact = decimal(text)?;
        let near =
            exact.round_dp_with_strategy(currency.digits(), RoundingStrategy::MidpointAwayFromZero);
        let noise = (exact - near).abs();
        let limit = near.abs().checked_mul(Decimal::new(1, 9)).unwrap_or(Decimal::MAX);
        let rounded = !noise.is_zero() && noise < limit;
        let amount = if rounded { near } else { exact };
        Ok(Read { money: Self { amount, currency }, rounded })
    }

    /// The currency.
    pub fn currency(self) -> Currency {
        self.currency
    }

    /// The bare decimal.
    pub fn amount(self) -> Decimal {
        self.amount
    }

    /// The amount as text: no exponent, at least the currency's digits, at most the digits it has.
    pub fn text(self) -> String {
        let mut shown = self.amount.normalize();
        if shown.scale() < self.currency.digits() {
            shown.rescale(self.currency.digits());
        }
        if shown.is_zero() {
            shown.set_sign_positive(true);
        }
        shown.to_string()
    }

    /// The sum. Errors: [`MoneyError::MixedCurrencies`], [`MoneyError::TooManyDigits`].
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, Decimal::checked_add)
    }

    /// The difference. Errors as in [`Money::plus`].
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, Decimal::checked_sub)
    }

    fn combine(
        self,
        other: Self,
        with: fn(Decimal, Decimal) -> Option<Decimal>,
    ) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::MixedCurrencies(self.currency, other.currency));
        }
        let amount = with(self.amount, other.amount).ok_or(MoneyError::TooManyDigits)?;
        Ok(Self { amount, currency: self.currency })
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Money(… {})", self.currency)
    }
}

#[derive(Serialize, Deserialize)]
struct Text {
    amount: String,
    currency: Currency,
}

impl Serialize for Money {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Text { amount: self.text(), currency: self.currency }.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(from)?;
        Self::parse(&text.amount, text.currency).map_err(serde::de::Error::custom)
    }
}

fn decimal(text: &str) -> Result<Decimal, MoneyError> {
    let plain = text.strip_prefix('-').unwrap_or(text);
    if !plain.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(MoneyError::NotANumber);
    }
    let parsed = match text.find(['e', 'E']) {
        Some(_) => Decimal::from_scientific(&text.replace("E+", "E").replace("e+", "e")),
        None => Decimal::from_str_exact(text),
    };
    parsed.map_err(|error| match error {
        rust_decimal::Error::Underflow
        | rust_decimal::Error::ExceedsMaximumPossibleValue
        | rust_decimal::Error::LessThanMinimumPossibleValue
        | rust_decimal::Error::ScaleExceedsMaximumPrecision(_) => MoneyError::TooManyDigits,
        rust_decimal::Error::ErrorString(_) | rust_decimal::Error::ConversionTo(_) => {
            MoneyError::NotANumber
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str) -> Currency {
        code.parse().unwrap()
    }

    #[test]
    fn money_is_read_from_the_digits_that_came() {
        for (text, code, want, rounded) in [
            ("-12.5", "EUR", "-12.50", false),
            ("1234.5600000000001", "EUR", "1234.56", true),
            ("1.0E-5", "EUR", "0.00001", false),
            ("1.25E+2", "EUR", "125.00", false),
            ("1e3", "JPY", "1000", false),
            ("0.1234", "KWD", "0.1234", false),
            ("12345678901234567.89", "EUR", "12345678901234567.89", false),
            ("-0.0", "EUR", "0.00", false),
            ("0.30000000000000004", "EUR", "0.30", true),
            ("100.4", "JPY", "100.4", false),
        ] {
            let read = Money::read(text, currency(code)).unwrap();
            assert_eq!(
                (read.money.text().as_str(), read.rounded),
                (want, rounded),
                "{text} {code}"
            );
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "twelve", "+1", "1,5", "0x10", ".5", "--1", "NaN", "1.2.3"] {
            assert!(Money::parse(text, currency("EUR")).is_err(), "{text}");
        }
        assert_eq!("EURO".parse::<Currency>(), Err(MoneyError::UnknownCurrency));
    }

    #[test]
    fn two_currencies_are_never_added() {
        let [euro, yen] = ["EUR", "JPY"].map(|c| Money::parse("1", currency(c)).unwrap());
        assert!(matches!(euro.plus(yen), Err(MoneyError::MixedCurrencies(..))));
        assert_eq!(euro.plus(euro).unwrap().text(), "2.00");
    }

    #[test]
    fn an_amount_does_not_reach_a_log() {
        let money = Money::parse("77.31", currency("EUR")).unwrap();
        assert!(!format!("{money:?}").contains("77"));
    }
}
