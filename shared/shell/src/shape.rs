//! JSON of a caller read into a route's shape; what does not fit is told in our own words, by its place.

use std::fmt;

use serde::{
    Deserializer,
    de::{
        DeserializeOwned, IntoDeserializer, Unexpected, Visitor,
        value::{MapDeserializer, SeqDeserializer},
    },
    forward_to_deserialize_any,
};
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

use crate::{
    code::Code,
    problem::{FieldError, Problem},
};

/// Reads a tree into the shape of a route. Errors: the first place that does not fit, by its pointer.
pub(crate) fn read<T: DeserializeOwned>(tree: Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(Tree(tree)).map_err(|error| {
        let (path, misfit) = (error.path().clone(), error.into_inner());
        misfit.at(&path)
    })
}

/// Bytes that are no JSON, by the place at which they end to be.
pub(crate) fn malformed(error: &serde_json::Error) -> Problem {
    let place = format!("line {}, column {}", error.line(), error.column());
    Problem::new(Code::MalformedJson).with_detail(format!("The body is not JSON: see {place}."))
}

/// What does not fit. Never holds what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Misfit {
    /// A member that must be there is not.
    Missing(&'static str),
    /// A member that this route does not have.
    Unknown(String),
    /// Something else is wanted here.
    Wanted(String),
}

impl Misfit {
    fn at(self, path: &Path) -> Problem {
        let place = pointer(path);
        let (code, place, detail) = match self {
            Self::Missing(name) => {
                let place = format!("{place}/{name}");
                (Code::MissingField, place, String::from("This field must be given."))
            }
            Self::Unknown(name) => {
                // The name is part of the path already where the path knows it.
                let member = format!("/{}", escaped(&name));
                let place = if place.ends_with(&member) { place } else { place + &member };
                (Code::UnknownField, place, String::from("There is no such field here."))
            }
            Self::Wanted(what) => (Code::InvalidField, place, format!("Expected {what}.")),
        };
        Problem::new(code).with_errors(vec![FieldError::new(place, detail)])
    }
}

/// RFC 6901.
fn pointer(path: &Path) -> String {
    let parts = path.iter().map(|segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", escaped(key)),
        Segment::Enum { .. } | Segment::Unknown => String::new(),
    });
    parts.collect()
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Misfit {}

impl serde::de::Error for Misfit {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::Wanted(String::from("a value of the documented form"))
    }

    fn invalid_type(_: Unexpected<'_>, wanted: &dyn serde::de::Expected) -> Self {
        Self::custom(wanted)
    }

    fn invalid_value(_: Unexpected<'_>, wanted: &dyn serde::de::Expected) -> Self {
        Self::custom(wanted)
    }

    fn unknown_variant(_: &str, known: &'static [&'static str]) -> Self {
        Self::Wanted(format!("one of: {}", known.join(", ")))
    }

    fn unknown_field(name: &str, _: &'static [&'static str]) -> Self {
        Self::Unknown(name.to_owned())
    }

    fn missing_field(name: &'static str) -> Self {
        Self::Missing(name)
    }
}

/// A tree that says by itself what was wanted of it: serde's own text is for developers of Rust.
struct Tree(Value);

impl IntoDeserializer<'_, Misfit> for Tree {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

fn wanted<T>(what: &str) -> Result<T, Misfit> {
    Err(Misfit::Wanted(what.to_owned()))
}

impl<'de> Deserializer<'de> for Tree {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(yes) => visitor.visit_bool(yes),
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => visitor.visit_u64(number),
                (None, Some(number)) => visitor.visit_i64(number),
                (None, None) => wanted("a whole number"),
            },
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => {
                visitor.visit_seq(SeqDeserializer::new(items.into_iter().map(Self)))
            }
            Value::Object(members) => {
                let members = members.into_iter().map(|(name, value)| (name, Self(value)));
                visitor.visit_map(MapDeserializer::new(members))
            }
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if self.0.is_boolean() { self.deserialize_any(visitor) } else { wanted("true or false") }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if self.0.is_string() { self.deserialize_any(visitor) } else { wanted("a text") }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.deserialize_str(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if self.0.is_array() { self.deserialize_any(visitor) } else { wanted("a list") }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if self.0.is_object() { self.deserialize_any(visitor) } else { wanted("an object") }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        let Value::String(text) = self.0 else {
            return Err(serde::de::Error::unknown_variant("", known));
        };
        visitor.visit_enum(text.into_deserializer())
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple
        tuple_struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read into")]
    struct Shape {
        name: String,
        kind: Option<Kind>,
        #[serde(default)]
        present: bool,
        #[serde(default, rename = "a/b~c")]
        inner: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        First,
        LastOne,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read into")]
    struct Inner {
        count: u8,
    }

    #[test]
    fn a_misfit_is_named_by_its_place_in_our_own_words() {
        for (tree, want) in [
            (json!([]), "invalid_field  Expected an object."),
            (json!({}), "missing_field /name This field must be given."),
            (json!({"name": 7}), "invalid_field /name Expected a text."),
            (json!({"name": null}), "invalid_field /name Expected a text."),
            (
                json!({"name": "x", "present": "yes"}),
                "invalid_field /present Expected true or false.",
            ),
            (
                json!({"name": "x", "kind": "HUSH"}),
                "invalid_field /kind Expected one of: first, last_one.",
            ),
            (
                json!({"name": "x", "kind": {}}),
                "invalid_field /kind Expected one of: first, last_one.",
            ),
            (json!({"name": "x", "a~/": 1}), "unknown_field /a~0~1 There is no such field here."),
            (json!({"name": "x", "a/b~c": {}}), "invalid_field /a~1b~0c Expected a list."),
            (
                json!({"name": "x", "a/b~c": [{"count": 1}, {}]}),
                "missing_field /a~1b~0c/1/count This field must be given.",
            ),
            (
                json!({"name": "x", "a/b~c": [{"count": 999}]}),
                "invalid_field /a~1b~0c/0/count Expected a value of the documented form.",
            ),
            (
                json!({"name": "x", "a/b~c": [{"count": 1, "d": 1}]}),
                "unknown_field /a~1b~0c/0/d There is no such field here.",
            ),
        ] {
            let told = read::<Shape>(tree.clone()).unwrap_err().told();
            assert_eq!(told, want, "{tree}");
        }
        let good =
            json!({"name": "x", "kind": "last_one", "present": true, "a/b~c": [{"count": 3}]});
        assert!(read::<Shape>(good).is_ok());
    }
}
