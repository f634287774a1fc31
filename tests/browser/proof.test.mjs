/** The strip of days: what adds up to the bank's balances, what does not, and what cannot be said. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { OAUTH } from "./banks.mjs";
import { journey } from "./reader.mjs";
import { linked } from "./saas.mjs";

const AT = { provider: OAUTH.id, account: "account-1" };

/** The bank is asked two hours later, and what it has is on the screen. */
async function later(reader, halite, verdict) {
  await halite.later(7200);
  const { body } = await halite.call("GET", "/v1/connections");
  const [{ id }] = body.connections;
  const { status } = await halite.call("POST", `/v1/connections/${id}/refresh`, {});
  assert.equal(status, 202);
  await reader.page.locator(`[data-testid="proof"][data-verdict="${verdict}"]`).waitFor({ timeout: 60_000 });
}

describe("the proof", { concurrency: 2 }, () => {
  journey("t2 a strip of days says what adds up", {}, async (reader, halite) => {
    await linked(reader, OAUTH);
    await reader.page.locator('[data-testid="proof"][data-verdict="unprovable"]').waitFor();
    await reader.reads("proof-summary", "proof.reason.one_balance");
    await reader.look("proof-unprovable");
    await halite.simulator("bank/rows", { ...AT, row: { amount: "-3.0", description: "SHOWN" } });
    await later(reader, halite, "proven");
    await halite.simulator("bank/accounts/edit", { ...AT, balance: { off_by: "-12.34" } });
    await later(reader, halite, "broken");
    assert.match(await reader.id("proof-summary").innerText(), /12[.,]34/);
    // The same without colours: each day has a sign, and the words are one key away.
    const signs = await reader.id("proof-day").evaluateAll((days) => days.map((day) => day.textContent));
    assert.ok(signs.includes("!") && signs.includes("–"), signs.join(""));
    await reader.id("proof-details").locator("summary").click();
    await reader.look("proof-broken");
  });
});
