/** The end of a link, in both modes: each phase is told apart, and nothing says "removed" before it is proven. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { OAUTH } from "./banks.mjs";
import { journey } from "./reader.mjs";
import { deleteInDashboard } from "./salt-edge.mjs";
import { ADA, link, linked, prepare, statement, visit } from "./saas.mjs";

/** A phase of the revocation is reached; those before it are done. */
const reached = (reader, phase) => reader.page.locator(`[data-testid="revocation"][data-phase="${phase}"]`).waitFor({ timeout: 60_000 });

/** The removal is proven: it is looked for each minute, and minutes pass. */
async function gone(reader, halite) {
  const proven = reader.page.locator('[data-testid="revocation"][data-phase="removed_proven"]');
  for (let minute = 0; minute < 20 && (await proven.count()) === 0; minute++) {
    await halite.later(60);
    await proven.waitFor({ timeout: 2000 }).catch(() => {});
  }
  await proven.waitFor();
}

describe("revocation", { concurrency: 2 }, () => {
  journey("c4 a partner's user revokes, deletes in the dashboard, and sees the proof", {}, async (reader, halite) => {
    await linked(reader, OAUTH);
    await reader.id("revoke").click();
    await reader.id("revoke-yes").waitFor();
    await reader.look("revoke-dialog");
    assert.equal(await reader.page.evaluate(() => document.activeElement.dataset.testid), "revoke-no", "the harmless choice has the focus");
    await reader.page.keyboard.press("Escape");
    await reader.id("revoke-dialog").waitFor({ state: "detached" });
    await reader.id("revoke").click();
    await reader.id("revoke-yes").click();
    await reached(reader, "left_with_owner");
    assert.match(await reader.id("kept-until").innerText(), /\d{4}/, "until when the rows stay");
    await reader.look("left-with-owner");
    const [dashboard] = await Promise.all([reader.page.waitForEvent("popup"), reader.id("next-delete_in_dashboard").click()]);
    assert.equal(await deleteInDashboard(reader, dashboard, ADA.email), 1);
    await gone(reader, halite);
    await reader.look("removal-proven");
    await reader.open();
    await reader.look("home-ended");
    await reader.id("connection-card").locator("a").click();
    await reader.id("link-again").click();
    await reader.isLedTo("contact-form");
  });

  journey("c4 with an own licence the link is removed and proven without its user", { mode: "client" }, async (reader) => {
    await link(reader, OAUTH);
    await reader.id("revoke").click();
    await reader.look("revoke-dialog-client");
    await reader.id("revoke-yes").click();
    await reached(reader, "removed_proven");
    assert.match(await reader.id("kept-until").innerText(), /\d{4}/, "until when the rows stay");
    assert.equal(await reader.id("next-delete_in_dashboard").count(), 0);
    await reader.look("removal-proven-client");
  });

  journey("s2 with an own licence nobody is asked for an e-mail", { mode: "client" }, async (reader) => {
    await prepare(reader, OAUTH);
    await reader.look("depart-client");
    await visit(reader);
    await statement(reader);
  });
});
