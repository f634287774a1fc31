import assert from "node:assert/strict";
import { test } from "node:test";
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

test("current accounts come first, those that are gone last, and in between the name decides", () => {
  const account = (name, nature, gone = false) => ({ name, nature, gone });
  const mixed = [account("Zoo", "savings"), account("Old", "checking", true), account("Épargne", "savings"), account("Main", "checking")];
  assert.deepEqual(inOrder(mixed, "en").map(({ name }) => name), ["Main", "Épargne", "Zoo", "Old"]);
});
