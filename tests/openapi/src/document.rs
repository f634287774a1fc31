//! The document: its operations, its references, its schemas.

use std::{collections::BTreeMap, error::Error, fmt};

use serde_json::Value;

use crate::schemas::Schemas;

/// Why a contract cannot be compared with.
#[derive(Debug)]
pub struct Unusable(String);

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Unusable {}

/// The contract as a tree.
pub(crate) struct Document {
    tree: Value,
    pub(crate) schemas: Schemas,
}

/// A place in the document: its JSON pointer and what stands there.
#[derive(Debug, Clone)]
pub(crate) struct Place<'a> {
    pub(crate) pointer: String,
    pub(crate) value: &'a Value,
}

/// One operation, found for a request.
pub(crate) struct Operation<'a> {
    /// `GET /v1/accounts/{id}`
    pub(crate) route: String,
    pub(crate) place: Place<'a>,
    /// Its parameters, those of its path before its own.
    pub(crate) parameters: Vec<Place<'a>>,
    /// The path's parts that stand for parameters, percent-encoded.
    pub(crate) path: BTreeMap<&'a str, String>,
}

impl Document {
    pub(crate) fn read(yaml: &str) -> Result<Self, Unusable> {
        let mut tree =
            serde_yaml_ng::from_str(yaml).map_err(|error| Unusable(error.to_string()))?;
        close(&mut tree);
        let schemas = Schemas::new(&tree).map_err(Unusable)?;
        Ok(Self { tree, schemas })
    }

    /// The operation that this request meets: of two paths that fit, the one with fewer parameters.
    pub(crate) fn operation(&self, method: &str, path: &str) -> Option<Operation<'_>> {
        let paths = self.tree["paths"].as_object()?;
        let method = method.to_ascii_lowercase();
        let fitting = paths.iter().filter_map(|(pattern, item)| {
            Some((pattern, item, item.get(&method)?, fit(pattern, path)?))
        });
        let (pattern, item, value, path) = fitting.min_by_key(|(.., path)| path.len())?;
        let base = format!("/paths/{}", escaped(pattern));
        let mut parameters = Vec::new();
        for (at, owner) in [(base.clone(), item), (format!("{base}/{method}"), value)] {
            let count = owner["parameters"].as_array().map_or(0, Vec::len);
            let of = |n| self.at(format!("{at}/parameters/{n}"));
            parameters.extend((0..count).filter_map(of));
        }
        Some(Operation {
            route: format!("{} {pattern}", method.to_uppercase()),
            place: Place { pointer: format!("{base}/{method}"), value },
            parameters,
            path,
        })
    }

    /// What stands at a pointer, references followed.
    pub(crate) fn at(&self, pointer: String) -> Option<Place<'_>> {
        let value = self.tree.pointer(&pointer)?;
        match value["$ref"].as_str().and_then(|target| target.strip_prefix('#')) {
            Some(target) => self.at(target.to_owned()),
            None => Some(Place { pointer, value }),
        }
    }
}

impl Place<'_> {
    /// The pointer of something below.
    pub(crate) fn below(&self, names: &[&str]) -> String {
        let parts = names.iter().map(|name| format!("/{}", escaped(name)));
        format!("{}{}", self.pointer, parts.collect::<String>())
    }
}

/// A name as a part of a JSON pointer, RFC 6901.
pub(crate) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Objects with listed members have no others, unless their schema says so itself.
fn close(tree: &mut Value) {
    match tree {
        Value::Object(members) => {
            members.values_mut().for_each(close);
            let object = members.get("type").is_some_and(is_object);
            let listed = members.get("properties").is_some_and(Value::is_object);
            if object && listed {
                members.entry("additionalProperties").or_insert(Value::Bool(false));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_object(kind: &Value) -> bool {
    kind == "object" || kind.as_array().is_some_and(|kinds| kinds.iter().any(|one| one == "object"))
}

fn fit<'a>(pattern: &'a str, path: &str) -> Option<BTreeMap<&'a str, String>> {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    let mut parts = BTreeMap::new();
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(parts),
            (Some(wanted), Some(given)) => {
                match wanted.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                    Some(name) if !given.is_empty() => drop(parts.insert(name, given.to_owned())),
                    None if wanted == given => {}
                    Some(_) | None => return None,
                }
            }
            (Some(_), None) | (None, Some(_)) => return None,
        }
    }
}
