//! What brings a pull: Salt Edge's call, a user who waits, a slot. Where that fails, whoever began it does it again.

use e2e::{lose_callbacks, minutes};
use serde_json::json;
use simulator::CallbackKind;

use crate::{play::Play, scenario::Trigger};

impl Play<'_> {
    pub(crate) async fn trigger(&mut self, by: Trigger) {
        let world = &self.stage.world;
        let lost =
            matches!(by, Trigger::Refresh { lost: true, .. } | Trigger::Schedule { lost: true });
        if lost {
            lose_callbacks(world, Some(CallbackKind::Success));
            self.counts.add("a lost callback", 1);
        }
        match by {
            Trigger::Callback(times) => {
                self.counts.add("callbacks more than one", u32::from(times > 1));
                self.salt_edge_calls(times).await;
                if self.points.met_beside().is_some() {
                    // What was not answered well is sent again.
                    world.cloud.clock().advance(minutes(2));
                    world.salt_edge.control().pump().await;
                }
            }
            Trigger::Refresh { times, .. } => {
                let before = self.asks();
                let path = format!("/v1/connections/{}/refresh", self.stage.id.as_str());
                for _ in 0..times {
                    let mut asked = self.user.post(&path, &json!({})).await;
                    if asked.status >= 500 && self.points.met_beside().is_some() {
                        asked = self.user.post(&path, &json!({})).await;
                    }
                    assert!(matches!(asked.status, 202 | 429), "{}", asked.json);
                    self.wanted = self.wanted.or((asked.status == 202).then_some(before));
                }
            }
            Trigger::Schedule { .. } => {
                self.wanted = Some(self.asks());
                world.cloud.clock().advance(minutes(2));
                // A tick that fails is done again by the next.
                if world.cloud.tick().await.is_err() {
                    world.cloud.clock().advance(minutes(1));
                    drop(world.cloud.tick().await);
                }
            }
        }
    }

    /// Salt Edge was at the bank by itself, and calls.
    pub(crate) async fn salt_edge_calls(&self, times: u8) {
        let control = self.stage.world.salt_edge.control();
        self.stage.world.cloud.clock().advance(minutes(1));
        control.switch(|switches| switches.success_callbacks = times);
        control.visit_bank(self.stage.remote).unwrap();
        control.pump().await;
        control.switch(|switches| switches.success_callbacks = 1);
    }
}
