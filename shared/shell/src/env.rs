//! Settings: the environment of a function, read once and checked by name.

use std::{collections::BTreeMap, str::FromStr};

use domain::wording::Locale;

/// Why a function refuses to start: one sentence that names the setting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// A setting is not there.
    #[error("{name} is not set: give it in the function's environment in template.yaml")]
    Missing {
        /// The variable.
        name: String,
    },
    /// A setting is there and cannot be used.
    #[error("{name} cannot be used: {why}")]
    Unusable {
        /// The variable, or the field of a secret.
        name: String,
        /// What is wrong with it; never its value.
        why: String,
    },
}

impl StartError {
    /// A setting that cannot be used, and why.
    pub fn unusable(name: impl Into<String>, why: impl std::fmt::Display) -> Self {
        Self::Unusable { name: name.into(), why: why.to_string() }
    }
}

/// The environment of one function.
#[derive(Debug, Clone, Default)]
pub struct Env(BTreeMap<String, String>);

impl Env {
    /// The process's own environment.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn of_process() -> Self {
        Self(std::env::vars().collect())
    }

    /// A setting, where it is set and not empty.
    pub fn find(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A setting that must be there. Errors: [`StartError::Missing`].
    pub fn text(&self, name: &str) -> Result<&str, StartError> {
        self.find(name).ok_or_else(|| StartError::Missing { name: name.to_owned() })
    }

    /// A setting that must be there and be a `T`. Errors: [`StartError`].
    pub fn parse<T>(&self, name: &str) -> Result<T, StartError>
    where
        T: FromStr<Err: std::fmt::Display>,
    {
        self.text(name)?.parse().map_err(|error| StartError::unusable(name, error))
    }
}

impl Env {
    /// A setting that must be one of the languages that we speak. Errors: [`StartError`].
    pub fn locale(&self, name: &str) -> Result<Locale, StartError> {
        match self.text(name)? {
            "en" => Ok(Locale::En),
            "vi" => Ok(Locale::Vi),
            _ => Err(StartError::unusable(name, "give en or vi")),
        }
    }

    /// A setting that must be an absolute address without query, `#` or a slash at the end: something is put
    /// behind it. Errors: [`StartError`].
    pub fn address(&self, name: &str) -> Result<&str, StartError> {
        let text = self.text(name)?;
        let parsed = url::Url::parse(text).ok().filter(|url| {
            ["https", "http"].contains(&url.scheme())
                && url.query().is_none()
                && url.fragment().is_none()
                && !text.ends_with('/')
        });
        let wanted = "give an absolute https address without query and without a slash at the end";
        parsed.map(|_| text).ok_or_else(|| StartError::unusable(name, wanted))
    }
}

impl FromIterator<(String, String)> for Env {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(settings: I) -> Self {
        Self(settings.into_iter().collect())
    }
}
