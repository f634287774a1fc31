//! The deployed `statements`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::RunError> {
    shell::run(statements::start).await
}
