//! What the template's resources are called on this machine.

use std::collections::BTreeMap;

/// The account that every local ARN names.
pub(crate) const ACCOUNT: &str = "000000000000";
/// The region that every local ARN and signature names.
pub(crate) const REGION: &str = "eu-central-1";
/// The stack's name; also the deployment's.
pub(crate) const STACK: &str = "halite-local";

/// Names and ARNs of the resources.
pub(crate) struct Physical {
    /// Logical id to resource type.
    pub(crate) types: BTreeMap<String, String>,
    /// Where queues are spoken to, without a slash at the end.
    pub(crate) queues: String,
}

impl Physical {
    /// What `!Ref name` gives for a resource or a name of AWS itself.
    pub(crate) fn reference(&self, name: &str) -> Result<String, String> {
        match name {
            "AWS::AccountId" => return Ok(ACCOUNT.to_owned()),
            "AWS::Region" => return Ok(REGION.to_owned()),
            "AWS::StackName" => return Ok(STACK.to_owned()),
            "AWS::Partition" => return Ok("aws".to_owned()),
            "AWS::URLSuffix" => return Ok("amazonaws.com".to_owned()),
            _ => {}
        }
        match self.kind(name)? {
            "AWS::SQS::Queue" => Ok(format!("{}/{ACCOUNT}/{STACK}-{name}", self.queues)),
            "AWS::SecretsManager::Secret" => {
                Ok(arn("secretsmanager", &format!("secret:{STACK}-{name}")))
            }
            _ => Ok(format!("{STACK}-{name}")),
        }
    }

    /// What `!GetAtt name.attribute` gives.
    pub(crate) fn attribute(&self, name: &str, attribute: &str) -> Result<String, String> {
        let own = format!("{STACK}-{name}");
        match (self.kind(name)?, attribute) {
            ("AWS::DynamoDB::Table", "Arn") => Ok(arn("dynamodb", &format!("table/{own}"))),
            ("AWS::SQS::Queue", "Arn") => Ok(arn("sqs", &own)),
            ("AWS::SQS::Queue", "QueueName") => Ok(own),
            ("AWS::SecretsManager::Secret", "Id") => self.reference(name),
            ("AWS::KMS::Key", "Arn") => Ok(arn("kms", &format!("key/{own}"))),
            ("AWS::Logs::LogGroup", "Arn") => Ok(arn("logs", &format!("log-group:{own}:*"))),
            ("AWS::IAM::Role", "Arn") => Ok(format!("arn:aws:iam::{ACCOUNT}:role/{own}")),
            ("AWS::CloudFormation::Stack", attribute) if attribute.starts_with("Outputs.") => {
                Ok(own)
            }
            ("AWS::Serverless::Function", "Arn") => Ok(arn("lambda", &format!("function:{own}"))),
            (kind, _) => Err(format!("{name} ({kind}) has no attribute {attribute} here")),
        }
    }

    fn kind(&self, name: &str) -> Result<&str, String> {
        let found = self.types.get(name).map(String::as_str);
        found.ok_or_else(|| format!("there is no parameter or resource {name}"))
    }
}

fn arn(service: &str, rest: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}")
}
