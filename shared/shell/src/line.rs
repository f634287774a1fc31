//! One line of the log.

use std::{fmt, io::Write, time::Instant};

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Value, json};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{Layer, fmt::MakeWriter, layer::Context, registry::LookupSpan};

use crate::clock::Clock;

/// The namespace of every metric. Source: `infra/operations.yaml`.
const NAMESPACE: &str = "Halite";
/// A span with this field is timed: what is counted within it also tells the milliseconds since it
/// began, as the metric that the field names.
const TIMED: &str = "timed";

/// Writes the lines of one deployment.
pub(crate) struct Lines<W> {
    deployment: String,
    clock: Clock,
    writer: W,
}

impl<W> Lines<W> {
    pub(crate) fn new(deployment: &str, clock: &Clock, writer: W) -> Self {
        Self { deployment: deployment.to_owned(), clock: clock.clone(), writer }
    }
}

/// What a span knows.
struct Held {
    fields: Fields,
    since: Instant,
}

impl<S, W> Layer<S> for Lines<W>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    W: for<'writer> MakeWriter<'writer> + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(Held { fields, since: Instant::now() });
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(held) = span.extensions_mut().get_mut::<Held>()
        {
            values.record(&mut held.fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut around = Fields::default();
        for span in context.event_scope(event).into_iter().flatten() {
            let extensions = span.extensions();
            let Some(held) = extensions.get::<Held>() else { continue };
            for (name, value) in &held.fields.0 {
                match (name.as_str(), value.as_str()) {
                    (TIMED, Some(metric)) if fields.counts() => {
                        let took = u64::try_from(held.since.elapsed().as_millis());
                        let took = took.unwrap_or(u64::MAX).into();
                        fields.0.push((format!("metric.{metric}"), took));
                    }
                    (TIMED, _) => {}
                    _ => around.0.push((name.clone(), value.clone())),
                }
            }
        }
        let line = Line { lines: self, level: event.metadata().level().as_str(), fields, around };
        // A line that cannot be written has nowhere to be told.
        if let Ok(mut text) = serde_json::to_vec(&line) {
            text.push(b'\n');
            let _ = self.writer.make_writer().write_all(&text);
        }
    }
}

/// Names and values in their order.
#[derive(Default)]
struct Fields(Vec<(String, Value)>);

impl Fields {
    fn counts(&self) -> bool {
        self.0.iter().any(|(name, _)| name.starts_with("metric."))
    }

    fn named<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter_map(move |(name, _)| name.strip_prefix(prefix))
    }
}

impl Visit for Fields {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.push((field.name().to_owned(), value.into()));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.push((field.name().to_owned(), value.into()));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.push((field.name().to_owned(), value.into()));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.push((field.name().to_owned(), value.into()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.push((field.name().to_owned(), format!("{value:?}").into()));
    }
}

struct Line<'a, W> {
    lines: &'a Lines<W>,
    level: &'static str,
    fields: Fields,
    around: Fields,
}

impl<W> Serialize for Line<'_, W> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("level", self.level)?;
        let mut written = vec!["level", "deployment", "_aws"];
        // The line's own fields first: where a span has one of the same name, the nearer one counts.
        let (own, around) = (self.fields.0.iter(), self.around.0.iter());
        let sentence = own.clone().filter(|(name, _)| name == "message");
        for (name, value) in sentence.chain(own).chain(around) {
            let name = name.strip_prefix("metric.").or(name.strip_prefix("by.")).unwrap_or(name);
            if !written.contains(&name) {
                map.serialize_entry(name, value)?;
                written.push(name);
            }
        }
        if self.fields.counts() {
            map.serialize_entry("deployment", &self.lines.deployment)?;
            map.serialize_entry("_aws", &self.embedded())?;
        }
        map.end()
    }
}

impl<W> Line<'_, W> {
    /// What tells CloudWatch to make metrics of this line: over all, and by what the line says. Source: the specification of the embedded
    /// metric format.
    fn embedded(&self) -> Value {
        let by: Vec<&str> = self.fields.named("by.").collect();
        let mut sets = vec![vec!["deployment"]];
        if !by.is_empty() {
            sets.push(std::iter::once("deployment").chain(by).collect());
        }
        let metric = |name| json!({ "Name": name, "Unit": unit(name) });
        let metrics: Vec<Value> = self.fields.named("metric.").map(metric).collect();
        json!({
            "Timestamp": self.lines.clock.now().as_millisecond(),
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE, "Dimensions": sets, "Metrics": metrics,
            }],
        })
    }
}

fn unit(name: &str) -> &'static str {
    match name.rsplit('_').next() {
        Some("ms") => "Milliseconds",
        Some("seconds") => "Seconds",
        Some(_) | None => "Count",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use jiff::Timestamp;
    use tracing_subscriber::prelude::*;

    use crate::{alarm, clock::Clock, telemetry::log_lines};

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// What `work` writes at this loudness, on a clock that stands at the epoch.
    fn written(loud: &str, work: impl FnOnce()) -> String {
        let written = Written::default();
        let writer = written.clone();
        let clock = Clock::new(|| Timestamp::UNIX_EPOCH);
        let lines = log_lines(loud, "halite-test", &clock, move || writer.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(lines), work);
        let bytes = written.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_line_is_a_sentence_and_fields() {
        let text = written("info", || {
            let _work =
                tracing::error_span!("work", correlation = "req-1", near = "span").entered();
            tracing::info!(connection.id = %"con_1", rows = 2, near = "line", "a sentence");
            tracing::debug!("not so loud");
        });
        let want = r#"{"level":"INFO","message":"a sentence","connection.id":"con_1","rows":2,"near":"line","correlation":"req-1"}"#;
        assert_eq!(text.trim_end(), want);
    }

    #[test]
    fn a_line_that_counts_is_a_metric_however_quiet_the_log_is() {
        let text = written("error", || {
            tracing::info!(
                metric.pulls = 1,
                metric.age_seconds = 7,
                by.outcome = "read",
                "come by"
            );
            tracing::warn!("quiet");
        });
        let want = r#"{"level":"INFO","message":"come by","pulls":1,"age_seconds":7,"outcome":"read","deployment":"halite-test","_aws":{"CloudWatchMetrics":[{"Dimensions":[["deployment"],["deployment","outcome"]],"Metrics":[{"Name":"pulls","Unit":"Count"},{"Name":"age_seconds","Unit":"Seconds"}],"Namespace":"Halite"}],"Timestamp":0}}"#;
        assert_eq!(text.trim_end(), want);
    }

    #[test]
    fn what_is_counted_in_a_timed_span_tells_how_long_it_took() {
        let text = written("info", || {
            let _span = tracing::error_span!("exchange", timed = "salt_edge_ms").entered();
            tracing::info!(metric.salt_edge_calls = 1, "answered");
            tracing::info!("said aside");
        });
        let [counted, aside] = text.lines().collect::<Vec<_>>()[..] else { panic!("{text}") };
        assert!(counted.contains(r#"{"Name":"salt_edge_ms","Unit":"Milliseconds"}"#), "{counted}");
        assert_eq!(aside, r#"{"level":"INFO","message":"said aside"}"#);
    }

    #[test]
    fn an_alarm_is_a_metric_by_its_name() {
        let text = written("off", || alarm("keys_refused", "SignatureNotMatch"));
        assert!(text.contains(r#""Dimensions":[["deployment"],["deployment","alarm"]]"#), "{text}");
        assert!(text.contains(r#""alarm":"keys_refused","why":"SignatureNotMatch""#), "{text}");
    }
}
