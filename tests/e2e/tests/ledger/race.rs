//! Pulls that meet, and a revocation that comes while one is under way. Which request waits for which is given by the
//! tap, so that a race goes the same way each time.

use std::pin::Pin;

use local_cloud::Effect;

use crate::{play::Play, scenario::Edit};

/// A pull that is under way.
type Pull<'s> = Pin<Box<dyn Future<Output = bool> + 's>>;

impl<'s> Play<'s> {
    /// Delivers messages until a pull is held, beside those that are held already.
    async fn next_held(&self, held: usize) -> Option<Pull<'s>> {
        let (world, tap) = (&self.stage.world, self.stage.world.cloud.tap());
        while self.points.left() > 0 {
            let mut pull: Pull<'s> = Box::pin(world.cloud.deliver("sync"));
            let some = tokio::select! {
                biased;
                some = &mut pull => some,
                () = tap.holds(held + 1) => return Some(pull),
            };
            let pumped = world.salt_edge.control().pump().await;
            if !some && pumped.events + pumped.callbacks == 0 {
                break;
            }
        }
        None
    }

    /// One pull after the other is held and the next begins; the last runs to its end, then they go on.
    pub(crate) async fn race(&mut self, meanwhile: &[Edit], then: Option<(u32, Effect)>) {
        let cloud = &self.stage.world.cloud;
        let mut held = Vec::new();
        while let Some(pull) = self.next_held(held.len()).await {
            held.push(pull);
        }
        self.points.set(&[]);
        if !held.is_empty() && !meanwhile.is_empty() {
            self.edit(meanwhile);
            self.salt_edge_calls(1).await;
            self.counts.add("a bank that goes on in a race", 1);
        }
        let raced = !held.is_empty() && cloud.deliver("sync").await;
        let name = if held.len() == 1 { "two pulls that race" } else { "three pulls that race" };
        self.counts.add(name, u32::from(raced));
        if held.len() == 1 {
            self.points.set(then.as_slice());
        }
        while let Some(pull) = held.pop() {
            cloud.tap().release();
            pull.await;
        }
    }

    pub(crate) async fn revoke(&mut self, worked_on: bool) {
        let cloud = &self.stage.world.cloud;
        let held = self.next_held(0).await;
        self.points.set(&[]);
        self.counts.add("a revocation during a pull", u32::from(held.is_some()));
        let mut revoked = self.user.revoke(&self.stage.connection).await;
        if revoked.status >= 500 && self.points.met_beside().is_some() {
            revoked = self.user.revoke(&self.stage.connection).await;
        }
        revoked.expect(202);
        if worked_on {
            cloud.deliver("revoke").await;
        }
        if let Some(pull) = held {
            cloud.tap().release();
            pull.await;
        }
    }
}
