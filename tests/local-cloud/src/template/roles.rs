//! What a function's role allows, from its inline policies.

use super::yaml::{Kind, Node};
use super::{ACCOUNT, Refusal, Resource, STACK};

/// One `Allow` statement.
#[derive(Debug, Clone)]
pub(crate) struct Statement {
    /// Exact actions, `dynamodb:Query`.
    pub(crate) actions: Vec<String>,
    /// Exact ARNs.
    pub(crate) resources: Vec<String>,
    /// What must also hold.
    pub(crate) conditions: Vec<Condition>,
}

/// One line of a `Condition`.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    /// `StringEquals`, `ForAllValues:StringLike`.
    pub(crate) operator: String,
    /// `dynamodb:LeadingKeys`.
    pub(crate) key: String,
    /// The values that it allows.
    pub(crate) values: Vec<String>,
}

/// The statements of the role with the ARN that `Role` gives.
pub(crate) fn read(resources: &[Resource], role: &Node) -> Result<Vec<Statement>, Refusal> {
    let arn = role.text()?;
    let named = |one: &&Resource| {
        one.kind == "AWS::IAM::Role"
            && arn == format!("arn:aws:iam::{ACCOUNT}:role/{STACK}-{}", one.id)
    };
    let Some(resource) = resources.iter().find(named) else {
        return Err(Refusal::at(role.line, "Role is no role of this template"));
    };
    resource.properties.only(&["AssumeRolePolicyDocument", "Policies"])?;
    let mut statements = Vec::new();
    for policy in resource.properties.need("Policies")?.list_items()? {
        for statement in policy.need("PolicyDocument")?.need("Statement")?.list_items()? {
            statements.push(one(statement)?);
        }
    }
    Ok(statements)
}

fn one(node: &Node) -> Result<Statement, Refusal> {
    node.only(&["Sid", "Effect", "Action", "Resource", "Condition"])?;
    let effect = node.need("Effect")?;
    if effect.text()? != "Allow" {
        return Err(Refusal::at(effect.line, "a role of this template only allows"));
    }
    let mut conditions = Vec::new();
    if let Some(block) = node.get("Condition") {
        for (operator, keys) in block.entries()? {
            for (key, values) in keys.entries()? {
                let values = one_or_many(values)?;
                conditions.push(Condition { operator: operator.clone(), key: key.clone(), values });
            }
        }
    }
    let actions = one_or_many(node.need("Action")?)?;
    let resources = one_or_many(node.need("Resource")?)?;
    // The streams of a log group are the one family that has to be named by its pattern.
    let wild_resource = resources.iter().any(|arn| arn.trim_end_matches(":*").contains('*'));
    if wild_resource || actions.iter().any(|action| action.contains('*')) {
        return Err(Refusal::at(node.line, "a statement with * is no least privilege"));
    }
    Ok(Statement { actions, resources, conditions })
}

fn one_or_many(node: &Node) -> Result<Vec<String>, Refusal> {
    match &node.kind {
        Kind::List(_) => node.texts(),
        Kind::Scalar(_) | Kind::Map(_) => Ok(vec![node.text()?.to_owned()]),
    }
}
