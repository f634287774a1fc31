import { el } from "../dom.js";
import { TABLES } from "../i18n.js";

const TONE = { active: "good", needs_reconnect: "warn", disabled: "bad", revoking: "warn", left_with_owner: "warn", revoked: "quiet" };

export function chip(app, { status, asking }) {
  if (status === "active" && asking) return el("span", { class: "chip busy", testid: "status", "data-status": "asking" }, app.t("status.asking"));
  return el("span", { class: `chip ${TONE[status]}`, testid: "status", "data-status": status }, app.t(`status.${status}`));
}

export function avatar({ name }) {
  const initials = name.split(/\s+/).slice(0, 2).map((word) => word[0]).join("").toUpperCase();
  return el("span", { class: "avatar", "aria-hidden": "true" }, initials);
}

export function countryName(app, code) {
  if (code === "XF") return app.t("country.XF");
  return new Intl.DisplayNames(app.locale, { type: "region", fallback: "code" }).of(code);
}

export function via(app, { country, aggregator }) {
  return el("p", { class: "quiet small", testid: "aggregator" }, `${countryName(app, country)} · ${app.t("search.via", { aggregator })}`);
}

/** Many banks give an account no other name than its IBAN. */
export const nameIsIban = ({ name }) => /^[A-Z]{2}\d{2}[A-Z0-9]{8,30}$/.test(name);

export function accountName(account) {
  return nameIsIban(account) ? account.name.replace(/.{4}(?=.)/g, "$& ") : account.name;
}

/** The kind of account; the list of kinds is open, and a new one is shown by nothing rather than by its code. */
export function natureOf(app, { nature }) {
  const key = `nature.${nature}`;
  return key in TABLES[app.language] ? app.t(key) : "";
}

/** What to expect of a bank before it is linked: who has to be there, how far back it reads, how long a consent lasts. */
export function expectations(app, { unattended, history_days: history, max_consent_days: consent }) {
  const facts = [
    ["attendance", app.t(unattended ? "search.unattended" : "search.attended"), unattended ? "good" : "warn"],
    ["history", app.t("search.history", { days: history })],
    ["consent-length", consent === null ? app.t("search.consent.unlimited") : app.t("search.consent", { days: consent })],
  ];
  return el("ul", { class: "chips" }, facts.map(([testid, text, tone = ""]) => el("li", { class: `chip ${tone}`, testid }, text)));
}

const CURRENT = ["checking", "account"];

/** Accounts as people look for them: the current ones first, then by name, those that are gone last. */
export function inOrder(accounts, locale) {
  const rank = ({ gone, nature }) => (gone ? 2 : CURRENT.includes(nature) ? 0 : 1);
  return accounts.toSorted((a, b) => rank(a) - rank(b) || accountName(a).localeCompare(accountName(b), locale));
}
