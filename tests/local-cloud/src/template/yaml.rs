//! The template's text as a tree that remembers its lines and tags.

use saphyr_parser::{Event, Parser, Span, Tag};

use super::Refusal;

/// One node of the tree.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// Line of its first character, counted from 1.
    pub(crate) line: usize,
    /// The short form of an intrinsic: `Ref` of `!Ref Table`.
    pub(crate) tag: Option<String>,
    /// What it holds.
    pub(crate) kind: Kind,
}

/// What a node holds. AWS coerces every scalar, so all of them stay text.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// Text, number or truth value.
    Scalar(String),
    /// A list.
    List(Vec<Node>),
    /// A mapping in the template's order.
    Map(Vec<(String, Node)>),
}

/// Reads one document.
pub(crate) fn parse(text: &str) -> Result<Node, Refusal> {
    let mut events = Events { parser: Parser::new_from_str(text), line: 1 };
    loop {
        match events.next()? {
            (Event::StreamStart | Event::DocumentStart(_) | Event::Nothing, _) => {}
            (event, span) => return events.node(event, span),
        }
    }
}

struct Events<'text> {
    parser: Parser<'text, saphyr_parser::StrInput<'text>>,
    line: usize,
}

impl<'text> Events<'text> {
    fn next(&mut self) -> Result<(Event<'text>, Span), Refusal> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => {
                self.line = span.start.line();
                Ok((event, span))
            }
            Some(Err(error)) => {
                Err(Refusal::at(error.marker().line(), format!("not YAML: {}", error.info())))
            }
            None => Err(Refusal::at(self.line, "the file ends too early")),
        }
    }

    fn node(&mut self, event: Event<'text>, span: Span) -> Result<Node, Refusal> {
        let line = span.start.line();
        let (tag, kind) = match event {
            Event::Scalar(text, _, _, tag) => (tag, Kind::Scalar(text.into_owned())),
            Event::SequenceStart(_, tag) => (tag, Kind::List(self.list()?)),
            Event::MappingStart(_, tag) => (tag, Kind::Map(self.map()?)),
            Event::Alias(_) => {
                return Err(Refusal::at(line, "CloudFormation does not read YAML aliases"));
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd
            | Event::SequenceEnd
            | Event::MappingEnd => return Err(Refusal::at(line, "nothing is written here")),
        };
        Ok(Node { line, tag: tag.map(|tag| short(&tag)), kind })
    }

    fn list(&mut self) -> Result<Vec<Node>, Refusal> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(items),
                (event, span) => items.push(self.node(event, span)?),
            }
        }
    }

    fn map(&mut self) -> Result<Vec<(String, Node)>, Refusal> {
        let mut entries: Vec<(String, Node)> = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                return Ok(entries);
            }
            let key = self.node(event, span)?;
            let Kind::Scalar(name) = key.kind else {
                return Err(Refusal::at(key.line, "a key must be text"));
            };
            if entries.iter().any(|(known, _)| *known == name) {
                return Err(Refusal::at(key.line, format!("{name} is written twice")));
            }
            let (event, span) = self.next()?;
            let mut value = self.node(event, span)?;
            value.line = key.line.min(value.line);
            entries.push((name, value));
        }
    }
}

fn short(tag: &Tag) -> String {
    if tag.handle == "!" { tag.suffix.clone() } else { format!("{}{}", tag.handle, tag.suffix) }
}

impl Node {
    /// The value under `key` of a mapping.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        match &self.kind {
            Kind::Map(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, n)| n),
            Kind::Scalar(_) | Kind::List(_) => None,
        }
    }

    /// The value under `key`, which must be there.
    pub(crate) fn need(&self, key: &str) -> Result<&Node, Refusal> {
        self.get(key).ok_or_else(|| Refusal::at(self.line, format!("{key} is missing")))
    }

    /// Its text.
    pub(crate) fn text(&self) -> Result<&str, Refusal> {
        match &self.kind {
            Kind::Scalar(text) => Ok(text),
            Kind::List(_) | Kind::Map(_) => Err(Refusal::at(self.line, "text is expected here")),
        }
    }

    /// Its number.
    pub(crate) fn number(&self) -> Result<u32, Refusal> {
        let text = self.text()?;
        text.parse()
            .map_err(|error| Refusal::at(self.line, format!("{text} is not a number: {error}")))
    }

    /// Its items.
    pub(crate) fn list_items(&self) -> Result<&[Node], Refusal> {
        match &self.kind {
            Kind::List(items) => Ok(items),
            Kind::Scalar(_) | Kind::Map(_) => {
                Err(Refusal::at(self.line, "a list is expected here"))
            }
        }
    }

    /// Its items as texts.
    pub(crate) fn texts(&self) -> Result<Vec<String>, Refusal> {
        self.list_items()?.iter().map(|item| item.text().map(str::to_owned)).collect()
    }

    /// Its entries.
    pub(crate) fn entries(&self) -> Result<&[(String, Node)], Refusal> {
        match &self.kind {
            Kind::Map(entries) => Ok(entries),
            Kind::Scalar(_) | Kind::List(_) => {
                Err(Refusal::at(self.line, "a mapping is expected here"))
            }
        }
    }

    /// Refuses every key that is not one of `known`: a misspelt property does nothing on AWS.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), Refusal> {
        for (name, value) in self.entries()? {
            if !known.contains(&name.as_str()) {
                return Err(Refusal::at(
                    value.line,
                    format!("{name} is not a property that is known here"),
                ));
            }
        }
        Ok(())
    }
}
