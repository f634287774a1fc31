import { check } from "./checks.mjs";

const PAUSE = 250;
const LIMIT = 240;

/** Walks through Salt Edge's pages as its user does, until the browser is back at `home`. `tick`: whether the consent box is ticked. */
export async function walk(page, home, { tick = true, login = "username", password = "secret", shot = async () => {} } = {}) {
  const seen = new Set();
  for (let turn = 0; turn < LIMIT; turn++) {
    if (page.url().startsWith(home)) return;
    const step = await stepOf(page);
    if (step !== "fetching" && step !== "none" && !seen.has(step)) {
      seen.add(step);
      await shot(`salt-edge-${step}`);
    }
    await take(page, step, { tick, login, password });
    await page.waitForTimeout(PAUSE);
  }
  check(false, `still at ${new URL(page.url()).pathname} after ${(LIMIT * PAUSE) / 1000} seconds`);
}

const FORMS = [
  ["consent", 'form[action="/connect/consent"]'],
  ["credentials", 'form[action="/connect/credentials"]'],
  ["code", 'form[action="/connect/step"]'],
  ["accounts", 'form[action="/connect/accounts"]'],
  ["bank-login", 'form[action="/bank/login"]'],
  ["bank-authorise", 'form[action="/bank/authorise"] input[value="authorise"]'],
  ["failed", 'form[action="/connect/leave"]'],
  ["fetching", "#stage"],
];

async function stepOf(page) {
  for (const [name, form] of FORMS) {
    if ((await page.locator(form).count().catch(() => 0)) > 0) return name;
  }
  return "none";
}

async function take(page, step, { tick, login, password }) {
  const form = (action) => page.locator(`form[action="${action}"]`).first();
  const submit = (action) => form(action).locator('button[type="submit"]').first().click();
  switch (step) {
    case "consent":
      await page.locator("#consent").setChecked(tick);
      return submit("/connect/consent");
    case "credentials":
      await page.locator("#login").fill(login);
      await page.locator("#password").fill(password);
      return submit("/connect/credentials");
    case "code":
      await page.locator("#answer").fill("123456");
      return submit("/connect/step");
    case "accounts":
      return submit("/connect/accounts");
    case "bank-login":
      await page.locator("#login").fill(login);
      await page.locator("#password").fill(password);
      return submit("/bank/login");
    case "bank-authorise":
      return submit("/bank/authorise");
    case "failed":
      return submit("/connect/leave");
    default:
      return undefined;
  }
}
