//! A function that panics when it is told to, in the same shell as every other.

use shell::{Answer, Function};

const ROUTES: &[&str] = &["GET /well", "GET /panic"];

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    shell::run(|platform| async move {
        Ok(Function::new(&platform.clock).on_call(ROUTES, |call| async move {
            assert!(call.route != "GET /panic", "told to");
            Ok(Answer::empty(204))
        }))
    })
    .await
}
