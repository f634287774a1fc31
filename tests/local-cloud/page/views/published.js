import { segment } from "../api.js";
import { el, link } from "../dom.js";
import { accountName } from "./parts.js";

/** The published statements of an account, each newest version first; null where there is none yet. */
export async function published(app, account, signal) {
  const { statements } = await app.api.get(`/v1/accounts/${segment(account.id)}/statements?limit=24`, signal);
  if (statements.length === 0) return null;
  const item = (one) => el("li", {},
    link(span(app, one), `#/statements/${segment(one.id)}`, { testid: "published-statement", "data-id": one.id }),
    el("span", { class: "quiet small" }, ` ${numbered(app, one)}`));
  return el("section", { testid: "published" }, el("h3", {}, app.t("published.title")), el("ul", { class: "published" }, statements.map(item)));
}

const span = (app, { from, to }) => (from === to ? app.date(from) : `${app.date(from)} – ${app.date(to)}`);
const numbered = (app, { number, version }) => app.t(version === 1 ? "published.number" : "published.version", { number, version });

/** One version of a statement, on a sheet that prints. */
export async function show(app, root, signal, id) {
  const whole = await app.api.get(`/v1/statements/${segment(id)}`, signal);
  const { statement: first } = whole;
  const account = await app.api.get(`/v1/accounts/${segment(first.account_id)}`, signal);
  const lines = [...whole.transactions];
  for (let page = whole; page.has_more; lines.push(...page.transactions)) {
    page = await app.api.get(`/v1/statements/${segment(id)}?cursor=${segment(page.next_cursor)}`, signal);
  }
  const title = app.t("published.heading", { name: accountName(account), span: span(app, first) });
  app.title(title);
  root.append(
    link(app.t("published.back"), `#/connections/${segment(account.connection_id)}/accounts/${segment(account.id)}`, { class: "back" }),
    el("article", { class: "sheet", testid: "sheet", "data-id": first.id },
      el("h1", { tabindex: "-1" }, title),
      el("p", { class: "quiet small" }, [account.iban_masked, numbered(app, first), app.t("published.on", { time: app.instant(first.published_at) })].filter(Boolean).join(" · ")),
      ends(app, first), changed(app, whole), rows(app, lines),
      el("div", { class: "actions no-print" }, el("button", { type: "button", class: "button", testid: "print", onclick: () => print() }, app.t("published.print")))));
}

function ends(app, statement) {
  const money = ({ amount, currency, basis }) => (basis === "unknown" ? "—" : app.money(amount, currency));
  const fact = (key, text, note, testid) => el("div", {}, el("dt", {}, app.t(key)), el("dd", { class: "amount", testid }, text, note && el("span", { class: "quiet small" }, note)));
  const { opening, closing, total, difference } = statement;
  const basis = ({ basis: known }) => app.t(`published.basis.${known}`);
  const sum = total === null ? "—" : app.money(total, closing.currency, { plus: true });
  const facts = [
    fact("published.opening", money(opening), basis(opening), "sheet-opening"),
    fact("published.total", sum, app.t("published.lines", { count: statement.lines }), "sheet-total"),
    fact("published.closing", money(closing), basis(closing), "sheet-closing"),
  ];
  const apart = difference !== null && !/^-?0+(\.0+)?$/.test(difference);
  const warn = apart && el("p", { class: "notice warn", testid: "sheet-difference" }, app.t("published.difference", { amount: app.money(difference, closing.currency, { plus: true }) }));
  return [el("dl", { class: "facts" }, facts), warn];
}

/** What is other than in the version before. */
function changed(app, { changes }) {
  if (!changes) return null;
  const told = (row) => `${app.date(row.made_on)} · ${row.description || app.t("statement.no_description")} · ${app.money(row.amount, row.currency, { plus: true })}`;
  const each = [
    ...changes.added.map((row) => app.t("published.added", { row: told(row) })),
    ...changes.modified.map(({ from, to }) => app.t("published.modified", { from: told(from), to: told(to) })),
    ...changes.removed.map((row) => app.t("published.removed", { row: told(row) })),
  ];
  return el("section", { class: "notice info", testid: "sheet-changes" }, el("h2", {}, app.t("published.changes")), el("ul", {}, each.map((text) => el("li", {}, text))));
}

function rows(app, lines) {
  if (lines.length === 0) return el("p", { class: "quiet" }, app.t("published.empty"));
  const column = (key, kind = "") => el("th", { scope: "col", class: kind }, app.t(`statement.${key}`));
  const line = (row) => el("tr", { testid: "sheet-row" },
    el("td", { class: "date" }, app.date(row.made_on)),
    el("td", { class: "description" }, row.description || app.t("statement.no_description")),
    el("td", { class: "number amount" }, app.money(row.amount, row.currency, { plus: true })),
    el("td", { class: "number wide quiet amount" }, row.balance_after ? app.money(row.balance_after.amount, row.currency) : ""));
  return el("table", {}, el("thead", {}, el("tr", {}, column("date"), column("description"), column("amount", "number"), column("balance", "number wide"))), el("tbody", {}, lines.map(line)));
}
