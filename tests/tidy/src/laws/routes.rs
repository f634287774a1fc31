//! One list of routes, written three times because three readers need it: the gateway's template, the
//! public contract, and the function that answers.

use std::collections::BTreeMap;

use syn::{Expr, Item, Pat, visit::Visit};

use crate::{
    Fault, Tree, rust,
    yaml::{self, Node},
};

const TEMPLATE: &str = "template.yaml";
const CONTRACT: &str = "infra/openapi.yaml";
const METHODS: &[&str] = &["get", "post", "put", "patch", "delete", "head", "options"];

/// Routes by `GET /v1/accounts/{id}`.
type Routes = BTreeMap<String, Route>;

#[derive(Debug)]
struct Route {
    file: String,
    line: usize,
    function: String,
    /// Who may call; none where a list does not say.
    access: Option<String>,
}

/// Every route of the template is one of the contract and one of its function's `ROUTES`, with the same
/// scope, and the other way round; and a function that sorts calls by route has an arm for each.
pub fn routes_are_the_same_everywhere(tree: &Tree) -> Vec<Fault> {
    match (template(tree), contract(tree), handlers(tree)) {
        (Ok(template), Ok(contract), Ok((handlers, mut faults))) => {
            faults.extend(missing(&template, &contract, CONTRACT));
            faults.extend(missing(&contract, &template, TEMPLATE));
            faults.extend(missing(&template, &handlers, "the ROUTES of its function"));
            faults.extend(missing(&handlers, &template, TEMPLATE));
            faults.extend(different(&template, &contract));
            faults.extend(different(&handlers, &template));
            faults
        }
        (Err(fault), ..) | (_, Err(fault), _) | (.., Err(fault)) => vec![fault],
    }
}

fn missing(from: &Routes, other: &Routes, name: &str) -> Vec<Fault> {
    let lost = from.iter().filter(|(key, _)| !other.contains_key(*key));
    let what = |key: &str| format!("{key} is not in {name}: add it there or remove it here");
    lost.map(|(key, route)| Fault::at(&route.file, route.line, what(key))).collect()
}

fn different(ours: &Routes, theirs: &Routes) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (key, our) in ours {
        let Some(their) = theirs.get(key) else { continue };
        let place = format!("{}:{}", their.file, their.line);
        let mut compare = |what: &str, a: &str, b: &str| {
            if a != b {
                let what = format!("{key}: the {what} here is {a}, in {place} it is {b}");
                faults.push(Fault::at(&our.file, our.line, what));
            }
        };
        compare("function", &our.function, &their.function);
        if let (Some(a), Some(b)) = (&our.access, &their.access) {
            compare("access", a, b);
        }
    }
    faults
}

/// The `HttpApi` events of the template's functions.
fn template(tree: &Tree) -> Result<Routes, Fault> {
    let template = yaml::parse(TEMPLATE, tree.text(TEMPLATE))?;
    let mut routes = Routes::new();
    for (id, resource) in &template.get("Resources").entries {
        let folder = resource.path(&["Properties", "CodeUri"]).text.clone();
        let function = folder.trim_start_matches("functions/").to_owned();
        for (_, event) in &resource.path(&["Properties", "Events"]).entries {
            if event.get("Type").text != "HttpApi" {
                continue;
            }
            let route = event.get("Properties");
            let key = format!("{} {}", route.get("Method").text, route.get("Path").text);
            let line = route.get("Path").line.max(event.line);
            let access = access_of_event(route.get("Auth"), line)?;
            let (file, function) = (TEMPLATE.to_owned(), function.clone());
            let route = Route { file, line, function, access: Some(access) };
            if routes.insert(key.clone(), route).is_some() {
                return Err(Fault::at(TEMPLATE, line, format!("{key} of {id} is there twice")));
            }
        }
    }
    Ok(routes)
}

fn access_of_event(auth: &Node, line: usize) -> Result<String, Fault> {
    let scopes = auth.get("AuthorizationScopes").texts();
    match (auth.get("Authorizer").text.as_str(), scopes.as_slice()) {
        ("NONE", []) => Ok("public".to_owned()),
        (_, [scope]) => Ok(format!("scope {scope}")),
        _ => {
            let what = "say who may call: exactly one scope, or Authorizer: NONE";
            Err(Fault::at(TEMPLATE, line, what))
        }
    }
}

/// The operations of the contract.
fn contract(tree: &Tree) -> Result<Routes, Fault> {
    let contract = yaml::parse(CONTRACT, tree.text(CONTRACT))?;
    let mut routes = Routes::new();
    for (path, item) in &contract.get("paths").entries {
        for (method, operation) in &item.entries {
            if METHODS.contains(&method.as_str()) {
                let (file, line) = (CONTRACT.to_owned(), operation.line);
                let access = Some(access_of_operation(operation)?);
                let function = operation.get("x-halite-function").text.clone();
                let key = format!("{} {path}", method.to_uppercase());
                routes.insert(key, Route { file, line, function, access });
            }
        }
    }
    Ok(routes)
}

/// What Salt Edge signs is public at the gateway: the function itself checks the signature.
fn access_of_operation(operation: &Node) -> Result<String, Fault> {
    let security = operation.get("security");
    let halite = security.items.iter().map(|scheme| scheme.get("halite"));
    let scopes: Vec<String> = halite.flat_map(Node::texts).collect();
    match (security.is_there(), scopes.as_slice()) {
        (true, []) => Ok("public".to_owned()),
        (true, [scope]) => Ok(format!("scope {scope}")),
        _ => {
            let what = "say who may call: security with exactly one scope of halite, or []";
            Err(Fault::at(CONTRACT, operation.line, what))
        }
    }
}

/// The `ROUTES` of the functions, and faults of those whose `match` does not name them all.
fn handlers(tree: &Tree) -> Result<(Routes, Vec<Fault>), Fault> {
    let (mut routes, mut faults) = (Routes::new(), Vec::new());
    for package in tree.packages().iter().filter(|one| one.folder.starts_with("functions/")) {
        let path = format!("{}/src/lib.rs", package.folder);
        let file = rust::tree(&path, tree.text(&path))?;
        let mut arms = Arms::default();
        arms.visit_file(&file);
        for (line, key) in listed(&file) {
            if !arms.0.is_empty() && !arms.0.contains(&key) {
                let what = format!("{key} has no arm in the match below: nobody answers it");
                faults.push(Fault::at(&path, line, what));
            }
            let (file, function) = (path.clone(), package.name.clone());
            routes.insert(key, Route { file, line, function, access: None });
        }
    }
    Ok((routes, faults))
}

/// The texts of `pub const ROUTES`, with their lines.
fn listed(file: &syn::File) -> Vec<(usize, String)> {
    let mut consts = file.items.iter().filter_map(|item| {
        let Item::Const(one) = item else { return None };
        Some(one)
    });
    let routes = consts.find(|one| one.ident == "ROUTES").map(|one| &*one.expr);
    let Some(Expr::Reference(reference)) = routes else { return Vec::new() };
    let Expr::Array(array) = &*reference.expr else { return Vec::new() };
    array.elems.iter().filter_map(text_of).collect()
}

fn text_of(expr: &Expr) -> Option<(usize, String)> {
    let Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = expr else { return None };
    Some((text.span().start().line, text.value()))
}

/// The texts that the arms of a `match` name.
#[derive(Default)]
struct Arms(Vec<String>);

impl<'ast> Visit<'ast> for Arms {
    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        if let Pat::Lit(syn::PatLit { lit: syn::Lit::Str(text), .. }) = &arm.pat {
            self.0.push(text.value());
        }
        syn::visit::visit_arm(self, arm);
    }
}
