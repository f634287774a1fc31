//! The laws about the cloud are shown templates that break them.

use tidy::laws;

use crate::{Law, PROJECT, notices};

#[test]
fn a_template_that_breaks_a_law() {
    let (lost, kept): (Law, Law) = (laws::no_message_gets_lost, laws::what_is_kept_is_safe);
    let (stay, said): (Law, Law) =
        (laws::deleting_the_stack_loses_nothing, laws::parameters_say_what_they_are);
    let (open, bounded): (Law, Law) = (laws::nothing_is_open, laws::functions_are_bounded);
    let table = [
        (lost, "VisibilityTimeout: 720", "VisibilityTimeout: 719", "less than six time-outs"),
        (lost, "      Timeout: 120", "      Timeout: 121", "less than six time-outs"),
        (lost, "maxReceiveCount: 5", "maxReceiveCount: 500", "gives up after five"),
        (
            lost,
            "SyncDeadLetters:\n    Type: AWS::SQS::Queue\n    Properties:\n      MessageRetentionPeriod: 1209600",
            "SyncDeadLetters:\n    Type: AWS::SQS::Queue\n    Properties:\n      MessageRetentionPeriod: 345600",
            "dead letters stay fourteen days",
        ),
        (lost, "[ReportBatchItemFailures]", "[]", "answer for each message"),
        (kept, "PointInTimeRecoveryEnabled: true", "PointInTimeRecoveryEnabled: false", "recovery"),
        (kept, "SSEType: KMS, KMSMasterKeyId: !GetAtt Key.Arn", "SSEType: KMS", "our own key"),
        (kept, "KmsMasterKeyId: !GetAtt Key.Arn", "SqsManagedSseEnabled: true", "our own key"),
        (
            kept,
            "DeletionProtectionEnabled: !Ref DeletionProtection",
            "DeletionProtectionEnabled: false",
            "not protected",
        ),
        (
            kept,
            "DeletionProtection:\n    Type: String\n    Default: \"true\"",
            "DeletionProtection:\n    Type: String\n    Default: \"false\"",
            "not protected",
        ),
        (kept, "EnableKeyRotation: true", "EnableKeyRotation: false", "not rotated"),
        (
            kept,
            "Description: Key of Halite's cursors.\n      KmsKeyId: !GetAtt Key.Arn",
            "Description: Key of Halite's cursors.",
            "CursorSecret is not under our own key",
        ),
        (
            stay,
            "Type: AWS::DynamoDB::Table\n    DeletionPolicy: RetainExceptOnCreate",
            "Type: AWS::DynamoDB::Table\n    DeletionPolicy: Delete",
            "Table would be lost: DeletionPolicy",
        ),
        (
            stay,
            "Type: AWS::KMS::Key\n    DeletionPolicy: RetainExceptOnCreate\n    UpdateReplacePolicy: Retain",
            "Type: AWS::KMS::Key\n    DeletionPolicy: RetainExceptOnCreate",
            "Key would be lost: UpdateReplacePolicy",
        ),
        (said, "    Description: Days after which log lines go.\n", "", "LogRetentionDays needs"),
        (kept, "      RetentionInDays: !Ref LogRetentionDays\n", "", "kept for ever"),
        (open, "Resource: !GetAtt ConnectLogs.Arn", "Resource: \"*\"", "name its resources"),
        (open, "${Table.Arn}/index/due", "${Table.Arn}/index/*", "name its resources"),
        (
            open,
            "Auth: { AuthorizationScopes: [halite:write] }",
            "Auth: { Authorizer: NONE }",
            "may not be called by everybody",
        ),
        (open, "DefaultAuthorizer: halite", "EnableIamAuthorizer: false", "lets everybody in"),
        (open, "FailOnWarnings: true", "FailOnWarnings: false", "FailOnWarnings: true"),
        (
            bounded,
            "ReservedConcurrentExecutions: !If [ReserveConcurrency, 20, !Ref AWS::NoValue]",
            "ReservedConcurrentExecutions: 0",
            "no reserved concurrency",
        ),
        (bounded, "LogGroup: !Ref SyncLogs", "LogGroup: /aws/lambda/sync", "no log group"),
        (bounded, "rate(1 minute)", "rate(5 minutes)", "rate(1 minute)"),
        (bounded, "Type: Schedule", "Type: ScheduleV2", "0 functions are woken"),
    ];
    let file = "template.yaml";
    for (law, from, to, words) in table {
        notices(law, &PROJECT, &PROJECT.clone().edit(file, from, to), file, words);
    }
}
