/** What does not work the first time: each ends in one sentence and one button, and the button leads on. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { ERRORS, INTERACTIVE, OAUTH, SIMPLE, TWO_STEP } from "./banks.mjs";
import { journey } from "./reader.mjs";
import { ADA, addsUp, contact, prepare, sent, statement, told, visit } from "./saas.mjs";

describe("refusals", { concurrency: 3 }, () => {
  journey("l4 a consent box that was forgotten is told apart, and the way back links the bank", {}, async (reader) => {
    await prepare(reader, OAUTH);
    await visit(reader, { tick: false });
    await told(reader, "consent_not_granted");
    await reader.look("consent-forgotten");
    await reader.id("next-consent_not_granted").click();
    await reader.isLedTo("contact-form");
    assert.equal(await reader.id("contact-email").inputValue(), ADA.email, "what was typed is not asked for again");
    await contact(reader);
    await visit(reader);
    await statement(reader);
  });

  journey("l4 a box that Salt Edge insists on is ticked at the second try", { switches: { unticked_box: "ask_again" } }, async (reader) => {
    await prepare(reader, SIMPLE);
    await reader.id("depart").click();
    const { page } = reader;
    await page.locator('form[action="/connect/consent"] button').click();
    await page.locator(".bad").waitFor();
    await reader.look("salt-edge-insists");
    await page.locator("#consent").check();
    await page.locator('form[action="/connect/consent"] button').first().click();
    await page.locator("#login").waitFor();
  });

  journey("o3 a wrong login is signed in again", {}, async (reader) => {
    await prepare(reader, SIMPLE);
    await visit(reader, { password: "wrong", look: "wrong-login" });
    await told(reader, "reconnect");
    await reader.look("wrong-login");
    await reader.id("next-reconnect").click();
    await contact(reader);
    await visit(reader);
    await statement(reader);
    await addsUp(reader);
  });

  journey("o3 a wrong second code is asked for again", {}, async (reader) => {
    await sent(reader, TWO_STEP, { codes: ["123456", "000000"] });
    await told(reader, "reconnect");
    await reader.look("wrong-code");
  });

  journey("l3 whoever gives up at Salt Edge may begin again", {}, async (reader) => {
    await prepare(reader, INTERACTIVE);
    await visit(reader, { cancel: "code" });
    await reader.id("notice").waitFor();
    await reader.look("given-up");
    await reader.id("notice").locator("button").click();
    await reader.isLedTo("contact-form");
  });

  journey("o3 every error of a bank ends in a sentence and a button, in whichever language is asked for", { languages: ["en"] }, async (reader) => {
    for (const [error, action] of [
      ["InvalidInteractiveCredentials", "reconnect"],
      ["InteractiveTimeout", "retry_while_present"],
      ["ProviderAccessNotGranted", "consent_not_granted"],
      ["AllAccountsExcluded", "select_accounts"],
      ["ProviderError", "start_again_later"],
      ["ConnectionLost", "start_again_later"],
    ]) {
      await sent(reader, ERRORS, { fields: { error } });
      const english = await told(reader, action);
      await reader.look(`error-${error}`);
      await reader.speak("vi");
      assert.notEqual(await told(reader, action), english);
      await reader.look(`error-${error}`);
      await reader.speak("en");
    }
  });

  journey("l4 contact data that is wrong is told beside its field, and no longer once it is mended", {}, async (reader) => {
    await reader.open("#/add");
    await reader.id(`institution-${SIMPLE.id}`).click();
    await reader.id("contact-submit").click();
    await reader.reads("fault-phone", "contact.phone.missing");
    await reader.reads("fault-email", "contact.email.missing");
    assert.equal(await reader.page.evaluate(() => document.activeElement.name), "phone", "the first fault has the focus");
    await reader.look("contact-faults");
    await reader.id("contact-email").fill("ada@example");
    await reader.reads("fault-email", "contact.email.wrong");
    await reader.id("contact-email").fill(ADA.email);
    assert.equal(await reader.id("fault-email").innerText(), "", "mended while it is typed");
    assert.equal(await reader.id("contact-email").getAttribute("aria-invalid"), null);
    await reader.id("contact-phone").fill(ADA.phone);
    assert.equal(await reader.id("fault-phone").innerText(), "");
    await reader.id("contact-phone").fill("12");
    await reader.id("contact-email").focus();
    await reader.reads("fault-phone", "contact.phone.wrong");
  });
});
