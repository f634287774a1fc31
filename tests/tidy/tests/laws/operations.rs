//! The laws about what is watched are shown copies in which something is not.

use tidy::laws;

use crate::{Law, PROJECT, notices};

#[test]
fn alarms_that_lead_nowhere() {
    let (operations, runbook) = ("infra/operations.yaml", "infra/runbook.md");
    let entry: Law = laws::each_alarm_has_an_entry;
    let watched: Law = laws::what_is_counted_is_watched;
    let unseen: Law = laws::nothing_fails_unseen;
    let table = [
        (entry, runbook, "## keys-refused", "## keys", operations, "no entry \"keys-refused\""),
        (entry, runbook, "## keys-refused", "## keys", runbook, "no alarm leads to the entry keys"),
        (entry, operations, "AlarmActions: [!Ref Topic]", "AlarmActions: []", operations, "nobody"),
        (watched, operations, "Value: revocation_stuck", "Value: stuck", "functions/", "stands on"),
        (
            watched,
            operations,
            "Value: revocation_stuck",
            "Value: stuck",
            operations,
            "nothing raises",
        ),
        (
            watched,
            operations,
            "Value: keys_refused",
            "Value: keys",
            "shared/",
            "stands on keys_ref",
        ),
        (watched, operations, "\"rows_added\"", "\"rows\"", "functions/", "nobody looks at rows_a"),
        (watched, operations, "\"rows_added\"", "\"rows\"", operations, "nothing counts rows"),
        (
            unseen,
            operations,
            "Value: !Ref SyncDeadLettersName",
            "Value: !Ref SyncQueueName",
            "template.yaml",
            "ApproximateNumberOfMessagesVisible of SyncDeadLettersName",
        ),
        (
            unseen,
            operations,
            "Value: !Ref RevokeQueueName",
            "Value: !Ref SyncQueueName",
            "template.yaml",
            "ApproximateAgeOfOldestMessage of RevokeQueueName",
        ),
        (
            unseen,
            operations,
            "MetricName: Errors",
            "MetricName: Duration",
            "template.yaml",
            "Errors",
        ),
        (
            unseen,
            operations,
            "TreatMissingData: breaching",
            "TreatMissingData: ignore",
            operations,
            "ticks",
        ),
        (
            unseen,
            operations,
            "MetricName: callbacks_lost",
            "MetricName: lost",
            operations,
            "callbacks_lost",
        ),
    ];
    for (law, file, from, to, told_in, words) in table {
        notices(law, &PROJECT, &PROJECT.clone().edit(file, from, to), told_in, words);
    }
}
