//! The deployed `schedule`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    shell::run(schedule::start).await
}
