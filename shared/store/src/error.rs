//! The SDK's errors as ours.

use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    operation::RequestId,
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
        "ConditionalCheckFailedException" | "TransactionCanceledException" => StoreError::Conflict,
        _ => StoreError::Unavailable {
            what,
            code: code.to_owned(),
            request: error.request_id().unwrap_or("none").to_owned(),
        },
    }
}
