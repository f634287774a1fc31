//! The deployed `webhook`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    shell::run(webhook::start).await
}
