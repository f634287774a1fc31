/** A bank that is linked: asked again, signed in to again, with more accounts, linked twice. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { OAUTH, SIMPLE } from "./banks.mjs";
import { journey } from "./reader.mjs";
import { linked, prepare, statement, told, visit } from "./saas.mjs";

const HOUR = 3600;
const COFFEE = "COFFEE AT THE CORNER";

/** A row appears at the bank. */
const coffee = (halite, bank) =>
  halite.simulator("bank/rows", { provider: bank.id, account: "account-1", row: { amount: "-3.2", description: COFFEE } });

/** The row is on the screen, in the current account, which comes first. */
async function coffeeIsRead(reader) {
  await reader.id("account").first().click();
  await reader.id("row-description").filter({ hasText: COFFEE }).waitFor();
}

describe("visits", { concurrency: 3 }, () => {
  journey("y1 a refresh that is too early says from when on, and later brings the new row", {}, async (reader, halite) => {
    await linked(reader, SIMPLE);
    reader.expects(/^POST .*\/refresh 429$/);
    await reader.id("refresh").click();
    await told(reader, "wait_until");
    await reader.id("allowed-at").waitFor();
    await reader.look("refresh-too-early");
    await reader.id("next-wait_until").click();
    await reader.id("notice").waitFor({ state: "detached" });
    await coffee(halite, SIMPLE);
    await halite.later(HOUR);
    await reader.id("refresh").click();
    await reader.id("asking").waitFor();
    await reader.look("refresh-asking");
    await reader.id("asking").waitFor({ state: "detached" });
    await coffeeIsRead(reader);
  });

  journey("l5 credentials are updated, and the connection stays what it was", {}, async (reader, halite) => {
    const { at } = await linked(reader, OAUTH);
    const before = (await halite.call("GET", "/v1/connections")).body.connections;
    await coffee(halite, OAUTH);
    await halite.later(HOUR);
    await reader.id("reconnect").click();
    await reader.isLedTo("depart");
    await reader.reads("visit", "depart.title");
    await reader.look("update-depart");
    await visit(reader);
    await statement(reader);
    assert.equal(new URL(reader.page.url()).hash, at, "the same connection");
    const after = (await halite.call("GET", "/v1/connections")).body.connections;
    assert.deepEqual(after.map((one) => [one.id, one.accounts.map((account) => account.id)]), before.map((one) => [one.id, one.accounts.map((account) => account.id)]));
    await coffeeIsRead(reader);
  });

  journey("l5 another login than before is told apart", {}, async (reader, halite) => {
    await linked(reader, SIMPLE);
    await halite.simulator("bank/logins", { provider: SIMPLE.id, login: "bob", password: "bobs" });
    await reader.id("reconnect").click();
    await reader.id("depart").waitFor();
    await visit(reader, { login: "bob", password: "bobs" });
    await told(reader, "use_same_login");
    await reader.look("other-login");
    await reader.id("next-use_same_login").click();
    await reader.id("depart").waitFor();
    await visit(reader);
    await statement(reader);
  });

  journey("l6 an account that was opened since is fetched", {}, async (reader, halite) => {
    await linked(reader, OAUTH);
    const before = await reader.id("account").count();
    await halite.simulator("bank/accounts", { provider: OAUTH.id, account: { name: "Holidays", currency: "EUR", nature: "savings", opening: "250.00" } });
    await reader.id("fetch-accounts").click();
    await reader.isLedTo("depart");
    await reader.look("fetch-depart");
    await visit(reader);
    await reader.id("account").nth(before).waitFor();
    assert.equal(await reader.id("account").filter({ hasText: "Holidays" }).count(), 1);
    const said = reader.id("changes").locator('[data-change="added"]');
    assert.ok((await said.allInnerTexts()).every((text) => text === reader.t("changes.added", { name: "Holidays", currency: "EUR" })));
    await reader.look("fetched");
  });

  journey("l6 an account gets its place in the books, and the one that follows it is proposed the same", {}, async (reader, halite) => {
    await linked(reader, OAUTH);
    await reader.reads("ledger-reference", "ledger.none");
    await reader.id("ledger-edit").click();
    await reader.id("ledger-field").waitFor();
    assert.equal(await reader.page.evaluate(() => document.activeElement.dataset.testid), "ledger-field");
    await reader.look("ledger-edit");
    await reader.page.keyboard.type("1200");
    await reader.page.keyboard.press("Enter");
    await reader.id("ledger-reference").filter({ hasText: "1200" }).waitFor();
    await reader.look("ledger-said");
    await halite.simulator("bank/accounts/edit", { provider: OAUTH.id, account: "account-1", currency: "USD" });
    await halite.later(HOUR);
    await reader.id("fetch-accounts").click();
    await reader.id("depart").waitFor();
    await visit(reader);
    await statement(reader);
    await reader.id("account").filter({ hasText: "$" }).click();
    await reader.id("ledger-proposal").waitFor();
    await reader.look("ledger-proposed");
    await reader.id("ledger-use").click();
    await reader.id("ledger-reference").filter({ hasText: "1200" }).waitFor();
  });

  journey("l7 a bank that is linked already leads to its connection", { switches: { same_login: "duplicated" } }, async (reader) => {
    const { at } = await linked(reader, SIMPLE);
    await prepare(reader, SIMPLE);
    await visit(reader, { look: "duplicate" });
    await told(reader, "reuse_connection");
    await reader.look("duplicate");
    await reader.id("next-reuse_connection").click();
    // To the visit itself where the API says which connection it is, else to the list.
    await reader.id("depart").or(reader.id("connection-card")).waitFor();
    if ((await reader.id("depart").count()) === 0) {
      await reader.id("connection-card").locator("a").click();
      await reader.id("reconnect").click();
    }
    await reader.id("depart").waitFor();
    await visit(reader);
    await statement(reader);
    assert.equal(new URL(reader.page.url()).hash, at);
  });

  journey("c3 a consent that has ended is renewed by one button", {}, async (reader, halite) => {
    const { at } = await linked(reader, OAUTH);
    const { connections } = await (await fetch(`${halite.control}/ledger`)).json();
    const [{ id }] = connections;
    await halite.simulator(`connections/${id}/consent/end`, { reason: "expired" });
    await told(reader, "renew_consent");
    await reader.look("consent-ended");
    await reader.id("next-renew_consent").click();
    await reader.id("depart").waitFor();
    await visit(reader);
    await statement(reader);
    assert.equal(new URL(reader.page.url()).hash, at);
  });
});
