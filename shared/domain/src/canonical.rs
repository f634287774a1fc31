//! JSON of which there is one text only, so that a hash of it means what it says.

use serde_json::Value;

/// The canonical form of RFC 8785: members in the order of their names, no white space. Numbers stay as they were
/// written, where the RFC goes through a float; what is signed here has whole numbers and names in ASCII.
pub fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            let members = members.iter().map(|(name, value)| {
                format!("{}:{}", Value::from(name.as_str()), canonical(value))
            });
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(","))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_has_one_text() {
        for (sent, text) in [
            (r#"{"b":[1,"é\n\""],"a":null}"#, r#"{"a":null,"b":[1,"é\n\""]}"#),
            (r#" { "a" : { "d" : 1.50, "c" : [ ] } } "#, r#"{"a":{"c":[],"d":1.50}}"#),
            (r#""\u00e9\u000a""#, "\"é\\n\""),
        ] {
            assert_eq!(canonical(&serde_json::from_str(sent).unwrap()), text, "{sent}");
        }
    }
}
