import { segment } from "../api.js";
import { chart } from "../chart.js";
import { button, el, link } from "../dom.js";
import { trouble } from "../trouble.js";
import { ledger } from "./ledger.js";
import { accountName } from "./parts.js";
import { proof } from "./proof.js";
import { published } from "./published.js";

const PAGE = 100;

/** The statement of one account: a chart of the balance, what is pending, and the booked lines. */
export async function statement(app, slot, account, signal, changed) {
  const path = `/v1/accounts/${segment(account.id)}/transactions`;
  try {
    const [pending, booked, proven, statements] = await Promise.all([
      app.api.get(`${path}?status=pending&limit=${PAGE}`, signal),
      app.api.get(`${path}?status=booked&limit=${PAGE}`, signal),
      account.held_by ? null : proof(app, account, signal),
      published(app, account, signal),
    ]);
    draw(app, slot, account, { pending: pending.transactions, booked, proven, statements }, path, signal, changed);
  } catch (error) {
    if (!signal.aborted) slot.replaceChildren(trouble(app, error, { again: () => statement(app, slot, account, signal, changed) }));
  }
}

function draw(app, slot, account, { pending, booked, proven, statements }, path, signal, changed) {
  const heading = el("h2", {}, app.t("statement.title"), el("span", { class: "quiet" }, ` · ${accountName(account)}`));
  const basis = el("p", { class: "quiet small", testid: "balance-basis" }, balanceBasis(app, account.balance));
  const figure = el("div");
  const shown = [...booked.transactions];
  const body = el("tbody", {}, shown.map((row) => line(app, row)));
  const fill = () => figure.replaceChildren(chart(app, account, shown, signal) ?? "");
  fill();
  const parts = [heading, basis, ...apart(app, account, changed), figure, proven, statements].filter(Boolean);
  if (pending.length > 0) parts.push(pendingRows(app, pending));
  if (shown.length === 0 && pending.length === 0) parts.push(el("p", { class: "empty-statement", testid: "statement-empty" }, app.t("statement.empty")));
  if (shown.length > 0) parts.push(table(app, app.t("statement.booked"), body, "booked"));
  const extend = (page) => {
    shown.push(...page.transactions);
    body.append(...page.transactions.map((row) => line(app, row)));
    fill();
  };
  if (booked.has_more) parts.push(more(app, path, booked.next_cursor, extend, signal));
  slot.replaceChildren(el("section", { class: "statement", testid: "statement", "data-account": account.id }, parts));
}

/** What is said of the account itself: where its rows are kept, and which ledger of the SaaS it is. */
function apart(app, account, changed) {
  if (account.held_by) return [el("p", { class: "notice info", testid: "held" }, app.t("account.held.text"), " ", link(app.t("account.held.open"), `#/connections/${segment(account.held_by)}`))];
  return changed && !account.gone ? [ledger(app, account, changed)] : [];
}

function balanceBasis(app, balance) {
  if (!balance?.as_of) return app.t("account.balance.unknown");
  return app.t(`account.balance.${balance.basis}`, { time: app.instant(balance.as_of) });
}

function table(app, caption, body, testid) {
  const column = (key, kind = "") => el("th", { scope: "col", class: kind }, app.t(`statement.${key}`));
  return el("table", { testid },
    el("caption", {}, caption),
    el("thead", {}, el("tr", {}, column("date", "wide"), column("description"), column("amount", "number"), testid === "booked" && column("balance", "number wide"))),
    body);
}

function pendingRows(app, rows) {
  const body = el("tbody", {}, rows.map((row) => line(app, row)));
  return el("div", { class: "pending" }, table(app, app.t("statement.pending"), body, "pending"), el("p", { class: "quiet small" }, app.t("statement.pending.hint")));
}

function line(app, row) {
  const { balance_after: after } = row;
  const date = app.date(row.made_on);
  const tone = row.amount.startsWith("-") ? "" : "income";
  const amount = app.money(row.amount, row.currency, { plus: true });
  const balance = after ? app.money(after.amount, after.currency) : "";
  return el("tr", { testid: "row", "data-id": row.id, "data-status": row.status },
    el("td", { class: "wide date" }, el("time", { datetime: row.made_on }, date)),
    el("td", { class: "what" },
      el("span", { class: "narrow quiet small" }, date),
      el("span", { class: "description", testid: "row-description" }, row.description || app.t("statement.no_description")),
      el("span", { class: "quiet small" }, detail(app, row))),
    el("td", { class: "number" },
      el("span", { class: `amount ${tone}`, testid: "row-amount", "data-amount": row.amount }, amount, row.rounded && el("abbr", { title: app.t("statement.rounded") }, "°")),
      after && el("span", { class: "narrow quiet small amount" }, app.t("statement.balance.after", { amount: balance }))),
    row.status === "booked" && el("td", { class: "number wide quiet amount", testid: "row-balance", "data-amount": after?.amount }, balance));
}

function detail(app, row) {
  const mode = row.mode === "fee" || row.mode === "transfer" ? app.t(`statement.${row.mode}`) : null;
  const counterparty = row.counterparty === row.description ? null : row.counterparty;
  return [counterparty, mode].filter(Boolean).join(" · ");
}

function more(app, path, cursor, extend, signal) {
  const wrap = el("div", { class: "actions center" });
  const load = async () => {
    try {
      const page = await app.api.get(`${path}?status=booked&limit=${PAGE}&cursor=${segment(cursor)}`, signal);
      extend(page);
      wrap.replaceWith(page.has_more ? more(app, path, page.next_cursor, extend, signal) : "");
    } catch (error) {
      if (!signal.aborted) wrap.replaceChildren(trouble(app, error, { again: load }));
    }
  };
  wrap.append(button(app.t("statement.more"), load, { testid: "more-rows" }));
  return wrap;
}
