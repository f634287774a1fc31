//! The document's schemas, compiled once.

use std::collections::BTreeMap;

use boon::{Compiler, Draft, ErrorKind, SchemaIndex, ValidationError};
use serde_json::Value;

use crate::document::escaped;

/// Where the document pretends to be, so that references inside it lead somewhere.
const HERE: &str = "https://halite.invalid/openapi.json";
/// The longest message, in characters: a value may be a whole document.
const SHOWN: usize = 300;

/// Compiled schemas by their pointers.
pub(crate) struct Schemas {
    compiled: boon::Schemas,
    places: BTreeMap<String, SchemaIndex>,
}

impl Schemas {
    /// Compiles every schema of a parameter, header or body. Errors: names the schema that is none.
    pub(crate) fn new(tree: &Value) -> Result<Self, String> {
        let mut reader = Compiler::new();
        reader.set_default_draft(Draft::V2020_12);
        reader.enable_format_assertions();
        reader.add_resource(HERE, tree.clone()).map_err(|error| error.to_string())?;
        let (mut compiled, mut places) = (boon::Schemas::new(), BTreeMap::new());
        for pointer in pointers(tree) {
            let fragment = pointer.replace('{', "%7B").replace('}', "%7D");
            let index = reader
                .compile(&format!("{HERE}#{fragment}"), &mut compiled)
                .map_err(|error| format!("{pointer}: {error:#}"))?;
            places.insert(pointer, index);
        }
        Ok(Self { compiled, places })
    }

    /// What is wrong with a value under the schema at this pointer, each with the place inside the value.
    pub(crate) fn faults(&self, pointer: &str, value: &Value) -> Vec<String> {
        let Some(index) = self.places.get(pointer) else {
            return vec![format!("no schema is documented at {pointer}")];
        };
        let Err(error) = self.compiled.validate(value, *index) else { return Vec::new() };
        let mut faults: Vec<String> = leaves(&error).into_iter().map(told).collect();
        faults.dedup();
        faults
    }
}

/// Where the schemas are that an exchange meets.
fn pointers(tree: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(&tree["paths"], "/paths", &mut found);
    for kind in ["parameters", "requestBodies", "responses", "headers"] {
        collect(&tree["components"][kind], &format!("/components/{kind}"), &mut found);
    }
    found
}

fn collect(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let below = format!("{at}/{}", escaped(name));
                match name.as_str() {
                    "schema" => found.push(below),
                    "example" | "examples" => {}
                    _ => collect(member, &below, found),
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &format!("{at}/{index}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The causes at the bottom; of a choice, those of the branch that came furthest into the value.
fn leaves<'e, 's, 'v>(error: &'e ValidationError<'s, 'v>) -> Vec<&'e ValidationError<'s, 'v>> {
    let below = error.causes.iter().map(leaves);
    if error.causes.is_empty() {
        vec![error]
    } else if matches!(error.kind, ErrorKind::OneOf(_) | ErrorKind::AnyOf) {
        below.max_by_key(deepest).unwrap_or_default()
    } else {
        below.flatten().collect()
    }
}

fn deepest(branch: &Vec<&ValidationError<'_, '_>>) -> usize {
    branch.iter().map(|one| one.instance_location.tokens.len()).max().unwrap_or(0)
}

fn told(error: &ValidationError<'_, '_>) -> String {
    let text: String = error.kind.to_string().chars().take(SHOWN).collect();
    format!("{} {text}", error.instance_location)
}
