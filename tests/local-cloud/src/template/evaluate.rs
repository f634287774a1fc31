//! Intrinsics, from a closed list: `Ref`, `GetAtt`, `Sub`, `Join`, `Split`, `If`, `Equals`.

use std::collections::BTreeMap;

use super::Refusal;
use super::physical::Physical;
use super::yaml::{Kind, Node};

/// What names stand for: parameters, conditions, resources and the names of AWS itself.
pub(crate) struct Scope {
    /// Values of the parameters.
    pub(crate) parameters: BTreeMap<String, String>,
    /// Verdicts of the conditions.
    pub(crate) conditions: BTreeMap<String, bool>,
    /// What the resources are called here.
    pub(crate) physical: Physical,
}

const NO_VALUE: &str = "AWS::NoValue";

impl Scope {
    /// The node with every intrinsic replaced; `None` for `AWS::NoValue`.
    pub(crate) fn evaluate(&self, node: &Node) -> Result<Option<Node>, Refusal> {
        let kind = match node.tag.as_deref() {
            None => return self.plain(node).map(Some),
            Some("Ref") if node.text()? == NO_VALUE => return Ok(None),
            Some("Ref") => Kind::Scalar(self.reference(node.text()?, node.line)?),
            Some("GetAtt") => Kind::Scalar(self.attribute(node.text()?, node.line)?),
            Some("Sub") => Kind::Scalar(self.substitute(node)?),
            Some("Join") => Kind::Scalar(self.join(node)?),
            Some("Split") => self.split(node)?,
            Some("If") => return self.choose(node),
            Some(other) => return Err(unsupported(&format!("!{other}"), node.line)),
        };
        Ok(Some(Node { line: node.line, tag: None, kind }))
    }

    /// The verdict of a condition: `!Equals [left, right]`.
    pub(crate) fn condition(&self, node: &Node) -> Result<bool, Refusal> {
        let Some("Equals") = node.tag.as_deref() else {
            return Err(Refusal::at(node.line, "a condition is written as !Equals here"));
        };
        let [left, right] = node.list_items()? else {
            return Err(Refusal::at(node.line, "!Equals takes two values"));
        };
        Ok(self.text(left)? == self.text(right)?)
    }

    fn text(&self, node: &Node) -> Result<String, Refusal> {
        let value = self.evaluate(node)?;
        let value = value.ok_or_else(|| Refusal::at(node.line, "a value is expected here"))?;
        value.text().map(str::to_owned)
    }

    fn plain(&self, node: &Node) -> Result<Node, Refusal> {
        let kind = match &node.kind {
            Kind::Scalar(text) => Kind::Scalar(text.clone()),
            Kind::List(items) => {
                let mut values = Vec::with_capacity(items.len());
                for item in items {
                    values.extend(self.evaluate(item)?);
                }
                Kind::List(values)
            }
            Kind::Map(entries) => {
                let mut values = Vec::with_capacity(entries.len());
                for (name, value) in entries {
                    if name == "Ref" || name.starts_with("Fn::") {
                        return Err(unsupported(&format!("the long form {name}"), value.line));
                    }
                    values.extend(self.evaluate(value)?.map(|value| (name.clone(), value)));
                }
                Kind::Map(values)
            }
        };
        Ok(Node { line: node.line, tag: None, kind })
    }

    fn reference(&self, name: &str, line: usize) -> Result<String, Refusal> {
        if let Some(value) = self.parameters.get(name) {
            return Ok(value.clone());
        }
        self.physical.reference(name).map_err(|what| Refusal::at(line, what))
    }

    fn attribute(&self, path: &str, line: usize) -> Result<String, Refusal> {
        let Some((name, attribute)) = path.split_once('.') else {
            return Err(Refusal::at(line, format!("!GetAtt {path} names no attribute")));
        };
        self.physical.attribute(name, attribute).map_err(|what| Refusal::at(line, what))
    }

    fn substitute(&self, node: &Node) -> Result<String, Refusal> {
        let mut rest = node.text()?;
        let mut out = String::new();
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let Some((name, behind)) = after.split_once('}') else {
                return Err(Refusal::at(node.line, "!Sub opens ${ and does not close it"));
            };
            let value = match name.strip_prefix('!') {
                Some(literal) => format!("${{{literal}}}"),
                None if name.contains('.') => self.attribute(name, node.line)?,
                None => self.reference(name, node.line)?,
            };
            out.push_str(&value);
            rest = behind;
        }
        out.push_str(rest);
        Ok(out)
    }

    fn join(&self, node: &Node) -> Result<String, Refusal> {
        let [separator, parts] = node.list_items()? else {
            return Err(Refusal::at(node.line, "!Join takes a separator and a list"));
        };
        let parts: Result<Vec<_>, _> = parts.list_items()?.iter().map(|p| self.text(p)).collect();
        Ok(parts?.join(separator.text()?))
    }

    fn split(&self, node: &Node) -> Result<Kind, Refusal> {
        let [separator, whole] = node.list_items()? else {
            return Err(Refusal::at(node.line, "!Split takes a separator and a text"));
        };
        let whole = self.text(whole)?;
        let parts = whole.split(separator.text()?);
        let scalar =
            |part: &str| Node { line: node.line, tag: None, kind: Kind::Scalar(part.to_owned()) };
        Ok(Kind::List(parts.map(scalar).collect()))
    }

    fn choose(&self, node: &Node) -> Result<Option<Node>, Refusal> {
        let [condition, yes, no] = node.list_items()? else {
            return Err(Refusal::at(node.line, "!If takes a condition and two values"));
        };
        let name = condition.text()?;
        match self.conditions.get(name) {
            Some(true) => self.evaluate(yes),
            Some(false) => self.evaluate(no),
            None => Err(Refusal::at(condition.line, format!("there is no condition {name}"))),
        }
    }
}

fn unsupported(what: &str, line: usize) -> Refusal {
    let known = "Ref, GetAtt, Sub, Join, Split, If, Equals";
    Refusal::at(line, format!("{what} is not one of the intrinsics that are read here ({known})"))
}
