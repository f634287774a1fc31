/**
 * A bank account's life in a browser: `node journey.mjs PAGE FOLDER`, where PAGE is the first line of `cargo run`
 * and FOLDER takes the pictures. CHROMIUM names another browser than /usr/bin/chromium.
 */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { check, checkRunningBalance } from "./checks.mjs";
import { walk } from "./salt-edge.mjs";

const BANK = "fakebank_simple_xf";
const EMAIL = "ada@example.com";
const BROWSER = process.env.CHROMIUM ?? "/usr/bin/chromium";
const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

const [given, folder] = process.argv.slice(2);
const home = given?.replace(/\/$/, "");
if (!home || !folder) {
  console.error("usage: node journey.mjs PAGE FOLDER");
  process.exit(2);
}
if (!existsSync(BROWSER)) {
  console.log(`skipped: no ${BROWSER} (CHROMIUM names another)`);
  process.exit(0);
}
mkdirSync(folder, { recursive: true });

const faults = [];
let number = 0;

function picture(page) {
  return async (name) => {
    const file = `${String(++number).padStart(2, "0")}-${name}.png`;
    await page.waitForTimeout(150);
    await page.screenshot({ path: join(folder, file), fullPage: true });
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    check(wider <= 0, `${name} is ${wider} pixels wider than the window`);
  };
}

async function leaveForm(page, shot) {
  const id = (name) => page.getByTestId(name);
  await page.goto(`${home}/#/add`);
  await id("search-query").fill("fakebank simple");
  const hit = id(`institution-${BANK}`);
  await hit.waitFor();
  check((await id("institution").first().getByTestId("aggregator").innerText()).includes("Salt Edge"), "the hit does not name its aggregator");
  await shot("search");
  await hit.click();
  await id("contact-email").fill("");
  await id("contact-submit").click();
  check((await id("fault-email").innerText()) !== "", "an empty e-mail was taken");
  await shot("contact-faults");
  await id("contact-phone").fill("+84 912 345 678");
  await id("contact-email").fill(EMAIL);
  await shot("contact");
  await id("contact-submit").click();
  await id("consent-hint").waitFor();
  await shot("depart");
  await id("depart").click();
}

async function consentForgotten(page, shot) {
  await leaveForm(page, async () => {});
  await walk(page, home, { tick: false, shot: async () => {} });
  await page.locator('[data-testid="notice"][data-action]').waitFor();
  const code = await page.getByTestId("notice").getAttribute("data-action");
  check(code === "consent_not_granted", `without the tick the page says ${code}`);
  await shot("consent-forgotten");
  check(await page.getByTestId("next-consent_not_granted").isVisible(), "no button leads on");
}

async function link(page, shot) {
  await leaveForm(page, shot);
  await walk(page, home, { shot });
  await page.getByTestId("progress").waitFor({ timeout: 10_000 }).then(() => shot("progress"), () => {});
  await page.getByTestId("booked").waitFor({ timeout: 120_000 });
  check(new URL(page.url()).search === "", "the code is still in the address");
}

async function readStatement(page, shot) {
  await page.getByTestId("chart").locator("svg").waitFor();
  const rows = await checkRunningBalance(page);
  await shot("statement");
  await page.getByTestId("language-vi").click();
  await page.getByTestId("booked").waitFor();
  check((await page.locator("html").getAttribute("lang")) === "vi", "the page is not in Vietnamese");
  await shot("statement-vi");
  await page.getByTestId("language-en").click();
  await page.getByTestId("booked").waitFor();
  return rows;
}

/** In the background when the bank allows it; with the user going through Salt Edge when only the day's asks are spent. */
async function refresh(page, shot) {
  const id = (name) => page.getByTestId(name);
  await id("refresh").click();
  await id("asking").or(id("notice").locator("button")).first().waitFor();
  await shot("refresh");
  if (await id("asking").isVisible()) {
    await id("asking").waitFor({ state: "detached", timeout: 120_000 });
    return "in the background";
  }
  if (await id("next-wait_until").isVisible()) {
    await id("allowed-at").waitFor();
    await id("next-wait_until").click();
    await id("notice").waitFor({ state: "detached" });
    return "not yet: the page says from when on";
  }
  await id("next-wait_budget").click();
  await id("depart").click();
  await walk(page, home);
  await id("booked").waitFor({ timeout: 120_000 });
  return "while present";
}

async function revoke(page, shot) {
  const id = (name) => page.getByTestId(name);
  await id("revoke").click();
  await id("revoke-yes").waitFor();
  await shot("revoke-dialog");
  await id("revoke-yes").click();
  await id("revocation").waitFor();
  await shot("revoking");
  await page.locator('[data-phase="left_with_owner"], [data-phase="removed_proven"]').waitFor({ timeout: 120_000 });
  await shot("revoked");
}

/** In partner mode the user ends it in the dashboard, and Halite proves that it is gone. */
async function deleteInDashboard(page, shot) {
  if ((await page.getByTestId("revocation").getAttribute("data-phase")) === "removed_proven") return;
  const [dashboard] = await Promise.all([page.waitForEvent("popup"), page.getByTestId("next-delete_in_dashboard").click()]);
  await dashboard.locator("#email").fill(EMAIL);
  await dashboard.locator('button[type="submit"]').click();
  await picture(dashboard)("dashboard");
  while ((await dashboard.locator('form[action="/dashboard/delete"] button').count()) > 0) {
    await dashboard.locator('form[action="/dashboard/delete"] button').first().click();
    await dashboard.waitForLoadState();
  }
  await dashboard.close();
  await page.locator('[data-phase="removed_proven"]').waitFor({ timeout: 180_000 });
  await shot("removal-proven");
}

async function smallAndDark(browser, shownAt) {
  const context = await browser.newContext({ locale: "vi-VN", colorScheme: "dark", viewport: { width: 400, height: 860 } });
  const page = await context.newPage();
  for (const [name, hash, sign] of [["home", "#/", "connection-card"], ["connection", shownAt, "connection"], ["search", "#/add", "institution"]]) {
    await page.goto(`${home}/${hash}`);
    await page.getByTestId(sign).first().waitFor();
    await picture(page)(`small-dark-${name}`);
  }
  await context.close();
}

const say = (text) => console.log(`ok: ${text}`);
const browser = await chromium.launch({ executablePath: BROWSER, args: FLAGS });
try {
  const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1100, height: 860 } });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.on("pageerror", (error) => faults.push(error.stack));
  const shot = picture(page);
  await page.goto(home);
  await page.getByTestId("add-account").first().waitFor();
  await shot("home");
  await consentForgotten(page, shot);
  say("a forgotten consent box is told apart, with a way on");
  await link(page, shot);
  say("a bank is linked through Salt Edge's pages");
  say(`a statement of ${await readStatement(page, shot)} rows adds up, in two languages`);
  say(`refresh: ${await refresh(page, shot)}`);
  const shownAt = new URL(page.url()).hash;
  await revoke(page, shot);
  await deleteInDashboard(page, shot);
  say("revoked, and the removal is proven");
  await page.goto(home);
  await page.getByTestId("connection-card").first().waitFor();
  await shot("home-after");
  await smallAndDark(browser, shownAt);
  check(faults.length === 0, `the page threw: ${faults.join("\n")}`);
  say(`${number} pictures in ${folder}`);
} catch (error) {
  const page = browser.contexts()[0]?.pages()[0];
  await page?.screenshot({ path: join(folder, "failed.png"), fullPage: true }).catch(() => {});
  console.error(`failed at ${page?.url()}: ${error.message}`);
  process.exitCode = 1;
} finally {
  await browser.close();
}
