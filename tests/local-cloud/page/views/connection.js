import { segment } from "../api.js";
import { button, el, link, poll, put } from "../dom.js";
import { allowedAgain, notice, sentence, trouble } from "../trouble.js";
import { beginVisit, takeChanges } from "../visits.js";
import { accountName, avatar, chip, inOrder, nameIsIban, natureOf, via } from "./parts.js";
import { confirmRevoke, revocation } from "./revoke.js";
import { statement } from "./statement.js";

/** How long a refresh that was taken is looked for, in milliseconds. */
const PATIENCE = 60_000;
const CLOSED = ["revoking", "left_with_owner", "revoked"];

/** One connection: how fresh it is, what can be done, its accounts and the statement of one of them. */
export async function show(app, root, signal, id, accountId) {
  const read = async () => ordered(app, await app.api.get(`/v1/connections/${segment(id)}`, signal));
  let connection = await read();
  const parts = { changes: el("div"), top: el("div"), faults: el("div"), rest: el("div"), statement: el("div") };
  root.append(link(app.t("connection.back"), "#/", { class: "back" }), parts.top, parts.changes, parts.faults, parts.rest, parts.statement);
  const seen = { all: "", rows: "", refreshed: null };
  put(parts.changes, changesOf(app, takeChanges(id)));
  let soon = () => {};
  const take = (next) => {
    connection = next;
    const shown = { ...next, asking: next.asking || awaited(seen, next) };
    if (!signal.aborted) draw(app, shown, accountId, parts, seen, change, signal);
  };
  const change = (next, refreshed = null) => {
    if (refreshed) seen.refreshed = { until: Date.now() + PATIENCE, checked: refreshed.last_checked_at };
    take(ordered(app, next));
    soon();
  };
  take(connection);
  const again = async () => {
    take(await read().catch(() => connection));
    return true;
  };
  soon = poll(again, (turn) => pause(connection, awaited(seen, connection), turn), signal);
}

const ordered = (app, connection) => ({ ...connection, accounts: inOrder(connection.accounts, app.locale) });

/** A refresh was taken, but its ask or its read is not seen yet. */
function awaited(seen, { asking, last_checked_at: checked }) {
  const { refreshed } = seen;
  if (refreshed && (asking || checked !== refreshed.checked || Date.now() > refreshed.until)) seen.refreshed = null;
  return seen.refreshed !== null;
}

function pause({ status, asking, history }, expected, turn) {
  if (asking || expected || status === "revoking" || (status === "active" && history !== "complete")) return Math.min(1000 + 250 * turn, 4000);
  return status === "left_with_owner" ? 5000 : 20000;
}

/** Draws what changed; the statement is read again only when there may be other rows. */
function draw(app, connection, accountId, parts, seen, update, signal) {
  const all = JSON.stringify(connection);
  if (all === seen.all) return;
  seen.all = all;
  const focused = document.activeElement?.dataset?.testid;
  app.title(connection.institution.name);
  const open = !CLOSED.includes(connection.status);
  parts.top.replaceChildren(head(app, connection), ...notices(app, connection), facts(app, connection));
  if (open) parts.top.append(actions(app, connection, parts.faults, update));
  const account = connection.accounts.find((each) => each.id === accountId) ?? connection.accounts[0];
  parts.rest.replaceChildren(accounts(app, connection, account));
  if (focused) parts.top.querySelector(`[data-testid="${focused}"]`)?.focus({ preventScroll: true });
  const rows = JSON.stringify([account, connection.data_as_of, connection.last_checked_at, connection.history]);
  if (!account || rows === seen.rows) return;
  seen.rows = rows;
  statement(app, parts.statement, account, signal, open && ((next) => update(withAccount(connection, next))));
}

function head(app, connection) {
  const { institution } = connection;
  return el("div", { class: "head with-avatar" }, avatar(institution),
    el("div", { class: "grow" }, el("h1", { tabindex: "-1", testid: "connection", "data-id": connection.id }, institution.name), via(app, institution)),
    chip(app, connection));
}

function notices(app, connection) {
  const { status, asking, history, quarantined, next_action: action } = connection;
  const shown = [];
  if (["revoking", "left_with_owner", "revoked"].includes(status)) shown.push(revocation(app, connection));
  else if (status !== "active" || action) {
    const known = action ?? { code: status === "disabled" ? "contact_support" : "reconnect", url: null };
    shown.push(notice(app, status === "active" ? "info" : "warn", sentence(app, { ...connection, next_action: known }), known, { connection }));
  }
  if (asking) shown.push(el("p", { class: "notice info working", testid: "asking" }, app.t("connection.asking")));
  else if (status === "active" && history !== "complete") shown.push(el("p", { class: "notice info working", testid: "first-read" }, app.t("connection.first")));
  if (quarantined > 0) shown.push(el("p", { class: "notice warn", testid: "quarantined" }, app.t("connection.quarantined", { count: quarantined })));
  if (connection.left_in_dashboard) shown.push(leftBehind(app, connection.left_in_dashboard));
  return shown;
}

/** Earlier links of this bank that only their owner can delete. */
function leftBehind(app, { count, url }) {
  const there = link(app.t("revoke.dashboard"), url, { target: "_blank", rel: "noopener noreferrer" });
  return el("p", { class: "notice info", testid: "left" }, app.t("connection.left", { count }), " ", there);
}

/** What the visit that has just ended did to the accounts. A first link adds all of them, which goes without saying. */
function changesOf(app, visit) {
  if (!visit || visit.intent === "link") return null;
  const changed = visit.accounts.filter(({ change }) => change !== "unchanged");
  if (changed.length === 0 && visit.intent !== "fetch_accounts") return null;
  const told = changed.map(({ change, name, currency }) => el("li", { "data-change": change }, app.t(`changes.${change}`, { name, currency })));
  const none = changed.length === 0 && el("p", {}, app.t("changes.none"));
  return el("section", { class: "notice info", testid: "changes" }, el("h2", {}, app.t("changes.title")), none || el("ul", {}, told));
}

function facts(app, connection) {
  const fact = (key, text, testid) => el("div", {}, el("dt", {}, app.t(key)), el("dd", { testid }, text));
  const instant = (text, none) => (text ? app.instant(text) : app.t(none));
  const shown = [
    fact("connection.data_as_of", instant(connection.data_as_of, "connection.never"), "data-as-of"),
    fact("connection.last_checked", instant(connection.last_checked_at, "connection.never"), "last-checked"),
    fact("connection.next_check", instant(connection.next_check_at, "connection.no_next"), "next-check"),
  ];
  if (connection.consent) shown.push(fact("connection.consent", consentText(app, connection.consent), "consent"));
  return el("dl", { class: "facts" }, shown);
}

function consentText(app, { status, expires_at: until, days_left: left, basis }) {
  if (status !== "active") return app.t(`connection.consent.${status}`);
  if (until) return [app.t("connection.consent.until", { date: app.day(until) }), el("span", { class: "quiet small", testid: "consent-left" }, app.t("connection.consent.left", { count: left }))];
  return app.t(basis === "provider" ? "connection.consent.unlimited" : "connection.consent.unknown");
}

function actions(app, connection, faults, update) {
  const act = (key, run, testid, look = "") =>
    button(app.t(key), async () => {
      faults.replaceChildren();
      try {
        await run();
      } catch (error) {
        faults.replaceChildren(error.status === 429 && error.problem ? tooEarly(app, connection, error, () => faults.replaceChildren()) : trouble(app, error, { connection, again: () => faults.replaceChildren() }));
      }
    }, { class: `button ${look}`, testid });
  const refresh = async () => {
    // What was seen at the click counts: the read may be done before this answer is here.
    update(await app.api.post(`/v1/connections/${segment(connection.id)}/refresh`), connection);
    app.say(app.t("connection.asked"));
  };
  return el("div", { class: "actions toolbar" },
    connection.consent?.notices.some(({ event }) => event === "expiring") && act("do.renew", () => beginVisit(app, connection.id, "renew"), "renew", "primary"),
    act("connection.refresh", refresh, "refresh"),
    act("connection.reconnect", () => beginVisit(app, connection.id, "reconnect"), "reconnect"),
    act("connection.fetch", () => beginVisit(app, connection.id, "fetch-accounts"), "fetch-accounts"),
    act("connection.revoke", () => confirmRevoke(app, connection, update, faults), "revoke", "danger"),
    el("p", { class: "quiet small" }, app.t("connection.fetch.hint")));
}

/** The bank may not be asked yet. When only the asks without its user are spent, the user can go through it now. */
function tooEarly(app, connection, { problem }, dismiss) {
  const action = problem.next_action ?? { code: "wait_until", url: null };
  const present = action.code === "wait_budget" && el("p", {}, app.t("connection.refresh.present"));
  const also = [allowedAgain(app, problem), present].filter(Boolean);
  const box = notice(app, "warn", sentence(app, { ...problem, next_action: action }, 429), action, { connection, dismiss }, also);
  box.dataset.code = problem.code;
  return box;
}

const withAccount = (connection, next) => ({ ...connection, accounts: connection.accounts.map((each) => (each.id === next.id ? next : each)) });

function accounts(app, connection, current) {
  if (connection.accounts.length === 0) return el("p", { class: "quiet" }, CLOSED.includes(connection.status) ? "" : app.t("connection.no_accounts"));
  const item = (account) => {
    const { balance } = account;
    const iban = nameIsIban(account) ? null : account.iban_masked;
    const detail = [natureOf(app, account), iban, account.gone && app.t("account.gone"), account.held_by && app.t("account.held")].filter(Boolean).join(" · ");
    return el("li", {},
      el("a", { href: `#/connections/${segment(connection.id)}/accounts/${segment(account.id)}`, class: "account", "aria-current": account === current ? "true" : null, testid: "account", "data-id": account.id },
        el("span", { class: "account-name" }, accountName(account)),
        el("span", { class: "quiet small" }, detail),
        el("span", { class: "account-balance amount", testid: "account-balance", "data-amount": balance?.amount }, balance ? app.money(balance.amount, balance.currency) : "—")));
  };
  return el("nav", { "aria-label": app.t("account.list") }, el("h2", { class: "visually-hidden" }, app.t("account.list")), el("ul", { class: "accounts" }, connection.accounts.map(item)));
}
