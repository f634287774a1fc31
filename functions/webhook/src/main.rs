//! The deployed `webhook`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::RunError> {
    shell::run(webhook::start).await
}
