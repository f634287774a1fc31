import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { firstLanguage, TABLES, translator } from "../i18n.js";
import { CODES } from "../steps.js";

const contract = readFileSync(new URL("../../../../infra/openapi.yaml", import.meta.url), "utf8");
const folder = new URL("..", import.meta.url);
const sources = ["", "views/"].flatMap((under) =>
  readdirSync(new URL(under, folder)).filter((name) => name.endsWith(".js")).map((name) => readFileSync(new URL(under + name, folder), "utf8")));

/** The values of a schema of the contract, written as `enum: [a, b]` or as a list. */
function values(schema) {
  const text = contract.slice(contract.search(new RegExp(`^    ${schema}:$`, "m")));
  const [, inline, list] = /enum:(?: \[([^\]]+)\]|((?:\s+- \w+)+))/.exec(text);
  return inline ? inline.split(", ") : list.trim().split(/\s*- /).filter(Boolean);
}

test("both languages have the same sentences, none empty, with the same places", () => {
  const places = (text) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
  assert.deepEqual(Object.keys(TABLES.vi).sort(), Object.keys(TABLES.en).sort());
  for (const key of Object.keys(TABLES.en)) {
    assert.ok(TABLES.en[key].trim() && TABLES.vi[key].trim(), key);
    assert.deepEqual(places(TABLES.vi[key]), places(TABLES.en[key]), key);
  }
});

test("every next action of the contract has its own sentence in each language", () => {
  const codes = values("NextAction");
  assert.deepEqual([...CODES].sort(), [...codes].sort());
  for (const [language, table] of Object.entries(TABLES)) {
    const sentences = codes.map((code) => table[`action.${code}`]);
    assert.ok(sentences.every(Boolean), language);
    assert.equal(new Set(sentences).size, codes.length, `two actions share a sentence in ${language}`);
  }
});

test("every status, stage end, phase and intent of the contract has its words", () => {
  const keys = [
    ...values("ConnectionStatus").map((status) => `status.${status}`),
    ...["failed", "expired", "cancelled"].map((stage) => `visit.${stage}`),
    ...values("RevocationPhase").map((phase) => `revoke.${phase}`),
    ...values("Intent").map((intent) => `visit.title.${intent}`),
    ...values("BalanceBasis").map((basis) => `account.balance.${basis}`),
    ...values("BalanceBasis").map((basis) => `published.basis.${basis}`),
    ...values("ProofVerdict").map((verdict) => `proof.legend.${verdict}`),
    ...values("ProofReason").map((reason) => `proof.reason.${reason}`),
  ];
  for (const key of keys) assert.ok(key in TABLES.en, key);
});

test("every reason of a proposal has its sentence", () => {
  const [, list] = /enum: \[(same_number[^\]]*)\]/.exec(contract);
  for (const reason of list.split(", ")) assert.ok(`ledger.because.${reason}` in TABLES.en, reason);
});

test("every sentence that the page asks for exists", () => {
  const asked = sources.flatMap((text) => [...text.matchAll(/\bt\("([^"]+)"/g)].map((found) => found[1]));
  assert.ok(asked.length > 50);
  for (const key of asked) assert.ok(key in TABLES.en || `${key}.other` in TABLES.en, key);
});

test("a count chooses its form, and places are filled", () => {
  assert.equal(translator("en")("search.hits", { count: 1 }), "1 bank found");
  assert.equal(translator("en")("search.hits", { count: 2 }), "2 banks found");
  assert.equal(translator("vi")("search.hits", { count: 2 }), "Tìm thấy 2 ngân hàng");
  assert.throws(() => translator("en")("no such sentence"));
});

test("the first language is the chosen one, else the browser's, else English", () => {
  assert.equal(firstLanguage("vi", ["en-GB"]), "vi");
  assert.equal(firstLanguage(null, ["fr-FR", "vi-VN", "en"]), "vi");
  assert.equal(firstLanguage(null, ["fr-FR"]), "en");
});
