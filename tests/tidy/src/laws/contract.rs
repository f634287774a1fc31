//! The codes of errors and next steps are API: one enum each, and the same list in the contract.

use syn::Item;

use crate::{Fault, Tree, rust, yaml};

const CONTRACT: &str = "infra/openapi.yaml";

/// A list of the contract and the enum behind it.
struct Codes {
    list: &'static [&'static str],
    room: &'static str,
    name: &'static str,
}

const CODES: &[Codes] = &[
    Codes {
        list: &["components", "schemas", "ErrorCode", "enum"],
        room: "shared/shell/src/",
        name: "Code",
    },
    Codes {
        list: &["components", "schemas", "NextAction", "properties", "code", "enum"],
        room: "shared/domain/src/",
        name: "NextAction",
    },
];

/// Every error code and every next action is in the contract's list, and the other way round.
pub fn contract_lists_every_code(tree: &Tree) -> Vec<Fault> {
    CODES
        .iter()
        .flat_map(|codes| compare(tree, codes).unwrap_or_else(|fault| vec![fault]))
        .collect()
}

fn compare(tree: &Tree, codes: &Codes) -> Result<Vec<Fault>, Fault> {
    let contract = yaml::parse(CONTRACT, tree.text(CONTRACT))?;
    let listed = contract.path(codes.list);
    let (file, variants) = variants(tree, codes)?;
    let mut faults = Vec::new();
    for (line, code) in &variants {
        if !listed.texts().contains(code) {
            let what = format!("{code} is not in {CONTRACT} ({}): add it", codes.list.join("."));
            faults.push(Fault::at(file, *line, what));
        }
    }
    for item in &listed.items {
        if !variants.iter().any(|(_, code)| *code == item.text) {
            let what = format!("{} is no {} of {file}: remove it", item.text, codes.name);
            faults.push(Fault::at(CONTRACT, item.line, what));
        }
    }
    Ok(faults)
}

/// The file of an enum, and its variants with their lines, as they are written in JSON.
type Variants<'a> = (&'a str, Vec<(usize, String)>);

fn variants<'a>(tree: &'a Tree, codes: &Codes) -> Result<Variants<'a>, Fault> {
    for (path, text) in tree.rust(&[codes.room]) {
        let file = rust::tree(path, text)?;
        let mut enums = file.items.iter().filter_map(|item| {
            let Item::Enum(one) = item else { return None };
            Some(one)
        });
        if let Some(found) = enums.find(|one| one.ident == codes.name) {
            let variants = found.variants.iter().map(|variant| {
                let line = variant.ident.span().start().line;
                (line, rust::snake_case(&variant.ident.to_string()))
            });
            return Ok((path, variants.collect()));
        }
    }
    let what = format!("there is no enum {}: tell tests/tidy where it went", codes.name);
    Err(Fault::at(codes.room, 1, what))
}
