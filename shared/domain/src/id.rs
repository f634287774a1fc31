//! Identifiers: each is a type, parsed once, where text comes in.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Text that is not an identifier of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {kind}: expected {shape}")]
pub struct InvalidId {
    /// The kind that was wanted.
    pub kind: &'static str,
    /// What it must look like.
    pub shape: &'static str,
}

/// Crockford's base32 in lower case: no letter that a person could misread.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Bytes as lower-case base32, five bits a letter, most significant first.
pub fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut hold, mut bits) = (0_u32, 0_u32);
    for byte in bytes {
        hold = (hold << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(LETTERS[(hold >> bits & 31) as usize]));
        }
    }
    if bits > 0 {
        text.push(char::from(LETTERS[(hold << (5 - bits) & 31) as usize]));
    }
    text
}

/// Declares an identifier: a prefix (empty for another party's ids), the longest text, the letters.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $max:literal, $legal:expr, $shape:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// What every identifier of this kind starts with.
            pub const PREFIX: &'static str = $prefix;

            /// The text after the prefix.
            pub fn tail(&self) -> &str {
                &self.0[Self::PREFIX.len()..]
            }

            /// The whole text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The identifier that these bytes spell: base32 behind the prefix.
            ///
            /// Bytes longer than the kind allows are cut.
            pub fn from_bytes(bytes: &[u8]) -> Self {
                let mut text = format!("{}{}", Self::PREFIX, base32(bytes));
                text.truncate(Self::PREFIX.len() + $max);
                Self(text)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let legal: fn(u8) -> bool = $legal;
                text.strip_prefix(Self::PREFIX)
                    .filter(|tail| !tail.is_empty() && tail.len() <= $max && tail.bytes().all(legal))
                    .map(|_| Self(text.to_owned()))
                    .ok_or(InvalidId { kind: stringify!($name), shape: $shape })
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        /// By length, then by text: for ids of digits that is the order of the numbers.
        impl Ord for $name {
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                (self.0.len(), &self.0).cmp(&(other.0.len(), &other.0))
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }
    };
}

fn ours(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

fn theirs(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// What request ids are written in: base64 of either alphabet, and what UUIDs and made-up ones need.
fn request(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-+/=.:".contains(&byte)
}

/// Visible ASCII without `#`, which separates the parts of a table key.
fn claim(byte: u8) -> bool {
    byte.is_ascii_graphic() && byte != b'#'
}

id! { /** Our name for one bank link, never Salt Edge's. It survives reconnects and renewals. */
ConnectionId, "con_", 40, ours, "con_ and up to 40 of a-z 0-9" }
id! { /** Our name for one account of one bank link. */
AccountId, "acc_", 60, ours, "acc_ and up to 60 of a-z 0-9" }
id! { /** Our name for one booked transaction. */
TransactionId, "txn_", 60, ours, "txn_ and up to 60 of a-z 0-9" }
id! { /** One version of one statement of an account. It holds both: no look-up is kept. */
StatementId, "stm_", 80, ours, "stm_ and up to 80 of a-z 0-9" }
id! { /** One attempt of a user to link, reconnect or refresh. */
LinkSessionId, "lnk_", 40, ours, "lnk_ and up to 40 of a-z 0-9" }
id! { /** One erasure of a customer; afterwards its receipt. */
ErasureId, "era_", 40, ours, "era_ and up to 40 of a-z 0-9" }
id! { /** Our name for one consent that a user gave. It holds its connection's: no look-up is kept. */
ConsentId, "csn_", 60, ours, "csn_ and up to 60 of a-z 0-9" }
id! { /** The SaaS's own customer of Halite: the `tenant` claim of a token. */
TenantId, "", 64, claim, "1 to 64 visible ASCII characters without #" }
id! { /** The end user, as the SaaS's token names them: the `sub` claim. */
CustomerId, "", 128, claim, "1 to 128 visible ASCII characters without #" }
id! { /** One installation of Halite. Customers at Salt Edge carry it, so that two never mix. */
DeploymentId, "", 32, theirs, "1 to 32 letters, digits, _ or -" }
id! { /** The call, callback or minute that began a piece of work: the gateway's request id, the schedule's event
id, or where neither is known the queue's message id. Says nothing of anybody. */
CorrelationId, "", 128, request, "1 to 128 letters, digits and any of _-+/=.:" }
id! { /** A bank in Salt Edge's catalogue: the provider's `code`. */
InstitutionId, "", 100, theirs, "1 to 100 letters, digits, _ or -" }
id! { /** Salt Edge's id of a connection. */
RemoteConnectionId, "", 32, theirs, "1 to 32 digits" }
id! { /** Salt Edge's id of a customer. */
RemoteCustomerId, "", 32, theirs, "1 to 32 digits" }
id! { /** Salt Edge's id of an account. */
RemoteAccountId, "", 32, theirs, "1 to 32 digits" }
id! { /** Salt Edge's id of a transaction. Grows with import. */
RemoteTransactionId, "", 32, theirs, "1 to 32 digits" }
id! { /** Salt Edge's id of a consent. */
RemoteConsentId, "", 32, theirs, "1 to 32 digits" }
id! { /** Salt Edge's id of an attempt to fetch. */
RemoteAttemptId, "", 32, theirs, "1 to 32 digits" }

impl ConnectionId {
    /// The connection that a link session makes: both have one tail, so one session makes one.
    pub fn of_session(session: &LinkSessionId) -> Self {
        Self(format!("{}{}", Self::PREFIX, session.tail()))
    }

    /// The account that Salt Edge first showed as `remote` under this connection.
    ///
    /// The same pair gives the same id again, and the id holds the connection: no look-up is kept.
    pub fn account(&self, remote: &RemoteAccountId) -> AccountId {
        AccountId::from_bytes_after(self.tail(), &digest(&[self.as_str(), remote.as_str()]))
    }

    /// The account of another currency under an id of Salt Edge's that is one of ours already.
    pub fn account_in(&self, remote: &RemoteAccountId, currency: &str) -> AccountId {
        let parts = [self.as_str(), remote.as_str(), currency];
        AccountId::from_bytes_after(self.tail(), &digest(&parts))
    }

    /// The consent that Salt Edge shows as `remote` under this connection.
    pub fn consent(&self, remote: &RemoteConsentId) -> ConsentId {
        let hash = digest(&["consent", self.as_str(), remote.as_str()]);
        ConsentId(format!("{}{}{}", ConsentId::PREFIX, self.tail(), base32(&hash[..10])))
    }
}

impl ConsentId {
    /// The connection that this consent belongs to; `None` for a text that we never gave out.
    pub fn connection(&self) -> Option<ConnectionId> {
        let tail = self.tail();
        let connection = tail.get(..tail.len().checked_sub(AccountId::HASH)?)?;
        format!("{}{connection}", ConnectionId::PREFIX).parse().ok()
    }
}

impl AccountId {
    const HASH: usize = 16;

    fn from_bytes_after(connection: &str, hash: &[u8]) -> Self {
        Self(format!("{}{connection}{}", Self::PREFIX, base32(&hash[..10])))
    }

    /// The connection that this account belongs to; `None` for a text that we never gave out.
    pub fn connection(&self) -> Option<ConnectionId> {
        let tail = self.tail();
        let connection = tail.get(..tail.len().checked_sub(Self::HASH)?)?;
        format!("{}{connection}", ConnectionId::PREFIX).parse().ok()
    }

    /// The transaction that Salt Edge first showed as `remote` in this account.
    pub fn transaction(&self, remote: &RemoteTransactionId) -> TransactionId {
        TransactionId::from_bytes(&digest(&[self.as_str(), remote.as_str()])[..16])
    }
}

impl AccountId {
    /// An id for a row that cannot have one from Salt Edge's: an announced one, or one whose id is taken.
    pub fn apart(&self, what: &str) -> TransactionId {
        TransactionId::from_bytes(&digest(&[self.as_str(), what])[..16])
    }
}

impl StatementId {
    /// Digits of the number and of the version.
    const PLACE: (usize, usize) = (5, 3);

    /// This version of the statement of this number.
    pub fn of(account: &AccountId, number: u32, version: u32) -> Self {
        let (numbers, versions) = Self::PLACE;
        Self(format!("{}{}{number:0numbers$}{version:0versions$}", Self::PREFIX, account.tail()))
    }

    /// The account, and the number and version; none for a text that we never gave out.
    pub fn account(&self) -> Option<(AccountId, (u32, u32))> {
        let tail = self.tail();
        let (rest, version) = tail.split_at_checked(tail.len().checked_sub(Self::PLACE.1)?)?;
        let (account, number) = rest.split_at_checked(rest.len().checked_sub(Self::PLACE.0)?)?;
        let account = format!("{}{account}", AccountId::PREFIX).parse().ok()?;
        Some((account, (number.parse().ok()?, version.parse().ok()?)))
    }
}

/// SHA-256 over the parts, each ended by a byte that no identifier holds.
pub(crate) fn digest(parts: &[&str]) -> Vec<u8> {
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    for part in parts {
        context.update(part.as_bytes());
        context.update(&[0]);
    }
    context.finish().as_ref().to_vec()
}

/// SHA-256 in lower-case hexadecimal.
pub(crate) fn hex_digest(bytes: &[u8]) -> String {
    let hash = ring::digest::digest(&ring::digest::SHA256, bytes);
    hash.as_ref()
        .iter()
        .flat_map(|byte| {
            [byte >> 4, byte & 15].map(|half| char::from_digit(u32::from(half), 16).unwrap_or('0'))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_parsed_once_and_by_kind() {
        for (text, good) in [
            ("con_01arz3", true),
            ("acc_01arz3", false),
            ("con_", false),
            ("con_UPPER", false),
            ("con_a#b", false),
            ("", false),
        ] {
            assert_eq!(text.parse::<ConnectionId>().is_ok(), good, "{text}");
        }
    }

    #[test]
    fn an_account_knows_its_connection() {
        let connection = ConnectionId::from_bytes(&[7; 15]);
        let account = connection.account(&"1700780000000000011".parse().unwrap());
        assert_eq!(account.connection().as_ref(), Some(&connection));
        assert_eq!("acc_short".parse::<AccountId>().unwrap().connection(), None);
        let consent = connection.consent(&"1400560000000000003".parse().unwrap());
        assert_eq!(consent.connection().as_ref(), Some(&connection));
        assert_eq!("csn_short".parse::<ConsentId>().unwrap().connection(), None);
    }

    #[test]
    fn ids_of_digits_sort_as_numbers() {
        let [small, large] = ["999", "1000"].map(|t| t.parse::<RemoteTransactionId>().unwrap());
        assert!(small < large);
    }
}
