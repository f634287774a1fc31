//! The deployed `sync`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::RunError> {
    shell::run(sync::start).await
}
