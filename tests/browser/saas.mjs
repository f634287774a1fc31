/** What a user does on the page that plays the SaaS. */
import assert from "node:assert/strict";
import { walk } from "./salt-edge.mjs";

/** How long the work behind a visit may take. */
const PATIENCE = { timeout: 60_000 };

/** Who links a bank in partner mode. With an own licence nothing is asked. */
export const ADA = { phone: "+84 912 345 678", email: "ada@example.com" };

/** From the search to the door of Salt Edge. */
export async function prepare(reader, bank) {
  await reader.open("#/add");
  // The list of all banks is replaced by what was found: whoever clicks in between clicks at nothing.
  const all = await reader.id("institution").first().elementHandle();
  await reader.id("search-query").fill(bank.name);
  await reader.page.waitForFunction((one) => !one.isConnected, all);
  await reader.id(`institution-${bank.id}`).click();
  await contact(reader);
}

/** The form with e-mail and phone, as far as it asks, sent. */
export async function contact(reader) {
  await reader.id("contact-form").waitFor();
  for (const [name, value] of Object.entries(ADA)) {
    const field = reader.id(`contact-${name}`);
    if ((await field.count()) > 0) await field.fill(value);
  }
  await reader.id("contact-submit").click();
  await reader.id("depart").waitFor();
}

/** Through Salt Edge's pages and back. */
export async function visit(reader, will = {}) {
  await reader.id("depart").click();
  await reader.page.waitForURL((url) => !reader.isHome(url.href));
  return walk(reader, will);
}

/** A bank from the search to its statement; answers the address of the connection. */
export async function link(reader, bank, will = {}) {
  await prepare(reader, bank);
  const steps = await visit(reader, will);
  await statement(reader);
  return { steps: steps.filter((step) => step !== "fetching"), at: new URL(reader.page.url()).hash };
}

/**
 * A bank that is linked before the journey begins: the session is asked for by the SaaS's server, the browser is sent
 * straight to Salt Edge. Answers what `link` answers.
 */
export async function linked(reader, bank, will = {}) {
  const steps = await sent(reader, bank, will);
  await statement(reader);
  return { steps, at: new URL(reader.page.url()).hash };
}

/** The same, as far as the browser's return; the outcome may be any. */
export async function sent(reader, bank, will = {}) {
  const { halite, page } = reader;
  const config = await (await fetch(`${halite.page}/config.json`)).json();
  const who = config.mode === "partner" ? ADA : {};
  const request = { intent: "link", institution_id: bank.id, return_to: config.return_to, locale: reader.language, ...who };
  const { status, body } = await halite.call("POST", "/v1/link-sessions", request);
  assert.equal(status, 201, JSON.stringify(body));
  await page.goto(body.connect_url);
  const steps = await walk(reader, will);
  return steps.filter((step) => step !== "fetching");
}

/** The statement of a connection is on the screen. */
export function statement(reader) {
  return reader.id("statement").waitFor(PATIENCE);
}

/** The one notice on the screen: what it is about, in whole words, and the one button that leads on. */
export async function told(reader, action) {
  const notice = reader.page.locator(`[data-testid="notice"][data-action="${action}"]`);
  await notice.waitFor(PATIENCE);
  assert.equal(await reader.id("notice").count(), 1, "one thing is told at a time");
  assert.equal(await notice.locator("button, a").count(), 1, "one button leads on");
  const text = await reader.id("notice-text").innerText();
  assert.match(text, /^\p{Lu}.{15,}[.!]$/su, "a whole sentence");
  return text;
}

/** The balances that stand on the screen, and those of the rows, add up. */
export async function addsUp(reader) {
  const rows = await reader.id("booked").getByTestId("row").evaluateAll((nodes) =>
    nodes.map((node) => ({
      amount: node.querySelector('[data-testid="row-amount"]').dataset.amount,
      balance: node.querySelector('[data-testid="row-balance"]').dataset.amount,
    })));
  assert.ok(rows.length > 1, `a statement of ${rows.length} rows`);
  for (const [at, { amount, balance }] of rows.slice(0, -1).entries()) {
    const below = rows[at + 1].balance;
    if (balance !== undefined && below !== undefined) assert.equal(exact(balance) - exact(amount), exact(below), `row ${at}`);
  }
  const observed = await reader.page.locator('[data-testid="account"][aria-current="true"] [data-testid="account-balance"]').getAttribute("data-amount");
  if (rows[0].balance !== undefined) assert.equal(exact(rows[0].balance), exact(observed));
  return rows.length;
}

/** A decimal string as a whole number of the 10^-8 unit: exact, so that sums can be compared. */
function exact(text) {
  const [, sign, whole, fraction = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  return BigInt(sign + whole + fraction.padEnd(8, "0"));
}
