import assert from "node:assert/strict";
import { test } from "node:test";
import { daysUntil } from "../dates.js";
import { contactFault } from "../views/contact.js";
import { inOrder } from "../views/parts.js";

test("contact data is missing, wrong or well", () => {
  for (const [name, text, want] of [
    ["email", "", "missing"],
    ["email", "  ", "missing"],
    ["email", "ada@example", "wrong"],
    ["email", "ada example@example.com", "wrong"],
    ["email", " ada@example.com ", null],
    ["email", "đặng@ví-dụ.example", null],
    ["phone", "", "missing"],
    ["phone", "12 34", "wrong"],
    ["phone", "+84 912 345 678", null],
    ["phone", "0912345678901234567", "wrong"],
    ["phone", "call me", "wrong"],
  ]) assert.equal(contactFault(name, text), want, `${name} ${text}`);
});

test("days of a consent are whole and never fewer than none", () => {
  const now = Date.parse("2026-03-01T12:00:00Z");
  for (const [until, want] of [["2026-03-31T12:00:00Z", 30], ["2026-03-02T11:59:59Z", 0], ["2026-02-01T00:00:00Z", 0]]) assert.equal(daysUntil(until, now), want, until);
});

test("current accounts come first, those that are gone last, and in between the name decides", () => {
  const account = (name, nature, gone = false) => ({ name, nature, gone });
  const mixed = [account("Zoo", "savings"), account("Old", "checking", true), account("Épargne", "savings"), account("Main", "checking")];
  assert.deepEqual(inOrder(mixed, "en").map(({ name }) => name), ["Main", "Épargne", "Zoo", "Old"]);
});
