//! The SDK's errors as ours.

use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    operation::{RequestId, transact_write_items::TransactWriteItemsError},
};
pub use domain::stored::StoreError;

/// Sorts an SDK error: a failed condition is a conflict, everything else is the table's.
pub(crate) fn sorted<E, R>(what: &'static str, error: &SdkError<E, R>) -> StoreError
where
    E: ProvideErrorMetadata,
    SdkError<E, R>: RequestId,
{
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or("no answer");
    match code {
        "ConditionalCheckFailedException" => StoreError::Conflict,
        _ => StoreError::Unavailable {
            what,
            code: code.to_owned(),
            request: error.request_id().unwrap_or("none").to_owned(),
        },
    }
}

/// Sorts the error of a transaction: it is a conflict only where a condition did not hold. One that was
/// cancelled because another ran, or for want of capacity, says nothing of what is stored.
pub(crate) fn cancelled<R>(error: &SdkError<TransactWriteItemsError, R>) -> StoreError
where
    SdkError<TransactWriteItemsError, R>: RequestId,
{
    let reasons = match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            cancelled.cancellation_reasons()
        }
        _ => &[],
    };
    let because = |code| reasons.iter().any(|reason| reason.code() == Some(code));
    if because("ConditionalCheckFailed") {
        return StoreError::Conflict;
    }
    if because("TransactionConflict") {
        return StoreError::Contended;
    }
    sorted("a transaction", error)
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::{
        config::http::HttpResponse,
        types::{CancellationReason, error::TransactionCanceledException},
    };

    use super::*;

    #[test]
    fn only_a_condition_that_did_not_hold_is_a_conflict() {
        for (codes, want) in [
            (vec!["None", "ConditionalCheckFailed"], "conflict"),
            (vec!["ConditionalCheckFailed", "TransactionConflict"], "conflict"),
            (vec!["TransactionConflict", "None"], "contended"),
            (vec!["ThrottlingError"], "unavailable"),
            (vec![], "unavailable"),
        ] {
            let reasons = codes
                .iter()
                .map(|&code| CancellationReason::builder().code(code).build())
                .collect();
            let why =
                TransactionCanceledException::builder().set_cancellation_reasons(Some(reasons));
            let why = TransactWriteItemsError::TransactionCanceledException(why.build());
            let answer = HttpResponse::new(400.try_into().unwrap(), Vec::new().into());
            let got = cancelled(&SdkError::service_error(why, answer));
            let told = match got {
                StoreError::Conflict => "conflict",
                StoreError::Contended => "contended",
                StoreError::Unavailable { .. } => "unavailable",
                StoreError::Unreadable { .. } | StoreError::TooLarge { .. } => "another",
            };
            assert_eq!(told, want, "{codes:?}");
        }
    }
}
