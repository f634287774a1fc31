//! The deployed `connect`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    shell::run(connect::start).await
}
