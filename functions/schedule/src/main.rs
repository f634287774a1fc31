//! The deployed `schedule`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::RunError> {
    shell::run(schedule::start).await
}
