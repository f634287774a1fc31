/** A published statement: on the screen, and on paper. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { OAUTH } from "./banks.mjs";
import { journey } from "./reader.mjs";
import { linked } from "./saas.mjs";

const AT = { provider: OAUTH.id, account: "account-1" };
const DAY = 86_400;

/** The account that is shown publishes a statement for each day. */
async function daily(halite, id) {
  const headers = { authorization: `Bearer ${halite.token}`, "content-type": "application/json", "if-match": "*" };
  const answer = await fetch(`${halite.api}/v1/accounts/${id}`, { method: "PATCH", headers, body: '{"statement_period":"daily"}' });
  assert.equal(answer.status, 200);
}

/** A day later the bank is asked, and this version is published. The user signs in afresh: no token lasts a day. */
async function tomorrow(reader, halite, at, version) {
  await halite.later(DAY);
  halite.token = (await (await fetch(`${halite.page}/config.json`)).json()).token;
  const [, id] = /connections\/([^/]+)/.exec(at);
  const account = await reader.id("account").first().getAttribute("data-id");
  // Its slot may be faster: then the bank is asked already.
  await halite.call("POST", `/v1/connections/${id}/refresh`, {});
  const published = async () => {
    const { body } = await halite.call("GET", `/v1/accounts/${account}/statements`);
    return body.statements.some((one) => one.id.endsWith(version));
  };
  const until = Date.now() + 60_000;
  while (!(await published())) {
    assert.ok(Date.now() < until, `version ${version} was not published`);
    await new Promise((go) => setTimeout(go, 250));
  }
  await reader.page.reload();
}

describe("statements", { concurrency: 2 }, () => {
  journey("t1 a published statement is read and printed, and a late row is told", {}, async (reader, halite) => {
    const { page } = reader;
    const { at } = await linked(reader, OAUTH);
    const account = await reader.id("account").first().getAttribute("data-id");
    await daily(halite, account);
    const today = new Date().toISOString().slice(0, 10);
    await halite.simulator("bank/rows", { ...AT, row: { amount: "-3.0", description: "IN TIME", made_on: today } });
    await tomorrow(reader, halite, at, "001");
    await reader.id("published-statement").first().waitFor({ timeout: 60_000 });
    await halite.simulator("bank/rows", { ...AT, row: { amount: "-4.5", description: "LATE", made_on: today } });
    await tomorrow(reader, halite, at, "002");
    const restated = () => page.locator('[data-testid="published-statement"][data-id$="002"]').first();
    await restated().waitFor({ timeout: 60_000 });
    await reader.look("statements");
    await restated().click();
    await reader.id("sheet").waitFor();
    assert.match(await reader.id("sheet-changes").innerText(), /LATE/);
    assert.equal(await reader.id("sheet-row").count(), 2);
    await reader.look("sheet");
    await page.emulateMedia({ media: "print" });
    assert.equal(await reader.id("print").isVisible(), false);
    assert.equal(await reader.id("home-link").isVisible(), false);
    const paper = await page.pdf({ format: "A4" });
    assert.ok(paper.length > 1000);
    await page.screenshot({ path: `${process.env.HALITE_PICTURES ?? "target/browser"}/${reader.language}/sheet-print.png`, fullPage: true });
    await page.emulateMedia({ media: null });
    await reader.open(at);
    await reader.id("statement").waitFor();
  });
});
