//! The functions and what wakes them.

use std::collections::BTreeMap;
use std::time::Duration;

use super::api::{self, Api, Route};
use super::roles::{self, Statement};
use super::storage::Queue;
use super::yaml::Node;
use super::{Refusal, Resource};
use crate::schedule::Rate;

/// One function.
#[derive(Debug)]
pub(crate) struct Function {
    /// Cargo package and binary, the folder below `functions/`.
    pub(crate) package: String,
    /// The time after which an invocation is ended.
    pub(crate) timeout: Duration,
    /// Its environment.
    pub(crate) environment: BTreeMap<String, String>,
    /// Its routes.
    pub(crate) routes: Vec<Route>,
    /// The queue that feeds it.
    pub(crate) source: Option<Source>,
    /// The schedule that wakes it.
    pub(crate) rate: Option<Rate>,
    /// What its role allows.
    pub(crate) allows: Vec<Statement>,
    /// Line of the resource.
    pub(crate) line: usize,
}

/// An event source mapping of a queue.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// The queue.
    pub(crate) queue: String,
    /// Most messages per invocation.
    pub(crate) batch: usize,
}

const PROPERTIES: &[&str] = &[
    "Architectures",
    "CodeUri",
    "Description",
    "Environment",
    "Events",
    "FunctionName",
    "Handler",
    "LoggingConfig",
    "MemorySize",
    "ReservedConcurrentExecutions",
    "Role",
    "Runtime",
    "Timeout",
];

/// All `AWS::Serverless::Function`s.
pub(crate) fn read(
    resources: &[Resource],
    api: &Api,
    queues: &[Queue],
) -> Result<Vec<Function>, Refusal> {
    let functions = resources.iter().filter(|one| one.kind == "AWS::Serverless::Function");
    let functions: Result<Vec<_>, _> =
        functions.map(|resource| function(resource, resources, api, queues)).collect();
    let functions = functions?;
    let mut keys = BTreeMap::new();
    for route in functions.iter().flat_map(|function| &function.routes) {
        if let Some(line) = keys.insert(route.key(), route.line) {
            let what = format!("the route {} is also on line {line}", route.key());
            return Err(Refusal::at(route.line, what));
        }
    }
    Ok(functions)
}

fn function(
    resource: &Resource,
    resources: &[Resource],
    api: &Api,
    queues: &[Queue],
) -> Result<Function, Refusal> {
    let properties = &resource.properties;
    properties.only(PROPERTIES)?;
    let metadata = resource.node.need("Metadata")?;
    let package = metadata.need("BuildProperties")?.need("Binary")?.text()?.to_owned();
    let timeout = properties.need("Timeout")?.number()?;
    let mut function = Function {
        package,
        timeout: Duration::from_secs(timeout.into()),
        environment: environment(properties)?,
        routes: Vec::new(),
        source: None,
        rate: None,
        allows: roles::read(resources, properties.need("Role")?)?,
        line: resource.node.line,
    };
    for (_, event) in properties.need("Events")?.entries()? {
        event.only(&["Type", "Properties"])?;
        let kind = event.need("Type")?;
        let properties = event.need("Properties")?;
        match kind.text()? {
            "HttpApi" => function.routes.push(api::route(api, properties)?),
            "SQS" => function.source = Some(source(properties, timeout, queues)?),
            "Schedule" => function.rate = Some(rate(properties)?),
            other => {
                return Err(Refusal::at(kind.line, format!("{other} events are not served here")));
            }
        }
    }
    Ok(function)
}

fn environment(properties: &Node) -> Result<BTreeMap<String, String>, Refusal> {
    let node = properties.need("Environment")?;
    node.only(&["Variables"])?;
    let variables = node.need("Variables")?.entries()?;
    variables.iter().map(|(name, value)| Ok((name.clone(), value.text()?.to_owned()))).collect()
}

fn source(event: &Node, timeout: u32, queues: &[Queue]) -> Result<Source, Refusal> {
    event.only(&["Queue", "BatchSize", "FunctionResponseTypes", "ScalingConfig"])?;
    let arn = event.need("Queue")?;
    let named = arn.text()?;
    let queue = queues.iter().find(|queue| queue.arn == named);
    let queue =
        queue.ok_or_else(|| Refusal::at(arn.line, "no queue of this template has this ARN"))?;
    if queue.visibility < timeout * 6 {
        let what = format!("{} must hide a message for six time-outs of its function", queue.id);
        return Err(Refusal::at(queue.line, what));
    }
    let answers = event.need("FunctionResponseTypes")?;
    if answers.texts()? != ["ReportBatchItemFailures"] {
        return Err(Refusal::at(answers.line, "the functions answer per message"));
    }
    let batch = event.need("BatchSize")?.number()?;
    Ok(Source { queue: queue.id.clone(), batch: usize::try_from(batch).unwrap_or(usize::MAX) })
}

fn rate(event: &Node) -> Result<Rate, Refusal> {
    event.only(&["Description", "Schedule"])?;
    let schedule = event.need("Schedule")?;
    Rate::parse(schedule.text()?).map_err(|what| Refusal::at(schedule.line, what))
}
