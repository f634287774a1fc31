//! One execution environment: the emulated Runtime API and the program that asks it for events.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Path as UrlPath, State},
    http::{Response, StatusCode},
    routing::{get, post},
};
use serde_json::Value;
use tokio::{
    net::TcpListener,
    sync::{Mutex, mpsc},
    time::timeout,
};

use first_call::cpu;

/// Longer than any invocation here, also on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// How a program's start ended.
#[derive(Debug)]
pub enum Started {
    /// It asks for events.
    Ready(Box<Environment>),
    /// It ended before it asked; what it wrote.
    Refused(String),
}

/// What the program says to the Runtime API.
#[derive(Debug)]
enum Said {
    /// It asks for an event.
    Next,
    /// It answers one.
    Answer(Value),
    /// It could not answer one.
    Error(Value),
}

/// How one invocation ended.
#[derive(Debug)]
pub struct Invocation {
    /// The answer, or the error that Lambda would report.
    pub outcome: Result<Value, Value>,
    /// From the event's hand-over to the answer.
    pub took: Duration,
}

/// A running program that waits for its next event. It ends when this is dropped.
#[derive(Debug)]
pub struct Environment {
    child: Child,
    events: mpsc::Sender<String>,
    said: mpsc::Receiver<Said>,
    server: tokio::task::JoinHandle<()>,
    /// From the program's start to the moment at which it asked for its first event.
    pub init: Duration,
}

struct Api {
    said: mpsc::Sender<Said>,
    events: Mutex<mpsc::Receiver<String>>,
}

impl Environment {
    /// Starts a program with exactly these variables, and those by which it finds the Runtime API.
    pub async fn start(program: &Path, variables: &[(String, String)]) -> Started {
        let (events, to_hand_over) = mpsc::channel(1);
        let (say, mut said) = mpsc::channel(4);
        let api = Api { said: say, events: Mutex::new(to_hand_over) };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address").to_string();
        let server = tokio::spawn(async move {
            drop(axum::serve(listener, router(Arc::new(api))).await);
        });
        let mut command = Command::new(program);
        command.env_clear().env("AWS_LAMBDA_RUNTIME_API", address);
        command.envs([
            ("AWS_LAMBDA_FUNCTION_NAME", "halite-load"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "load"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "load"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ]);
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        command.stdout(Stdio::piped()).stderr(Stdio::null()).stdin(Stdio::null());
        let begun = Instant::now();
        let mut child = command.spawn().unwrap_or_else(|e| panic!("{}: {e}", program.display()));
        let mut out = child.stdout.take().expect("its output");
        // What it writes is read as it comes, so that it never waits for us.
        let log = std::thread::spawn(move || {
            let mut text = Vec::new();
            drop(std::io::copy(&mut out, &mut text));
            String::from_utf8_lossy(&text).into_owned()
        });
        loop {
            match timeout(Duration::from_millis(20), said.recv()).await {
                Ok(Some(Said::Next)) => {
                    let init = begun.elapsed();
                    let this = Self { child, events, said, server, init };
                    return Started::Ready(Box::new(this));
                }
                Ok(other) => panic!("the first thing that it said is {other:?}"),
                Err(_silent) if child.try_wait().expect("its state").is_some() => {
                    server.abort();
                    return Started::Refused(log.join().expect("what it wrote"));
                }
                Err(_silent) => assert!(begun.elapsed() < PATIENCE, "it never asked for an event"),
            }
        }
    }

    /// The same of a program that must start.
    pub async fn ready(program: &Path, variables: &[(String, String)]) -> Self {
        match Self::start(program, variables).await {
            Started::Ready(this) => *this,
            Started::Refused(why) => panic!("{} does not start: {why}", program.display()),
        }
    }

    /// Hands one event over and waits for its answer, and for the next question.
    pub async fn invoke(&mut self, event: &Value) -> Invocation {
        let begun = Instant::now();
        self.events.send(event.to_string()).await.expect("the Runtime API");
        let outcome = match self.hear().await {
            Said::Answer(answer) => Ok(answer),
            Said::Error(error) => Err(error),
            Said::Next => panic!("it asks for another event before it answers this one"),
        };
        let took = begun.elapsed();
        assert!(matches!(self.hear().await, Said::Next), "an answer comes once");
        Invocation { outcome, took }
    }

    async fn hear(&mut self) -> Said {
        let heard = timeout(PATIENCE, self.said.recv()).await.expect("it says nothing any more");
        heard.expect("the Runtime API")
    }

    /// CPU time that it has spent so far.
    pub fn cpu(&self) -> Duration {
        cpu::spent(self.child.id())
    }

    /// The most memory that it ever held, in KiB.
    pub fn peak_kib(&self) -> u64 {
        cpu::peak_kib(self.child.id())
    }

    /// Its process: the same from the first event to the last.
    pub fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Environment {
    fn drop(&mut self) {
        self.server.abort();
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn router(api: Arc<Api>) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .with_state(api)
}

async fn next(State(api): State<Arc<Api>>) -> Response<Body> {
    drop(api.said.send(Said::Next).await);
    let event = api.events.lock().await.recv().await.unwrap_or_default();
    let deadline = shell::Clock::system().now().as_millisecond() + 60_000;
    Response::builder()
        .header("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
        .header("lambda-runtime-deadline-ms", deadline.to_string())
        .header(
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-central-1:0:function:load",
        )
        .header("content-type", "application/json")
        .body(Body::from(event))
        .expect("an answer")
}

async fn response(
    State(api): State<Arc<Api>>,
    UrlPath(_id): UrlPath<String>,
    body: Bytes,
) -> StatusCode {
    drop(api.said.send(Said::Answer(serde_json::from_slice(&body).unwrap_or_default())).await);
    StatusCode::ACCEPTED
}

async fn error(
    State(api): State<Arc<Api>>,
    UrlPath(_id): UrlPath<String>,
    body: Bytes,
) -> StatusCode {
    drop(api.said.send(Said::Error(serde_json::from_slice(&body).unwrap_or_default())).await);
    StatusCode::ACCEPTED
}
