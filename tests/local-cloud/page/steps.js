import { segment } from "./api.js";
import { button, link } from "./dom.js";
import { beginVisit, chooseInstitution, repeat } from "./visits.js";

const REPEAT = { reconnect: "do.sign_in", use_same_login: "do.sign_in", retry_while_present: "do.try_again", consent_not_granted: "do.try_again", select_accounts: "do.try_again", renew_consent: "do.renew", start_again: "visit.again", start_again_later: "visit.again" };
const AGAIN = ["backoff", "retry_later", "bank_problem", "fix_keys", "fix_contract", "report", "try_again"];

/** Nothing is to be done for now: the reader may go on. */
const ON_ITS_WAY = ["in_progress", "being_revoked", "slow_down"];

/** The visit itself shows the way. */
const ON_THE_VISIT = ["open_link", "finish_at_bank"];

/** Every code that the API may name as the next step. */
export const CODES = [...Object.keys(REPEAT), ...AGAIN, "wait_until", "wait_budget", "reuse_connection", "choose_other_bank", "contact_support", "delete_in_dashboard", "delete_duplicate", "confirm", "fix_request", "correct_contact", ...ON_ITS_WAY, ...ON_THE_VISIT];

/**
 * The button that leads on. `place` says what there is to act on: `session`, `connection`, `again` (do the same once more),
 * `dismiss` (there is nothing to do but wait), `form` (the form to correct), `reference`.
 */
export function nextStep(app, action, place, attempt) {
  const { code, url } = action;
  const make = (label, run) => button(app.t(label), () => attempt(run), { class: "button primary", testid: `next-${code}` });
  if (code in REPEAT) return make(REPEAT[code], () => onceMore(app, code, place));
  if (code === "wait_budget" && place.connection) return make("connection.present", () => beginVisit(app, place.connection.id, "refresh"));
  if (code === "wait_until" && place.dismiss) return make("do.understood", place.dismiss);
  if (code === "wait_until" && place.session?.connection_id) return make("do.statement", () => app.go(`#/connections/${segment(place.session.connection_id)}`));
  if (code === "reuse_connection") return reuse(app, place, url, make);
  if (code === "choose_other_bank") return make("do.choose", () => app.go("#/add"));
  if (code === "delete_in_dashboard" || code === "delete_duplicate") return outside(app, url ?? app.config.salt_edge_dashboard, code);
  if (code === "contact_support" && place.reference) return copy(app, place.reference);
  if (code === "confirm" && place.confirm) return make("do.confirm", place.confirm);
  if (ON_ITS_WAY.includes(code)) return make("do.understood", place.dismiss ?? (() => app.go("#/")));
  if (["fix_request", "correct_contact"].includes(code) && place.form) return make("do.check_form", () => place.form.querySelector("[aria-invalid]")?.focus());
  if (!place.again && !place.session) return make("do.home", () => app.go("#/"));
  return make("do.try_again", () => (place.again ? place.again() : repeat(app, place.session)));
}

function onceMore(app, code, { session, connection }) {
  if (session) return repeat(app, session);
  if (code.startsWith("start_again") && connection) return chooseInstitution(app, connection.institution);
  if (code === "select_accounts" && connection) return beginVisit(app, connection.id, "fetch-accounts");
  return connection ? beginVisit(app, connection.id, "reconnect") : app.go("#/add");
}

function reuse(app, { session, connection }, url, make) {
  const known = session?.connection_id ?? connection?.id;
  if (known) return make("do.update", () => beginVisit(app, known, "reconnect"));
  return url ? outside(app, url, "reuse_connection") : make("do.home", () => app.go("#/"));
}

export function outside(app, url, code = "delete_in_dashboard") {
  return link(app.t("revoke.dashboard"), url, { class: "button primary", target: "_blank", rel: "noopener noreferrer", testid: `next-${code}` });
}

function copy(app, reference) {
  return button(app.t("do.copy"), async (node) => {
    await navigator.clipboard.writeText(reference);
    node.textContent = app.t("do.copied");
    app.say(app.t("do.copied"));
  }, { class: "button primary", testid: "next-contact_support" });
}
