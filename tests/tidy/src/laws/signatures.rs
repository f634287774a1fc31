//! A function's signature speaks our words, never a vendor's.

use std::collections::BTreeMap;

use syn::{Signature, UseTree, visit::Visit};

use crate::{Fault, Tree, rust};

/// First words of paths that lead to a vendor.
fn is_vendor(root: &str) -> bool {
    let named = ["reqwest", "http", "hyper", "axum", "tower"].contains(&root);
    named || root.starts_with("aws_") || root.starts_with("lambda_")
}

/// No type of AWS, Lambda or an HTTP library in a signature below `functions/`, imported or spelled out.
pub fn no_vendor_in_a_signature(tree: &Tree) -> Vec<Fault> {
    let files = tree.rust(&["functions/"]);
    files.into_iter().flat_map(|(path, text)| of_file(path, text)).collect()
}

fn of_file(path: &str, text: &str) -> Vec<Fault> {
    let file = match rust::tree(path, text) {
        Ok(file) => file,
        Err(fault) => return vec![fault],
    };
    let mut imports = Imports::default();
    imports.visit_file(&file);
    let mut signatures = Signatures { imports: imports.0, inside: false, found: Vec::new() };
    signatures.visit_file(&file);
    let fault = |(line, name): (usize, String)| {
        let what = format!("{name} is a vendor's type: name it in shared/ and take our own here");
        Fault::at(path, line, what)
    };
    signatures.found.into_iter().map(fault).collect()
}

/// The names that a file imports, each with the first word of where it comes from.
#[derive(Default)]
struct Imports(BTreeMap<String, String>);

impl Imports {
    fn add(&mut self, root: Option<&str>, tree: &UseTree) {
        match tree {
            UseTree::Path(path) => {
                let name = path.ident.to_string();
                self.add(Some(root.unwrap_or(&name)), &path.tree);
            }
            UseTree::Name(name) => {
                let name = name.ident.to_string();
                self.leaf(root, &name, &name);
            }
            UseTree::Rename(name) => {
                self.leaf(root, &name.ident.to_string(), &name.rename.to_string());
            }
            UseTree::Group(group) => group.items.iter().for_each(|item| self.add(root, item)),
            // What a star brings has no name to look for; signatures that use it do not pass review.
            UseTree::Glob(_) => {}
        }
    }

    fn leaf(&mut self, root: Option<&str>, name: &str, here: &str) {
        self.0.insert(here.to_owned(), root.unwrap_or(name).to_owned());
    }
}

impl<'ast> Visit<'ast> for Imports {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.add(None, &item.tree);
    }
}

struct Signatures {
    imports: BTreeMap<String, String>,
    inside: bool,
    found: Vec<(usize, String)>,
}

impl<'ast> Visit<'ast> for Signatures {
    fn visit_signature(&mut self, signature: &'ast Signature) {
        self.inside = true;
        syn::visit::visit_signature(self, signature);
        self.inside = false;
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if self.inside
            && let Some(first) = path.segments.first()
        {
            let name = first.ident.to_string();
            let root = self.imports.get(&name).unwrap_or(&name);
            if is_vendor(root) {
                let last = path.segments.last().map_or(name, |last| last.ident.to_string());
                self.found.push((first.ident.span().start().line, last));
            }
        }
        syn::visit::visit_path(self, path);
    }
}
