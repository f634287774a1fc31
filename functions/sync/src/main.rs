//! The deployed `sync`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    shell::run(sync::start).await
}
