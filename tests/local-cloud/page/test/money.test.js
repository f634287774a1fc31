import assert from "node:assert/strict";
import { test } from "node:test";
import { dailyBalances } from "../chart.js";
import { formatDate } from "../dates.js";
import { formatMoney, parseDecimal } from "../money.js";

const NBSP = "\u00a0";

test("an amount is written with the digits of its string", () => {
  const rows = [
    ["0.10", "EUR", "en-GB", "€0.10"],
    ["-12.50", "EUR", "en-GB", "\u2212€12.50"],
    ["2412.2", "EUR", "en-GB", "€2,412.20"],
    ["1234567.89", "EUR", "vi-VN", `1.234.567,89${NBSP}€`],
    ["-12500000", "VND", "vi-VN", `\u221212.500.000${NBSP}₫`],
    ["12345678901234567.89", "EUR", "en-GB", "€12,345,678,901,234,567.89"],
    ["0.00001", "EUR", "en-GB", "€0.00001"],
    ["1.0050", "EUR", "en-GB", "€1.005"],
    ["100.00", "VND", "en-GB", "₫100"],
    ["1.5", "KWD", "en-GB", `KWD${NBSP}1.500`],
    ["007.00", "EUR", "en-GB", "€7.00"],
    ["-0.00", "EUR", "en-GB", "€0.00"],
  ];
  for (const [text, currency, locale, want] of rows) assert.equal(formatMoney(text, currency, locale), want, text);
});

test("money in carries a plus where asked, nothing does not", () => {
  assert.equal(formatMoney("5", "EUR", "en-GB", { plus: true }), "+€5.00");
  assert.equal(formatMoney("0.00", "EUR", "en-GB", { plus: true }), "€0.00");
  assert.equal(formatMoney("-5", "EUR", "en-GB", { plus: true }), "\u2212€5.00");
});

test("what is not a decimal is refused", () => {
  for (const text of ["", "1e5", "1,5", "+1", ".5", "5.", "NaN", " 1"]) assert.throws(() => parseDecimal(text), RangeError, text);
});

test("a bank's date is moved by no zone", () => {
  for (const zone of ["Pacific/Kiritimati", "Pacific/Niue"]) {
    process.env.TZ = zone;
    assert.equal(formatDate("2026-03-01", "en-GB"), "1 Mar 2026", zone);
  }
});

test("the chart takes the last balance of each day", () => {
  const row = (made_on, amount) => ({ made_on, balance_after: amount && { amount } });
  const points = dailyBalances([row("2026-03-02", "7.00"), row("2026-03-02", "9.00"), row("2026-03-02", null), row("2026-03-01", "8.00")]);
  assert.deepEqual(points.map(({ day, amount }) => [day, amount]), [["2026-03-01", "8.00"], ["2026-03-02", "7.00"]]);
});
