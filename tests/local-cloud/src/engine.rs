//! The embedded table engine, with the table, indexes and time to live that the template describes.

use std::path::Path;
use std::sync::Arc;

use aws_sdk_dynamodb as dynamodb;
use aws_sdk_dynamodb::operation::describe_table::DescribeTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, TableDescription, TimeToLiveSpecification,
};
use dynoxide::Database;
use dynoxide::storage_backend::Clock as EngineClock;

use crate::StartError;
use crate::clock::Clock;
use crate::template::{Refusal, Table};

/// The engine's view of our clock.
struct Ticks(Clock);

impl EngineClock for Ticks {
    fn now_unix_secs(&self) -> u64 {
        u64::try_from(self.0.now().as_second()).unwrap_or_default()
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.0.now().as_duration().as_secs_f64()
    }
}

/// Opens the engine: in memory, or in `folder`, where the data outlives the process.
pub(crate) fn open(folder: Option<&Path>, clock: &Clock) -> Result<Database, StartError> {
    let opened = match folder {
        None => Database::memory_with_clock(Arc::new(Ticks(clock.clone()))),
        Some(folder) => Database::new(&folder.join("table.sqlite").to_string_lossy()),
    };
    opened.map_err(|error| StartError::given("the table's file", &error))
}

/// Refuses a template whose table is not what the store's adapter needs.
pub(crate) fn agrees(table: &Table) -> Result<(), Refusal> {
    let refuse = |what: String| Err(Refusal::at(table.line, what));
    let needed = store::SHAPE;
    let same = |key: &(String, String), names: (&str, &str)| key.0 == names.0 && key.1 == names.1;
    if !same(&table.key, needed.key) {
        return refuse(format!("the store needs the key {}/{}", needed.key.0, needed.key.1));
    }
    if table.ttl.as_deref() != Some(needed.ttl) {
        return refuse(format!("the store needs the time to live in {}", needed.ttl));
    }
    for (name, hash, range) in needed.indexes {
        let index = table.indexes.iter().find(|index| index.name == *name);
        if index.is_none_or(|index| !same(&index.key, (hash, range))) {
            return refuse(format!("the store needs the index {name} on {hash}/{range}"));
        }
    }
    match table
        .indexes
        .iter()
        .find(|one| !needed.indexes.iter().any(|(name, ..)| *name == one.name))
    {
        Some(index) => refuse(format!("nobody reads the index {}", index.name)),
        None => Ok(()),
    }
}

/// Makes the table as the template says, or compares it where a data folder already holds it.
pub(crate) async fn prepare(client: &dynamodb::Client, table: &Table) -> Result<(), StartError> {
    let refuse = |why: String| StartError::Table { table: table.name.clone(), why };
    let known = client.describe_table().table_name(&table.name).send().await;
    match known {
        Ok(answer) => {
            let held = answer.table().map(shape).unwrap_or_default();
            let wanted = wanted(table);
            if held != wanted {
                let why = format!("the data folder holds [{held}], the template says [{wanted}]");
                return Err(refuse(why));
            }
        }
        Err(error)
            if error
                .as_service_error()
                .is_some_and(DescribeTableError::is_resource_not_found_exception) =>
        {
            create(client, table).await.map_err(|error| refuse(deepest(&*error)))?;
        }
        Err(error) => return Err(refuse(deepest(&error))),
    }
    Ok(())
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

async fn create(client: &dynamodb::Client, table: &Table) -> Result<(), Failure> {
    let mut request = client.create_table().table_name(&table.name);
    request = request.billing_mode(BillingMode::PayPerRequest);
    for (name, kind) in &table.attributes {
        let kind = ScalarAttributeType::from(kind.as_str());
        let definition = AttributeDefinition::builder().attribute_name(name).attribute_type(kind);
        request = request.attribute_definitions(definition.build()?);
    }
    for element in schema(&table.key)? {
        request = request.key_schema(element);
    }
    for index in &table.indexes {
        let kind = ProjectionType::from(index.projection.as_str());
        let index = GlobalSecondaryIndex::builder()
            .index_name(&index.name)
            .set_key_schema(Some(schema(&index.key)?))
            .projection(Projection::builder().projection_type(kind).build());
        request = request.global_secondary_indexes(index.build()?);
    }
    request.send().await?;
    if let Some(attribute) = &table.ttl {
        let ttl = TimeToLiveSpecification::builder().attribute_name(attribute).enabled(true);
        let request = client.update_time_to_live().table_name(&table.name);
        request.time_to_live_specification(ttl.build()?).send().await?;
    }
    Ok(())
}

fn schema(key: &(String, String)) -> Result<Vec<KeySchemaElement>, Failure> {
    let element = |name: &String, kind| {
        KeySchemaElement::builder().attribute_name(name).key_type(kind).build()
    };
    Ok(vec![element(&key.0, KeyType::Hash)?, element(&key.1, KeyType::Range)?])
}

/// Keys and indexes of a table as one line, for comparison.
fn shape(table: &TableDescription) -> String {
    let key = |schema: &[KeySchemaElement]| {
        schema.iter().map(|one| one.attribute_name().to_owned()).collect::<Vec<_>>().join("/")
    };
    let mut lines: Vec<String> = table
        .global_secondary_indexes()
        .iter()
        .map(|index| format!("{} {}", index.index_name().unwrap_or(""), key(index.key_schema())))
        .collect();
    lines.sort();
    lines.insert(0, key(table.key_schema()));
    lines.join(", ")
}

fn wanted(table: &Table) -> String {
    let key = |key: &(String, String)| format!("{}/{}", key.0, key.1);
    let mut lines: Vec<String> =
        table.indexes.iter().map(|index| format!("{} {}", index.name, key(&index.key))).collect();
    lines.sort();
    lines.insert(0, key(&table.key));
    lines.join(", ")
}

/// The sentence at the end of a chain of errors: the SDK wraps the engine's own.
fn deepest(error: &dyn std::error::Error) -> String {
    let mut deepest: &dyn std::error::Error = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}
