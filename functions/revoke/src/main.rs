//! The deployed `revoke`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::RunError> {
    shell::run(revoke::start).await
}
