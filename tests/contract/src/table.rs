//! Findings, and the table that shows them.

use std::io::{self, Write};

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was asked.
    pub what: &'static str,
    /// What the service did.
    pub answer: String,
    /// Whether Halite can stand on it; none where any answer is fine.
    pub holds: Option<bool>,
}

impl Finding {
    /// Something that must hold.
    pub(crate) fn must(what: &'static str, holds: bool, answer: impl Into<String>) -> Self {
        Self { what, answer: answer.into(), holds: Some(holds) }
    }

    /// Something that is as it is.
    pub(crate) fn open(what: &'static str, answer: impl Into<String>) -> Self {
        Self { what, answer: answer.into(), holds: None }
    }
}

/// Prints the table past the test runner's capture: its answers are wanted when all is well, too.
pub fn print(title: &str, findings: &[Finding]) -> io::Result<()> {
    let width = findings.iter().map(|finding| finding.what.chars().count()).max().unwrap_or(0);
    let mut out = io::stderr().lock();
    writeln!(out, "\n{title}")?;
    for finding in findings {
        let mark = match finding.holds {
            Some(true) => "yes ",
            Some(false) => "NO  ",
            None => "    ",
        };
        writeln!(out, "  {mark}{:width$}  {}", finding.what, finding.answer)?;
    }
    Ok(())
}
