//! What keeps things: the table, the queues, the secrets.

use super::yaml::Node;
use super::{Refusal, Resource, STACK};

/// The one table.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    /// Its name here.
    pub(crate) name: String,
    /// Attribute names and types of all keys.
    pub(crate) attributes: Vec<(String, String)>,
    /// Partition and sort key.
    pub(crate) key: (String, String),
    /// Its global secondary indexes.
    pub(crate) indexes: Vec<Index>,
    /// The attribute of the time to live.
    pub(crate) ttl: Option<String>,
    /// Line of the resource.
    pub(crate) line: usize,
}

impl Table {
    /// Its ARN, as `GetAtt Arn` gives it.
    pub(crate) fn arn(&self) -> String {
        format!("arn:aws:dynamodb:{}:{}:table/{}", super::REGION, super::ACCOUNT, self.name)
    }
}

/// One global secondary index.
#[derive(Debug, Clone)]
pub(crate) struct Index {
    /// Its name.
    pub(crate) name: String,
    /// Partition and sort key.
    pub(crate) key: (String, String),
    /// `KEYS_ONLY` or `ALL`.
    pub(crate) projection: String,
}

/// One queue.
#[derive(Debug, Clone)]
pub(crate) struct Queue {
    /// Logical id.
    pub(crate) id: String,
    /// Its ARN.
    pub(crate) arn: String,
    /// Its name, the last part of its URL.
    pub(crate) name: String,
    /// Seconds for which a received message is hidden.
    pub(crate) visibility: u32,
    /// ARN of its dead letters and the receive count that leads there.
    pub(crate) redrive: Option<(String, u32)>,
    /// Line of the resource.
    pub(crate) line: usize,
}

/// One secret.
#[derive(Debug, Clone)]
pub(crate) struct Secret {
    /// Logical id.
    pub(crate) id: String,
    /// Its ARN, as `GetAtt Id` gives it.
    pub(crate) arn: String,
    /// Length of the random text that AWS puts in; without it the operator does.
    pub(crate) generated: Option<u32>,
}

/// The one `AWS::DynamoDB::Table`.
pub(crate) fn table(resources: &[Resource], line: usize) -> Result<Table, Refusal> {
    let mut tables = resources.iter().filter(|one| one.kind == "AWS::DynamoDB::Table");
    let (Some(resource), None) = (tables.next(), tables.next()) else {
        return Err(Refusal::at(line, "exactly one AWS::DynamoDB::Table is kept here"));
    };
    let properties = &resource.properties;
    properties.only(&[
        "AttributeDefinitions",
        "BillingMode",
        "DeletionProtectionEnabled",
        "GlobalSecondaryIndexes",
        "KeySchema",
        "PointInTimeRecoverySpecification",
        "SSESpecification",
        "TimeToLiveSpecification",
    ])?;
    let attributes = properties.need("AttributeDefinitions")?.list_items()?;
    let attributes: Result<Vec<_>, Refusal> = attributes
        .iter()
        .map(|one| Ok((text(one, "AttributeName")?, text(one, "AttributeType")?)))
        .collect();
    let indexes = properties.get("GlobalSecondaryIndexes");
    let indexes = indexes.map_or(Ok(&[][..]), Node::list_items)?;
    Ok(Table {
        name: format!("{STACK}-{}", resource.id),
        attributes: attributes?,
        key: key(properties)?,
        indexes: indexes.iter().map(index).collect::<Result<_, _>>()?,
        ttl: ttl(properties)?,
        line: resource.node.line,
    })
}

fn index(node: &Node) -> Result<Index, Refusal> {
    node.only(&["IndexName", "KeySchema", "Projection"])?;
    Ok(Index {
        name: text(node, "IndexName")?,
        key: key(node)?,
        projection: text(node.need("Projection")?, "ProjectionType")?,
    })
}

fn key(node: &Node) -> Result<(String, String), Refusal> {
    let schema = node.need("KeySchema")?;
    let [hash, range] = schema.list_items()? else {
        return Err(Refusal::at(schema.line, "a key has a HASH and a RANGE attribute here"));
    };
    if text(hash, "KeyType")? != "HASH" || text(range, "KeyType")? != "RANGE" {
        return Err(Refusal::at(schema.line, "a key is written HASH, then RANGE"));
    }
    Ok((text(hash, "AttributeName")?, text(range, "AttributeName")?))
}

fn ttl(properties: &Node) -> Result<Option<String>, Refusal> {
    let Some(node) = properties.get("TimeToLiveSpecification") else { return Ok(None) };
    node.only(&["AttributeName", "Enabled"])?;
    let enabled = text(node, "Enabled")? == "true";
    Ok(enabled.then_some(text(node, "AttributeName")?))
}

fn text(node: &Node, key: &str) -> Result<String, Refusal> {
    node.need(key)?.text().map(str::to_owned)
}

/// All `AWS::SQS::Queue`s.
pub(crate) fn queues(resources: &[Resource]) -> Result<Vec<Queue>, Refusal> {
    let queues = resources.iter().filter(|one| one.kind == "AWS::SQS::Queue");
    let queues: Result<Vec<_>, _> = queues.map(queue).collect();
    let queues = queues?;
    for queue in &queues {
        if let Some((arn, _)) = &queue.redrive
            && !queues.iter().any(|other| other.arn == *arn)
        {
            let what = format!("the dead letters of {} are no queue of this template", queue.id);
            return Err(Refusal::at(queue.line, what));
        }
    }
    Ok(queues)
}

fn queue(resource: &Resource) -> Result<Queue, Refusal> {
    let properties = &resource.properties;
    properties.only(&[
        "KmsDataKeyReusePeriodSeconds",
        "KmsMasterKeyId",
        "MessageRetentionPeriod",
        "RedrivePolicy",
        "VisibilityTimeout",
    ])?;
    let redrive = match properties.get("RedrivePolicy") {
        Some(policy) => {
            policy.only(&["deadLetterTargetArn", "maxReceiveCount"])?;
            let count = policy.need("maxReceiveCount")?.number()?;
            Some((text(policy, "deadLetterTargetArn")?, count))
        }
        None => None,
    };
    let name = format!("{STACK}-{}", resource.id);
    Ok(Queue {
        id: resource.id.clone(),
        arn: format!("arn:aws:sqs:{}:{}:{name}", super::REGION, super::ACCOUNT),
        name,
        visibility: properties.get("VisibilityTimeout").map_or(Ok(30), Node::number)?,
        redrive,
        line: resource.node.line,
    })
}

/// All `AWS::SecretsManager::Secret`s.
pub(crate) fn secrets(resources: &[Resource]) -> Result<Vec<Secret>, Refusal> {
    let secrets = resources.iter().filter(|one| one.kind == "AWS::SecretsManager::Secret");
    secrets
        .map(|resource| {
            let properties = &resource.properties;
            properties.only(&["Description", "GenerateSecretString", "KmsKeyId"])?;
            let generate = properties.get("GenerateSecretString");
            let length =
                generate.map(|node| node.get("PasswordLength").map_or(Ok(32), Node::number));
            let arn = format!(
                "arn:aws:secretsmanager:{}:{}:secret:{STACK}-{}",
                super::REGION,
                super::ACCOUNT,
                resource.id
            );
            Ok(Secret { id: resource.id.clone(), arn, generated: length.transpose()? })
        })
        .collect()
}

/// ARNs of the `AWS::KMS::Key`s that sign. What is encrypted is not, here.
pub(crate) fn signing_keys(resources: &[Resource]) -> Result<Vec<String>, Refusal> {
    let mut arns = Vec::new();
    for resource in resources.iter().filter(|one| one.kind == "AWS::KMS::Key") {
        let properties = &resource.properties;
        let known = ["Description", "EnableKeyRotation", "KeyPolicy", "KeySpec", "KeyUsage"];
        properties.only(&known)?;
        let Some(usage) = properties.get("KeyUsage") else { continue };
        if usage.text()? != "SIGN_VERIFY" || text(properties, "KeySpec")? != "ECC_NIST_P256" {
            return Err(Refusal::at(usage.line, "a key that signs is ECC_NIST_P256 here"));
        }
        let (region, account) = (super::REGION, super::ACCOUNT);
        arns.push(format!("arn:aws:kms:{region}:{account}:key/{STACK}-{}", resource.id));
    }
    Ok(arns)
}
