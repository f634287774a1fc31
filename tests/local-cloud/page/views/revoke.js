import { segment } from "../api.js";
import { button, el } from "../dom.js";
import { outside } from "../steps.js";
import { trouble } from "../trouble.js";
import { chooseInstitution } from "../visits.js";

const REACHED = { requested: 1, consent_revoked: 2, removed: 3, left_with_owner: 2, removed_proven: 4 };

/** Asks once more, then begins the revocation. */
export function confirmRevoke(app, connection, update, faults) {
  const bank = connection.institution.name;
  const end = app.config.mode === "client" ? "revoke.client" : "revoke.partner";
  const dialog = el("dialog", { "aria-labelledby": "revoke-title", testid: "revoke-dialog" },
    el("h2", { id: "revoke-title" }, app.t("revoke.title", { bank })),
    el("p", {}, app.t("revoke.text")), el("p", {}, app.t(end)), el("p", {}, app.t("revoke.keep")));
  const revoke = async () => {
    dialog.close();
    try {
      update(await app.api.delete(`/v1/connections/${segment(connection.id)}`));
      app.say(app.t("revoke.announce"));
    } catch (error) {
      faults.replaceChildren(trouble(app, error, { connection, again: revoke }));
    }
  };
  dialog.append(el("div", { class: "actions" },
    button(app.t("revoke.no"), () => dialog.close(), { autofocus: true, testid: "revoke-no" }),
    button(app.t("revoke.yes"), revoke, { class: "button danger solid", testid: "revoke-yes" })));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** The phases of a revocation, each told apart, and the step that only the user can take. */
export function revocation(app, connection) {
  const bank = connection.institution.name;
  const { phase } = connection;
  const reached = REACHED[phase] ?? 0;
  const partner = app.config.mode !== "client";
  const third = !partner ? "removed" : reached < 3 ? "left_with_owner" : "owner_removed";
  const names = ["requested", "consent_revoked", third, "removed_proven"];
  const waits = phase === "left_with_owner";
  const step = (name, index) => {
    const state = index < reached ? "done" : index === reached ? (waits ? "yours" : "now") : "later";
    const told = state === "done" || state === "yours";
    return el("li", { class: state, testid: `phase-${name}`, "data-state": state, "aria-current": index === reached ? "step" : null },
      el("strong", {}, app.t(`revoke.${name}`)),
      told && el("p", { class: "quiet" }, app.t(`revoke.${name}.text`, { bank })),
      state === "yours" && el("div", { class: "actions" }, outside(app, connection.next_action?.url ?? app.config.salt_edge_dashboard)));
  };
  const again = connection.status !== "revoking" && button(app.t("revoke.again"), () => chooseInstitution(app, connection.institution), { testid: "link-again" });
  return el("section", { class: "panel", testid: "revocation", "data-phase": phase },
    el("h2", {}, app.t("revoke.progress")), el("ol", { class: "steps" }, names.map(step)),
    connection.kept_until && el("p", { testid: "kept-until" }, app.t("revoke.until", { date: app.day(connection.kept_until) })), again && el("div", { class: "actions" }, again));
}
