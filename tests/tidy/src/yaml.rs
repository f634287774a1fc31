//! YAML as a tree that remembers its lines. The tags of `CloudFormation` are passed over: what a law
//! compares is never behind an intrinsic.

use saphyr_parser::{Event, Parser, StrInput};

use crate::Fault;

/// One node.
#[derive(Debug, Clone, Default)]
pub(crate) struct Node {
    /// Line of its first character, from 1; of a value in a mapping, that of its key.
    pub(crate) line: usize,
    /// Its text, where it is a scalar.
    pub(crate) text: String,
    /// Its items, where it is a list.
    pub(crate) items: Vec<Node>,
    /// Its entries in their order, where it is a mapping.
    pub(crate) entries: Vec<(String, Node)>,
}

impl Node {
    /// The value of a key; an empty node where there is none.
    pub(crate) fn get(&self, key: &str) -> &Self {
        const NONE: &Node =
            &Node { line: 0, text: String::new(), items: Vec::new(), entries: Vec::new() };
        self.entries.iter().find(|(name, _)| name == key).map_or(NONE, |(_, node)| node)
    }

    /// The value at the end of several keys.
    pub(crate) fn path(&self, keys: &[&str]) -> &Self {
        keys.iter().fold(self, |node, key| node.get(key))
    }

    /// Whether it is written at all.
    pub(crate) fn is_there(&self) -> bool {
        self.line > 0
    }

    /// The texts of a list.
    pub(crate) fn texts(&self) -> Vec<String> {
        self.items.iter().map(|item| item.text.clone()).collect()
    }
}

/// Reads one document. Errors: it is not YAML, or not there.
pub(crate) fn parse(path: &str, text: &str) -> Result<Node, Fault> {
    let mut reader = Reader { path, parser: Parser::new_from_str(text) };
    loop {
        match reader.next()? {
            (Event::StreamStart | Event::DocumentStart(_) | Event::Nothing, _) => {}
            (event, line) => return reader.node(event, line),
        }
    }
}

struct Reader<'text> {
    path: &'text str,
    parser: Parser<'text, StrInput<'text>>,
}

impl<'text> Reader<'text> {
    fn next(&mut self) -> Result<(Event<'text>, usize), Fault> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, span.start.line())),
            Some(Err(error)) => {
                let what = format!("this is not YAML: {}", error.info());
                Err(Fault::at(self.path, error.marker().line(), what))
            }
            None => Err(Fault::at(self.path, 1, "the file ends too early")),
        }
    }

    fn node(&mut self, event: Event<'text>, line: usize) -> Result<Node, Fault> {
        let mut node = Node { line, ..Node::default() };
        match event {
            Event::Scalar(text, ..) => node.text = text.into_owned(),
            Event::SequenceStart(..) => loop {
                match self.next()? {
                    (Event::SequenceEnd, _) => break,
                    (event, line) => node.items.push(self.node(event, line)?),
                }
            },
            Event::MappingStart(..) => loop {
                let (event, line) = self.next()?;
                if matches!(event, Event::MappingEnd) {
                    break;
                }
                let key = self.node(event, line)?.text;
                let (event, _) = self.next()?;
                let value = self.node(event, line)?;
                node.entries.push((key, value));
            },
            Event::Alias(_)
            | Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd
            | Event::SequenceEnd
            | Event::MappingEnd => {
                return Err(Fault::at(self.path, line, "write this without YAML aliases"));
            }
        }
        Ok(node)
    }
}
