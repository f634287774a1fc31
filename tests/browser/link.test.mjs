/** A bank account is linked: from the first screen to the statement, and at each kind of bank. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { IMAGE, OPTIONAL, PENDING, SELECT, TOKEN, TWO_STEP } from "./banks.mjs";
import { journey } from "./reader.mjs";
import { ADA, addsUp, link, linked, statement } from "./saas.mjs";
import { walk } from "./salt-edge.mjs";

/** Slow enough that the progress is seen. */
const SLOWLY = { stage_millis_of: { fetch_accounts: 1500, fetch_transactions: 1500 } };

describe("linking", { concurrency: 3 }, () => {
  journey("s2 a bank is linked with the keyboard alone", { switches: { ...SLOWLY, return_when: "authorised" } }, async (reader) => {
    const { page } = reader;
    await reader.open();
    await reader.look("home-empty");
    await reader.reach("add-account");
    await page.keyboard.press("Enter");
    await reader.isLedTo("search-query");
    await reader.reach("search-query");
    await page.keyboard.type(PENDING.name);
    await reader.id(`institution-${PENDING.id}`).waitFor();
    assert.match(await reader.id("institution").first().getByTestId("aggregator").innerText(), /Salt Edge/);
    await reader.look("search");
    await reader.reach(`institution-${PENDING.id}`);
    await page.keyboard.press("Enter");
    await reader.isLedTo("contact-form");
    await reader.reach("contact-phone");
    await page.keyboard.type(ADA.phone);
    await reader.reach("contact-email");
    await page.keyboard.type(ADA.email);
    await reader.look("contact");
    await page.keyboard.press("Enter");
    await reader.isLedTo("depart");
    await reader.look("depart");
    await reader.reach("depart");
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => !reader.isHome(url.href));
    await walk(reader, { look: "link" });
    await reader.id("progress").waitFor();
    await reader.look("progress");
    await statement(reader);
    assert.equal(new URL(page.url()).search, "", "the code is not left in the address");
    await reader.isLedTo("connection");
    assert.ok((await addsUp(reader)) > 1);
    await reader.look("statement");
    await reader.open();
    await reader.look("home");
  });

  const kinds = [
    ["l3 a bank that asks for two codes is linked", TWO_STEP, {}, ["consent", "credentials", "code", "code"]],
    ["l3 a field that is optional may stay empty", OPTIONAL, {}, ["consent", "credentials"]],
    ["l3 the letters of a picture are typed", IMAGE, {}, ["consent", "credentials", "code"]],
    ["l3 a token's number is typed", TOKEN, {}, ["consent", "credentials", "code"]],
    ["l3 a field offers what to choose from", SELECT, { fields: { branch: "south" } }, ["consent", "credentials"]],
  ];
  for (const [name, bank, will, steps] of kinds) {
    journey(name, {}, async (reader) => {
      const met = await linked(reader, bank, { look: bank.id, ...will });
      assert.deepEqual(met.steps, steps);
      await addsUp(reader);
    });
  }

  journey("l3 a field that is optional may be filled in", {}, async (reader) => {
    const met = await link(reader, OPTIONAL, { fields: { branch_code: "0815" } });
    assert.deepEqual(met.steps, ["consent", "credentials"]);
    await addsUp(reader);
  });
});
