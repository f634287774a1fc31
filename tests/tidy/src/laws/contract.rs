//! The codes of errors and next steps are API: one enum each, and the same list in the contract.

use syn::Item;

use crate::{Fault, Tree, rust, yaml};

const CONTRACT: &str = "infra/openapi.yaml";

/// A list of the contract and the enum behind it.
struct Codes {
    list: &'static [&'static str],
    file: &'static str,
    name: &'static str,
}

const CODES: &[Codes] = &[
    Codes {
        list: &["components", "schemas", "ErrorCode", "enum"],
        file: "shared/shell/src/problem.rs",
        name: "Code",
    },
    Codes {
        list: &["components", "schemas", "NextAction", "properties", "code", "enum"],
        file: "shared/domain/src/next_action.rs",
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
    let variants = variants(tree, codes)?;
    let mut faults = Vec::new();
    for (line, code) in &variants {
        if !listed.texts().contains(code) {
            let what = format!("{code} is not in {CONTRACT} ({}): add it", codes.list.join("."));
            faults.push(Fault::at(codes.file, *line, what));
        }
    }
    for item in &listed.items {
        if !variants.iter().any(|(_, code)| *code == item.text) {
            let what = format!("{} is no {} of {}: remove it", item.text, codes.name, codes.file);
            faults.push(Fault::at(CONTRACT, item.line, what));
        }
    }
    Ok(faults)
}

/// The variants of the enum as they are written in JSON, with their lines.
fn variants(tree: &Tree, codes: &Codes) -> Result<Vec<(usize, String)>, Fault> {
    let file = rust::tree(codes.file, tree.text(codes.file))?;
    let mut enums = file.items.iter().filter_map(|item| {
        let Item::Enum(one) = item else { return None };
        Some(one)
    });
    let Some(found) = enums.find(|one| one.ident == codes.name) else {
        let what = format!("there is no enum {}: tell tests/tidy where it went", codes.name);
        return Err(Fault::at(codes.file, 1, what));
    };
    let variants = found.variants.iter().map(|variant| {
        let line = variant.ident.span().start().line;
        (line, rust::snake_case(&variant.ident.to_string()))
    });
    Ok(variants.collect())
}
