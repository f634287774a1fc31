//! Sending to a queue.

use domain::message::Message;

use crate::correlation::correlation;

/// The message could not be stored on the queue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueueError {
    /// The queue refused or did not answer.
    #[error("the queue did not take the message ({code}, request {request})")]
    Refused {
        /// AWS's error code.
        code: String,
        /// AWS's request id, for its support.
        request: String,
    },
    /// The message is not JSON: a fault of ours.
    #[error("the message cannot be written")]
    Unwritable,
}

/// Messages sent in one request. Source: `SendMessageBatch`.
const BATCH: usize = 10;

/// A queue that this function may send to.
#[derive(Debug, Clone)]
pub struct Queue {
    client: aws_sdk_sqs::Client,
    url: String,
}

impl Queue {
    pub(crate) fn new(client: aws_sdk_sqs::Client, url: String) -> Self {
        Self { client, url }
    }

    /// Stores one message. When this returns well, it will be delivered or be seen in the dead letters.
    pub async fn send(&self, message: &Message) -> Result<(), QueueError> {
        let body = body(message)?;
        let sent = self.client.send_message().queue_url(&self.url).message_body(body).send().await;
        sent.map(drop).map_err(|error| refused(&error))
    }

    /// Stores many messages, ten in a request. Errors: as soon as one is not stored.
    pub async fn send_all(&self, messages: &[Message]) -> Result<(), QueueError> {
        for batch in messages.chunks(BATCH) {
            let mut request = self.client.send_message_batch().queue_url(&self.url);
            for (index, message) in batch.iter().enumerate() {
                let body = body(message)?;
                let entry = aws_sdk_sqs::types::SendMessageBatchRequestEntry::builder()
                    .id(index.to_string())
                    .message_body(body)
                    .build()
                    .map_err(|_| QueueError::Unwritable)?;
                request = request.entries(entry);
            }
            let sent = request.send().await.map_err(|error| refused(&error))?;
            if let Some(failed) = sent.failed().first() {
                let (code, request) = (failed.code().to_owned(), String::from("in a batch"));
                return Err(QueueError::Refused { code, request });
            }
        }
        Ok(())
    }
}

/// The message, and under which id it was sent. In the body, where a dead letter that is sent again keeps
/// it; readers of other releases pass over it.
fn body(message: &Message) -> Result<String, QueueError> {
    let mut body = serde_json::to_value(message).map_err(|_| QueueError::Unwritable)?;
    if let (Some(id), Some(fields)) = (correlation(), body.as_object_mut()) {
        fields.insert(String::from("correlation"), id.as_str().into());
    }
    Ok(body.to_string())
}

/// Code and request id only: the SDK's own text can echo a message.
fn refused<E, R>(error: &aws_sdk_sqs::error::SdkError<E, R>) -> QueueError
where
    E: aws_sdk_sqs::error::ProvideErrorMetadata,
    aws_sdk_sqs::error::SdkError<E, R>: aws_sdk_sqs::operation::RequestId,
{
    use aws_sdk_sqs::operation::RequestId;
    QueueError::Refused {
        code: error.as_service_error().and_then(|e| e.code()).unwrap_or("no answer").to_owned(),
        request: error.request_id().unwrap_or("none").to_owned(),
    }
}
