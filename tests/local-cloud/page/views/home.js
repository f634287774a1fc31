import { segment } from "../api.js";
import { button, el, link, put, svg } from "../dom.js";
import { trouble } from "../trouble.js";
import { chooseInstitution, unfinished } from "../visits.js";
import { accountName, avatar, chip, inOrder, natureOf, via } from "./parts.js";

const ENDED = ["revoked", "left_with_owner", "revoking"];

/** All linked banks of the user, those that have ended apart. */
export async function show(app, root, signal) {
  app.title(app.t("home.title"));
  const [page, visit] = await Promise.all([app.api.get("/v1/connections?limit=50", signal), unfinished(app, signal)]);
  const { connections } = page;
  const add = link(app.t("home.add"), "#/add", { class: "button primary", testid: "add-account" });
  const title = el("h1", { tabindex: "-1" }, app.t("home.title"));
  if (connections.length === 0) {
    put(root, el("div", { class: "head" }, title), visit && away(app, visit), empty(app, add));
    return;
  }
  const live = connections.filter((connection) => !ENDED.includes(connection.status));
  const ended = connections.filter((connection) => ENDED.includes(connection.status));
  root.append(el("div", { class: "head" }, el("div", {}, title, el("p", { class: "lead" }, app.t("home.lead"))), add));
  if (visit) root.append(away(app, visit));
  root.append(list(app, live));
  if (ended.length > 0) root.append(el("h2", {}, app.t("home.ended")), list(app, ended));
  if (page.next_cursor && page.has_more) root.append(more(app, root, page.next_cursor));
}

function list(app, connections) {
  return el("ul", { class: "cards" }, connections.map((connection) => card(app, connection)));
}

function card(app, connection) {
  const { institution } = connection;
  const accounts = inOrder(connection.accounts, app.locale);
  const href = `#/connections/${segment(connection.id)}`;
  const rows = accounts.slice(0, 4).map((account) =>
    el("li", { class: "line" },
      el("span", { class: "grow" }, accountName(account), " ", el("span", { class: "quiet" }, natureOf(app, account))),
      account.balance && el("span", { class: "amount" }, app.money(account.balance.amount, account.balance.currency))));
  const as_of = connection.data_as_of && el("p", { class: "quiet small" }, `${app.t("connection.data_as_of")} ${app.instant(connection.data_as_of)}`);
  return el("li", { class: "card", testid: "connection-card", "data-id": connection.id },
    el("div", { class: "card-head" },
      avatar(institution),
      el("div", { class: "grow" }, el("h2", {}, link(institution.name, href, { class: "stretched" })), via(app, institution)),
      chip(app, connection)),
    rows.length > 0 && el("ul", { class: "lines" }, rows),
    accounts.length > 4 && el("p", { class: "quiet small" }, app.t("home.accounts", { count: accounts.length })),
    as_of);
}

function away(app, session) {
  const text = app.t("home.visit", { bank: session.institution.name });
  const open = button(app.t("home.visit.open"), () => app.go(`#/visits/${segment(session.id)}`), { testid: "continue-visit" });
  const again = session.intent === "link" && button(app.t("visit.again"), () => chooseInstitution(app, session.institution), { class: "button quiet-button" });
  return el("section", { class: "notice info", testid: "away" }, el("p", {}, text), el("div", { class: "actions" }, open, again));
}

function more(app, root, cursor) {
  return button(app.t("home.more"), async (node) => {
    try {
      const page = await app.api.get(`/v1/connections?limit=50&cursor=${segment(cursor)}`);
      node.replaceWith(list(app, page.connections), page.has_more ? more(app, root, page.next_cursor) : "");
    } catch (error) {
      node.replaceWith(trouble(app, error, { again: app.render }));
    }
  }, { testid: "more-connections" });
}

function empty(app, add) {
  const stroke = { fill: "none", stroke: "currentColor", "stroke-width": "2.5", "stroke-linecap": "round", "stroke-linejoin": "round" };
  const picture = svg("svg", { viewBox: "0 0 96 72", width: "96", height: "72", "aria-hidden": "true", class: "picture" },
    svg("path", { d: "M12 28 48 10l36 18M16 28h64M24 34v22M40 34v22M56 34v22M72 34v22M14 62h68", ...stroke }));
  return el("section", { class: "empty", testid: "home-empty" }, picture, el("h2", {}, app.t("home.empty.title")), el("p", {}, app.t("home.empty.text")), add);
}
