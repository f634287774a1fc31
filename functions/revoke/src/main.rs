//! The deployed `revoke`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    shell::run(revoke::start).await
}
