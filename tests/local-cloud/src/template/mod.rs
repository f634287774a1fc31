//! Reads `template.yaml`: what AWS would build out of it, or the line that it would stumble over.

mod api;
mod evaluate;
mod functions;
mod physical;
mod roles;
mod storage;
#[cfg(test)]
mod tests;
mod yaml;

use std::collections::BTreeMap;

pub(crate) use api::{Api, Cors, Route};
use evaluate::Scope;
pub(crate) use functions::{Function, Source};
use physical::Physical;
pub(crate) use physical::{ACCOUNT, REGION, STACK};
#[cfg(test)]
pub(crate) use roles::Condition;
pub(crate) use roles::Statement;
pub(crate) use storage::{Queue, Secret, Table};
use yaml::{Kind, Node};

use crate::StartError;

/// What is wrong with the template, and on which line.
#[derive(Debug)]
pub(crate) struct Refusal {
    line: usize,
    what: String,
}

impl Refusal {
    /// A refusal of one line.
    pub(crate) fn at(line: usize, what: impl Into<String>) -> Self {
        Self { line, what: what.into() }
    }

    /// The refusal with the file's name.
    pub(crate) fn of(self, file: &str) -> StartError {
        StartError::Template { file: file.to_owned(), line: self.line, what: self.what }
    }
}

/// Everything that the local cloud serves, as the template says it.
#[derive(Debug)]
pub(crate) struct Template {
    /// The gateway: authoriser and CORS.
    pub(crate) api: Api,
    /// The functions, with their routes, queues and schedules.
    pub(crate) functions: Vec<Function>,
    /// The one table.
    pub(crate) table: Table,
    /// The queues, dead letters among them.
    pub(crate) queues: Vec<Queue>,
    /// The secrets.
    pub(crate) secrets: Vec<Secret>,
    /// ARNs of the keys that sign.
    pub(crate) signing_keys: Vec<String>,
}

impl Template {
    /// The value that the functions have for an environment variable, where one has it.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        self.functions.iter().find_map(|function| function.environment.get(name).cloned())
    }
}

/// What the local cloud puts into a template.
pub(crate) struct Given<'a> {
    /// Values of parameters, over the defaults.
    pub(crate) parameters: &'a BTreeMap<String, String>,
    /// Where queues are spoken to.
    pub(crate) queues: String,
}

/// One resource with its intrinsics resolved.
pub(crate) struct Resource {
    /// Its logical id.
    pub(crate) id: String,
    /// Its type.
    pub(crate) kind: String,
    /// The whole resource: Type, Metadata, Properties.
    pub(crate) node: Node,
    /// Its properties.
    pub(crate) properties: Node,
}

/// Reads the template's text.
pub(crate) fn read(text: &str, given: &Given<'_>) -> Result<Template, Refusal> {
    let root = yaml::parse(text)?;
    root.only(&[
        "AWSTemplateFormatVersion",
        "Transform",
        "Description",
        "Parameters",
        "Conditions",
        "Globals",
        "Resources",
        "Outputs",
    ])?;
    let scope = scope(&root, given)?;
    let resources = resources(&root, &scope)?;
    if let Some(outputs) = root.get("Outputs") {
        scope.evaluate(outputs)?;
    }
    let api = api::read(&resources, root.line)?;
    let queues = storage::queues(&resources)?;
    let functions = functions::read(&resources, &api, &queues)?;
    Ok(Template {
        table: storage::table(&resources, root.line)?,
        secrets: storage::secrets(&resources)?,
        signing_keys: storage::signing_keys(&resources)?,
        api,
        functions,
        queues,
    })
}

fn scope(root: &Node, given: &Given<'_>) -> Result<Scope, Refusal> {
    let mut types = BTreeMap::new();
    for (id, resource) in root.need("Resources")?.entries()? {
        types.insert(id.clone(), resource.need("Type")?.text()?.to_owned());
    }
    let physical = Physical { types, queues: given.queues.clone() };
    let parameters = parameters(root, given.parameters)?;
    let mut scope = Scope { parameters, conditions: BTreeMap::new(), physical };
    if let Some(conditions) = root.get("Conditions") {
        for (name, condition) in conditions.entries()? {
            let verdict = scope.condition(condition)?;
            scope.conditions.insert(name.clone(), verdict);
        }
    }
    Ok(scope)
}

fn parameters(
    root: &Node,
    given: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, Refusal> {
    let mut values = BTreeMap::new();
    let declared = root.get("Parameters").map_or(Ok(&[][..]), Node::entries)?;
    for (name, declaration) in declared {
        let default = declaration.get("Default").map(|node| node.text()).transpose()?;
        let value = given.get(name).map(String::as_str).or(default).ok_or_else(|| {
            Refusal::at(declaration.line, format!("parameter {name} has no value"))
        })?;
        if let Some(allowed) = declaration.get("AllowedValues")
            && !allowed.texts()?.iter().any(|one| one == value)
        {
            let what = format!("parameter {name} cannot be {value}");
            return Err(Refusal::at(allowed.line, what));
        }
        values.insert(name.clone(), value.to_owned());
    }
    match given.keys().find(|name| !values.contains_key(*name)) {
        Some(name) => Err(Refusal::at(root.line, format!("there is no parameter {name}"))),
        None => Ok(values),
    }
}

/// All resources, the globals laid under the functions as SAM does.
fn resources(root: &Node, scope: &Scope) -> Result<Vec<Resource>, Refusal> {
    let globals = match root.get("Globals") {
        Some(globals) => {
            globals.only(&["Function"])?;
            scope.evaluate(globals.need("Function")?)?
        }
        None => None,
    };
    let mut resources = Vec::new();
    for (id, node) in root.need("Resources")?.entries()? {
        let kind = node.need("Type")?.text()?.to_owned();
        let evaluated = scope.evaluate(node)?;
        let node = evaluated.ok_or_else(|| Refusal::at(node.line, format!("{id} is nothing")))?;
        node.only(&[
            "Type",
            "Metadata",
            "Properties",
            "DeletionPolicy",
            "UpdateReplacePolicy",
            "DependsOn",
        ])?;
        let mut properties = node.need("Properties")?.clone();
        if kind == "AWS::Serverless::Function"
            && let Some(globals) = &globals
        {
            lay_under(&mut properties, globals)?;
        }
        resources.push(Resource { id: id.clone(), kind, node, properties });
    }
    Ok(resources)
}

fn lay_under(properties: &mut Node, globals: &Node) -> Result<(), Refusal> {
    for (name, value) in globals.entries()? {
        if properties.get(name).is_none()
            && let Kind::Map(entries) = &mut properties.kind
        {
            entries.push((name.clone(), value.clone()));
        }
    }
    Ok(())
}
