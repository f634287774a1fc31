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
