//! Nothing is longer than one can hold in one's head.

use proc_macro2::extra::DelimSpan;
use syn::{Block, Expr, Item, Signature, visit::Visit};

use crate::{Fault, Tree, rust};

/// Lines of a file that goes to AWS, without its tests.
const FILE: usize = 300;
/// Lines of a function, anywhere.
const FUNCTION: usize = 60;

/// No file of `shared` and `functions` is longer than 300 lines without its tests.
pub fn files_are_short(tree: &Tree) -> Vec<Fault> {
    let files = tree.shipped().into_iter();
    let fault = |(path, text)| match without_tests(path, text) {
        Ok(lines) if lines > FILE => {
            let what =
                format!("{lines} lines without tests, {FILE} at most: split it by what it does");
            Some(Fault::at(path, FILE, what))
        }
        Ok(_) => None,
        Err(fault) => Some(fault),
    };
    files.filter_map(fault).collect()
}

fn without_tests(path: &str, text: &str) -> Result<usize, Fault> {
    let tests = rust::tree(path, text)?.items.iter().map(length_of_tests).sum::<usize>();
    Ok(text.lines().count() - tests)
}

/// The lines of `mod tests { … }`; a module that only cargo test compiles has another name nowhere.
fn length_of_tests(item: &Item) -> usize {
    let Item::Mod(module) = item else { return 0 };
    let Some((braces, _)) = &module.content else { return 0 };
    let last = braces.span.close().end().line;
    if module.ident == "tests" { last + 1 - module.ident.span().start().line } else { 0 }
}

/// No function is longer than 60 lines without its tables, in tests neither. A table is an array, a `vec!`, or
/// a `match` with one expression per arm: it is read row by row, and splitting it would hide rows.
pub fn functions_are_short(tree: &Tree) -> Vec<Fault> {
    let files = tree.rust(&["shared/", "functions/", "tests/"]).into_iter();
    files.flat_map(|(path, text)| long_functions(path, text)).collect()
}

fn long_functions(path: &str, text: &str) -> Vec<Fault> {
    match rust::tree(path, text) {
        Ok(file) => {
            let mut long = Long { path, faults: Vec::new() };
            long.visit_file(&file);
            long.faults
        }
        Err(fault) => vec![fault],
    }
}

struct Long<'a> {
    path: &'a str,
    faults: Vec<Fault>,
}

impl Long<'_> {
    fn look(&mut self, signature: &Signature, block: &Block) {
        let mut tables = Tables(0);
        tables.visit_block(block);
        let first = signature.fn_token.span.start().line;
        let lines = block.brace_token.span.close().end().line + 1 - first - tables.0;
        if lines > FUNCTION {
            let name = &signature.ident;
            let what = format!("{name} has {lines} lines, {FUNCTION} at most: name its parts");
            self.faults.push(Fault::at(self.path, first, what));
        }
    }
}

impl<'ast> Visit<'ast> for Long<'_> {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.look(&function.sig, &function.block);
        syn::visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.look(&function.sig, &function.block);
        syn::visit::visit_impl_item_fn(self, function);
    }
}

/// The lines between the brackets of a function's tables.
struct Tables(usize);

impl Tables {
    fn count(&mut self, brackets: DelimSpan) {
        let lines = brackets.close().start().line - brackets.open().start().line;
        self.0 += lines.saturating_sub(1);
    }
}

impl<'ast> Visit<'ast> for Tables {
    fn visit_expr_array(&mut self, array: &'ast syn::ExprArray) {
        self.count(array.bracket_token.span);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        if let syn::MacroDelimiter::Bracket(brackets) = &call.delimiter {
            self.count(brackets.span);
        }
    }

    fn visit_expr_match(&mut self, table: &'ast syn::ExprMatch) {
        if table.arms.iter().all(|arm| !matches!(*arm.body, Expr::Block(_))) {
            self.count(table.brace_token.span);
        } else {
            syn::visit::visit_expr_match(self, table);
        }
    }
}
