//! Personal data and secrets: types that cannot be printed.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Text about a person: an IBAN, a name, an e-mail, a description. It has no `Display`, its `Debug`
/// hides it; it is read through [`Personal::reveal`], which is easy to search for.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Personal(String);

impl Personal {
    /// The text itself. For the provider, the table and the owner's own answer; never for a log.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Personal {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Personal {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Personal(…)")
    }
}
