/** Salt Edge's pages and a bank's, as their user walks through them. */
import assert from "node:assert/strict";

/** Pages of one walk at most; one that fetches shows itself again each second. */
const PAGES = 60;

const STEPS = [
  ["consent", 'form[action="/connect/consent"]'],
  ["credentials", 'form[action="/connect/credentials"]'],
  ["code", 'form[action="/connect/step"]'],
  ["accounts", 'form[action="/connect/accounts"]'],
  ["bank-login", 'form[action="/bank/login"]'],
  ["bank-authorise", 'form[action="/bank/authorise"] input[value="authorise"]'],
  ["failed", 'form[action="/connect/leave"]'],
  ["fetching", "#stage"],
];

/** What the picture of an interactive step asks for, as the page says it to its reader. */
const CODE = /<b>(\w+)<\/b>|aria-label="(\w+)"/;

/**
 * Walks until the browser is back at the SaaS. `will`: what is done otherwise than usual: `tick` the consent box, `login`,
 * `password`, `fields` (further fields by name), `codes` (answers to interactive steps), `accounts` (how many stay ticked),
 * `cancel` (the step at which the user gives up), `look` (a name under which each step is looked at).
 * Answers the steps that were met.
 */
export async function walk(reader, will = {}) {
  const { page } = reader;
  const met = [];
  for (let turn = 0; turn < PAGES; turn++) {
    if (reader.isHome()) return met;
    const step = await page.evaluate((steps) => steps.find(([, form]) => document.querySelector(form))?.[0], STEPS).catch(() => "moving");
    if (step === undefined) assert.fail(`no way on from ${page.url()}: ${await page.locator("body").innerText()}`);
    if (step === "moving") continue;
    if (step === "fetching") {
      if (will.look && !met.includes(step)) await reader.look(`${will.look}-salt-edge-fetching`).catch(atFetching);
      if (!met.includes(step)) met.push(step);
      await page.waitForEvent("load");
      continue;
    }
    met.push(step);
    if (will.look) await reader.look(`${will.look}-salt-edge-${met.length}-${step}`);
    await take(reader, step, will, met.filter((each) => each === step).length - 1);
  }
  assert.fail(`still at ${page.url()} after ${PAGES} pages`);
}

/** The page that fetches is replaced while it is looked at; that it went on is no fault. */
function atFetching(error) {
  if (!/context was destroyed|navigat/i.test(error.message)) throw error;
}

async function take({ page }, step, will, time) {
  const send = (action, button = 'button[type="submit"]') =>
    Promise.all([page.waitForEvent("load"), page.locator(`form[action="${action}"]`).first().locator(button).first().click()]);
  if (will.cancel === step) return send(step.startsWith("bank") ? "/bank/authorise" : "/connect/cancel");
  const signIn = async () => {
    await page.locator("#login").fill(will.login ?? "username");
    await page.locator("#password").fill(will.password ?? "secret");
  };
  switch (step) {
    case "consent":
      await page.locator("#consent").setChecked(will.tick ?? true);
      return send("/connect/consent");
    case "credentials":
      await signIn();
      for (const [name, value] of Object.entries(will.fields ?? {})) {
        const field = page.locator(`#${name}`);
        if ((await field.evaluate((node) => node.tagName)) === "SELECT") await field.selectOption(value);
        else await field.fill(value);
      }
      return send("/connect/credentials");
    case "code":
      await page.locator("#answer").fill(will.codes?.[time] ?? (await shown(page)));
      return send("/connect/step");
    case "accounts":
      await choose(page, will.accounts);
      return send("/connect/accounts");
    case "bank-login":
      await signIn();
      return send("/bank/login");
    case "bank-authorise":
      await choose(page, will.accounts);
      return send("/bank/authorise");
    default:
      return send("/connect/leave");
  }
}

/** The code that the page of the sandbox names itself. */
async function shown(page) {
  const [, written, pictured] = CODE.exec(await page.locator('form[action="/connect/step"]').innerHTML());
  return written ?? pictured;
}

async function choose(page, count) {
  if (count === undefined) return;
  for (const [at, box] of (await page.locator('input[name="account"]').all()).entries()) await box.setChecked(at < count);
}

/** Signs in to the dashboard that a popup shows and deletes every link there. */
export async function deleteInDashboard(reader, popup, email) {
  await popup.locator("#email").fill(email);
  await Promise.all([popup.waitForEvent("load"), popup.locator('button[type="submit"]').first().click()]);
  const remove = popup.locator('form[action="/dashboard/delete"] button');
  const links = await remove.count();
  for (let left = links; left > 0; left--) await Promise.all([popup.waitForEvent("load"), remove.first().click()]);
  await popup.close();
  return links;
}
