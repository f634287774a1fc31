/** A person in front of a browser: what they see must be whole on every screen, in their language, on a small one too. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { TABLES, translator } from "../local-cloud/page/i18n.js";
import { start } from "./halite.mjs";
import { faultsOf } from "./screen.mjs";

const NEEDS = process.env.HALITE_BROWSER_NEEDS ?? new URL("../../.tools/browser", import.meta.url).pathname;
const require = createRequire(join(NEEDS, "package.json"));
const { chromium } = require("playwright-core");
const { source: axe } = require("axe-core");

const BROWSER = process.env.CHROMIUM ?? "/usr/bin/chromium";
const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
/** The pictures, by language. */
const PICTURES = process.env.HALITE_PICTURES ?? new URL("../../target/browser", import.meta.url).pathname;
const WIDE = { width: 1100, height: 820 };
const SMALL = { width: 360, height: 740 };
const PATIENCE = 30_000;

/** The languages that every journey is made in. */
const LANGUAGES = Object.keys(TABLES);

let browser;
before(async () => {
  assert.ok(existsSync(BROWSER), `there is no ${BROWSER}: install Debian's package chromium, or name another Chromium in CHROMIUM`);
  browser = await chromium.launch({ executablePath: BROWSER, args: FLAGS });
});
after(() => browser?.close());

/**
 * A test in each language (`options.languages`, if not in all): a Halite of its own, and a reader in front of it. English is read by day, Vietnamese in the dark.
 * `options`: `mode` (partner or client), `switches` of the simulator.
 */
export function journey(name, options, walk) {
  for (const language of options.languages ?? LANGUAGES) {
    test(`${name} (${language})`, async (t) => {
      const halite = await start(options.mode);
      t.after(halite.stop);
      await halite.simulator("switches", { stage_millis_of: {}, ...options.switches });
      const reader = await sit(t, halite, language);
      await walk(reader, halite);
      reader.rise();
    });
  }
}

async function sit(t, halite, language) {
  const context = await browser.newContext({
    locale: language === "vi" ? "vi-VN" : "en-GB",
    colorScheme: language === "vi" ? "dark" : "light",
    reducedMotion: "reduce",
    viewport: WIDE,
  });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const reader = new Reader(page, halite, language);
  t.after(async () => {
    const name = `failed-${t.name.replaceAll(/\W+/g, "-")}`;
    if (!reader.done) await page.screenshot({ path: picture(language, name), fullPage: true }).catch(() => {});
    await context.close();
  });
  return reader;
}

function picture(language, name) {
  const folder = join(PICTURES, language);
  mkdirSync(folder, { recursive: true });
  return join(folder, `${name}.png`);
}

class Reader {
  constructor(page, halite, language) {
    Object.assign(this, { page, halite, language, t: translator(language), faults: [], expected: [], done: false });
    this.watch(page);
  }

  /** Whatever goes wrong behind the screen is a fault, but for the refusals that the journey is about. */
  watch(page) {
    page.on("pageerror", (error) => this.faults.push(`the page threw ${error.stack}`));
    page.on("console", (message) => {
      // A refused request is told with its address by the answer below.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) this.faults.push(`the console says ${message.text()}`);
    });
    page.on("response", (answer) => {
      if (answer.status() < 400) return;
      const call = `${answer.request().method()} ${new URL(answer.url()).pathname} ${answer.status()}`;
      const at = this.expected.findIndex((pattern) => pattern.test(call));
      if (at < 0) this.faults.push(`${call} was not expected`);
      else this.expected.splice(at, 1);
    });
    page.on("requestfailed", (request) => {
      // A page that is left gives up what it was asking for.
      const why = request.failure()?.errorText;
      if (why !== "net::ERR_ABORTED") this.faults.push(`${request.method()} ${request.url()} failed: ${why}`);
    });
  }

  /** The next refusal of this kind is part of the journey: `GET /v1/… 404`. */
  expects(pattern) {
    this.expected.push(pattern);
  }

  /** The element of a `data-testid`. */
  id(name) {
    return this.page.getByTestId(name);
  }

  async open(hash = "#/") {
    await this.page.goto(`${this.halite.page}/${hash}`);
    await this.page.locator("h1").first().waitFor();
  }

  /** Whether the browser is on the page that plays the SaaS. */
  isHome(url = this.page.url()) {
    return url.startsWith(this.halite.page);
  }

  /** Goes on in another language. */
  async speak(language) {
    await this.id(`language-${language}`).click();
    Object.assign(this, { language, t: translator(language) });
    await this.page.locator(`html[lang="${language}"]`).waitFor();
    await this.page.locator("h1").first().waitFor();
  }

  /** The text of an element is this sentence of the page. */
  async reads(name, key, values) {
    assert.equal((await this.id(name).first().innerText()).trim(), this.t(key, values), `${name} in ${this.language}`);
  }

  /** Looks at the screen, wide and small, pictures it, and finds nothing wrong. */
  async look(name) {
    await this.page.evaluate(() => document.fonts.ready);
    const strict = this.isHome() ? { language: this.language, tables: TABLES } : null;
    const found = await faultsOf(this.page, axe, strict);
    await this.page.screenshot({ path: picture(this.language, name), fullPage: true });
    await this.page.setViewportSize(SMALL);
    // What is drawn to measure follows the window a moment later.
    const fits = () => document.documentElement.scrollWidth <= window.innerWidth;
    await this.page.waitForFunction(fits, null, { timeout: 2000 }).catch(() => found.push(`wider than a screen of ${SMALL.width} pixels`));
    await this.page.screenshot({ path: picture(this.language, `${name}-small`), fullPage: true });
    await this.page.setViewportSize(WIDE);
    assert.deepEqual(found, [], `${name} in ${this.language}`);
  }

  /** Goes to an element by the tab key alone and sees that it is there. */
  async reach(name) {
    for (let presses = 0; presses < 60; presses++) {
      await this.page.keyboard.press("Tab");
      const at = await this.page.evaluate(() => {
        const node = document.activeElement;
        const ring = (pseudo) => getComputedStyle(node, pseudo).outlineStyle !== "none";
        return { name: node?.dataset?.testid ?? node?.id, visible: ring() || ring("::after") };
      });
      if (at.name !== name) continue;
      assert.ok(at.visible, `${name} has the focus and does not show it`);
      return;
    }
    assert.fail(`${name} cannot be reached by the tab key`);
  }

  /** The focus has moved to the heading of the step that is shown. */
  async isLedTo(name) {
    await this.id(name).waitFor();
    await this.page.waitForFunction(() => document.activeElement?.tagName === "H1").catch(() => {
      assert.fail(`the focus has not moved to ${name}`);
    });
  }

  /** The journey is at its end, and nothing went wrong behind the screen. */
  rise() {
    this.done = true;
    assert.deepEqual(this.faults, []);
    assert.deepEqual(this.expected.map(String), [], "refusals that did not come");
  }
}
