//! The deployed `statements`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    shell::run(statements::start).await
}
