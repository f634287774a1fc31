//! A table of the code, read as Rust: an enum, and the match that gives each variant its row.

use syn::{Arm, Attribute, Expr, ImplItem, Item, Lit, Meta, Pat, Stmt};

use crate::{Fault, Tree, rust};

/// One variant and its row.
pub(super) struct Row {
    /// The variant's name.
    pub(super) variant: String,
    /// Its doc comment.
    pub(super) meaning: String,
    /// The row, cell by cell: texts without their quotes, paths by their last part.
    pub(super) cells: Vec<String>,
}

/// Where a table is.
pub(super) struct Place {
    /// The file of the enum.
    pub(super) of: &'static str,
    /// The enum.
    pub(super) name: &'static str,
    /// The file of the match.
    pub(super) table: &'static str,
    /// The method whose body is the match.
    pub(super) method: &'static str,
}

/// The rows in the order of the enum. Errors: the enum or the match is not there, or is not a table.
pub(super) fn rows(tree: &Tree, place: &Place) -> Result<Vec<Row>, Fault> {
    let file = rust::tree(place.of, tree.text(place.of))?;
    let variants = file.items.iter().find_map(|item| {
        let Item::Enum(one) = item else { return None };
        (one.ident == place.name).then_some(&one.variants)
    });
    let gone =
        |what: &str| Fault::at(place.of, 1, format!("{what}: tell tests/tidy where it went"));
    let variants = variants.ok_or_else(|| gone("the enum is not here"))?;
    let table = rust::tree(place.table, tree.text(place.table))?;
    let arms = arms(&table, place.method).ok_or_else(|| gone("the table is not here"))?;
    let mut rows = Vec::new();
    for variant in variants {
        let name = variant.ident.to_string();
        let arm = arms.iter().find(|arm| variant_of(&arm.pat).as_ref() == Some(&name));
        let arm = arm.ok_or_else(|| gone(&format!("{name} has no row of its own")))?;
        let cells = cells(&arm.body);
        let line = arm.fat_arrow_token.spans[0].start().line;
        let odd = || Fault::at(place.table, line, format!("the row of {name} is no row of words"));
        rows.push(Row {
            meaning: meaning(&variant.attrs),
            cells: cells.ok_or_else(odd)?,
            variant: name,
        });
    }
    Ok(rows)
}

fn arms<'a>(file: &'a syn::File, method: &str) -> Option<&'a [Arm]> {
    let methods = file.items.iter().filter_map(|item| {
        let Item::Impl(one) = item else { return None };
        Some(one.items.iter())
    });
    methods.flatten().find_map(|item| {
        let ImplItem::Fn(function) = item else { return None };
        let mut statements = function.block.stmts.iter().filter(|_| function.sig.ident == method);
        statements.find_map(|statement| {
            let Stmt::Expr(Expr::Match(found), _) = statement else { return None };
            Some(found.arms.as_slice())
        })
    })
}

fn variant_of(pattern: &Pat) -> Option<String> {
    if let Pat::TupleStruct(holding) = pattern {
        return last(&holding.path);
    }
    let Pat::Path(plain) = pattern else { return None };
    last(&plain.path)
}

fn last(path: &syn::Path) -> Option<String> {
    path.segments.last().map(|segment| segment.ident.to_string())
}

fn cells(body: &Expr) -> Option<Vec<String>> {
    let Expr::Tuple(tuple) = body else { return None };
    tuple.elems.iter().map(cell).collect()
}

fn cell(expression: &Expr) -> Option<String> {
    if let Expr::Path(path) = expression {
        return last(&path.path);
    }
    let Expr::Lit(literal) = expression else { return None };
    if let Lit::Int(number) = &literal.lit {
        return Some(number.to_string());
    }
    let Lit::Str(text) = &literal.lit else { return None };
    Some(text.value())
}

/// A doc comment in one line.
fn meaning(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| {
        let Meta::NameValue(pair) = &attribute.meta else { return None };
        let text = cell(&pair.value).filter(|_| pair.path.is_ident("doc"))?;
        Some(text.trim().to_owned())
    });
    lines.collect::<Vec<_>>().join(" ")
}
