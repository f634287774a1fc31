//! What a user does and sees who takes a bank back.

use local_cloud::World;
use serde_json::Value;
use simulator::{Browser, Id};

use crate::{Answer, User};

impl User<'_> {
    /// This user's token at this instant.
    pub fn token(&self) -> String {
        self.world.cloud.token(&self.tenant, &self.sub, &self.scopes)
    }

    /// DELETE of a connection.
    pub async fn revoke(&self, connection: &Value) -> Answer {
        self.call("DELETE", &path(connection), None).await
    }

    /// The connection as it stands now.
    pub async fn again(&self, connection: &Value) -> Value {
        self.get(&path(connection)).await
    }

    /// Status and phase as they stand now.
    pub async fn stands(&self, connection: &Value) -> (String, String) {
        let now = self.again(connection).await;
        let text = |name: &str| now[name].as_str().unwrap_or("").to_owned();
        (text("status"), text("phase"))
    }

    /// All rows of all accounts of a connection, account by account.
    pub async fn statement(&self, connection: &Value) -> Vec<Value> {
        let mut all = Vec::new();
        for account in self.again(connection).await["accounts"].as_array().expect("accounts") {
            all.extend(self.rows(account["id"].as_str().unwrap()).await);
        }
        all
    }
}

fn path(connection: &Value) -> String {
    format!("/v1/connections/{}", connection["id"].as_str().expect("an id"))
}

/// The owner deletes a connection in Salt Edge's dashboard, as they would.
pub async fn delete_in_dashboard(world: &World, email: &str, connection: Id) {
    let url = format!("{}/delete", world.salt_edge.dashboard_url());
    let fields = [("email", email), ("connection_id", &connection.to_string())];
    let page = Browser::new().unwrap().post(&url, &fields).await.expect("the dashboard");
    assert_eq!(page.status, 200, "{}", page.html);
}

/// Calls of Salt Edge's API since the first `skipped` of them that read a user's data, or ask the bank.
pub fn reads_since(world: &World, skipped: usize) -> Vec<String> {
    let calls = world.salt_edge.control().record().calls;
    let personal = |path: &str| {
        ["/accounts", "/transactions", "refresh"].iter().any(|part| path.contains(part))
    };
    calls
        .iter()
        .skip(skipped)
        .filter(|call| personal(&call.path))
        .map(|call| format!("{} {} {}", call.at, call.method, call.path))
        .collect()
}
