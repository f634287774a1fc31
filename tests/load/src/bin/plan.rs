//! What planning a page of a thousand known rows costs, in CPU: one JSON line each.
//!
//! `cargo run --release -p load --bin plan`

use e2e::thousand::{ROWS, Thousand};
use first_call::cpu;
use serde_json::json;

/// Times that each is planned.
const ROUNDS: u32 = 200;

fn main() {
    let page = Thousand::new();
    let own = std::process::id();
    for (changed, what) in [(0, "re-imported"), (5, "planned"), (ROWS, "planned")] {
        let fetched = page.shown(changed);
        let before = cpu::spent(own);
        let mut written = 0;
        for _ in 0..ROUNDS {
            let delta = page.plan(&fetched);
            written += delta.accounts.iter().map(|one| one.modified.len()).sum::<usize>();
        }
        let each = cpu::spent(own).saturating_sub(before) / ROUNDS;
        let line = json!({
            "what": what, "rows": ROWS, "changed": changed, "cpu_us": each.as_micros(),
            "changes": written / ROUNDS as usize,
        });
        println!("{line}");
    }
}
