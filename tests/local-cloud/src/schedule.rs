//! The schedule: its expression and the event that it sends.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::template::{ACCOUNT, REGION, STACK};

/// `rate(…)`: the time between two events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rate(pub(crate) SignedDuration);

impl Rate {
    /// Reads `rate(1 minute)`, `rate(5 minutes)`, hours and days likewise. A 1 takes the singular, as on AWS.
    pub(crate) fn parse(expression: &str) -> Result<Self, String> {
        let refuse = || format!("{expression} is no rate(n minutes), (n hours) or (n days)");
        let inner = expression.strip_prefix("rate(").and_then(|rest| rest.strip_suffix(')'));
        let (count, unit) = inner.and_then(|inner| inner.split_once(' ')).ok_or_else(refuse)?;
        let count: i64 = count.parse().map_err(|_| refuse())?;
        let minutes = match (count, unit) {
            (1, "minute") | (2.., "minutes") => count,
            (1, "hour") | (2.., "hours") => count.saturating_mul(60),
            (1, "day") | (2.., "days") => count.saturating_mul(24 * 60),
            _ => return Err(refuse()),
        };
        Ok(Self(SignedDuration::from_mins(minutes)))
    }
}

/// The event of EventBridge for `package` at `now`.
pub(crate) fn event(package: &str, now: Timestamp) -> Value {
    json!({
        "version": "0",
        "id": format!("tick-{}", now.as_second()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "region": REGION,
        "resources": [format!("arn:aws:events:{REGION}:{ACCOUNT}:rule/{STACK}-{package}")],
        "detail": {},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_read_as_aws_reads_it() {
        for (text, want) in [
            ("rate(1 minute)", Some(1)),
            ("rate(5 minutes)", Some(5)),
            ("rate(1 hour)", Some(60)),
            ("rate(2 days)", Some(2880)),
            ("rate(1 minutes)", None),
            ("rate(5 minute)", None),
            ("rate(0 minutes)", None),
            ("rate(1 fortnight)", None),
            ("cron(0 12 * * ? *)", None),
            ("1 minute", None),
        ] {
            let got = Rate::parse(text).ok().map(|rate| rate.0.as_mins());
            assert_eq!(got, want, "{text}");
        }
    }
}
