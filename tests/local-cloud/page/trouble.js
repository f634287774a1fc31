import { ApiError } from "./api.js";
import { button, el } from "./dom.js";
import { CODES, nextStep } from "./steps.js";

/** What the sentence itself tells well enough, in milliseconds. */
const MOMENT = 60_000;

const STATUS = { 0: "offline", 401: "unauthorized", 403: "forbidden", 404: "not_found", 429: "too_many" };

/** The sentence for a problem: the API's own in the reader's language, else ours for its next action, else for its status. */
export function sentence(app, { display_message: message, next_action: action }, status) {
  if (message) return message;
  if (action && CODES.includes(action.code)) return app.t(`action.${action.code}`);
  return app.t(`error.${STATUS[status] ?? "other"}`);
}

/** A sentence and the one button that leads on. `place` is what the button may act on (see `nextStep`). */
export function notice(app, kind, text, action, place, extra = []) {
  const slot = el("div", { class: "actions" });
  const box = el("section", { class: `notice ${kind}`, role: kind === "bad" ? "alert" : null, testid: "notice", "data-action": action?.code }, el("p", { testid: "notice-text" }, text), extra, slot);
  const attempt = async (run) => {
    try {
      await run();
    } catch (error) {
      box.replaceWith(trouble(app, error, { ...place, again: () => attempt(run) }));
    }
  };
  if (action) slot.append(nextStep(app, action, place, attempt));
  else slot.remove();
  return box;
}

export function trouble(app, error, place) {
  if (!(error instanceof ApiError)) console.error(error);
  const { status = -1, problem } = error;
  const text = status === 404 ? app.t("error.not_found") : sentence(app, problem ?? {}, status);
  const reference = problem?.error_ref ?? null;
  const mark = reference && el("p", { class: "reference" }, app.t("error.reference", { reference }));
  const after = allowedAgain(app, problem);
  const action = status === 404 ? null : (problem?.next_action ?? null);
  const box = notice(app, "bad", text, action, { ...place, reference }, [after, mark].filter(Boolean));
  if (!action) box.append(el("div", { class: "actions" }, fallback(app, status, place)));
  box.dataset.code = problem?.code ?? status;
  return box;
}

/** From when it is allowed, where the problem says so and it is more than a moment. */
export function allowedAgain(app, problem) {
  const at = problem?.next_allowed_at;
  return at && new Date(at) - Date.now() > MOMENT && el("p", { testid: "allowed-at" }, app.t("action.deadline", { time: app.instant(problem.next_allowed_at) }));
}

function fallback(app, status, { again }) {
  if (status === 401) return button(app.t("do.reload"), () => location.reload(), { class: "button primary", testid: "next-reload" });
  if (again && status !== 403 && status !== 404) return button(app.t("do.try_again"), again, { class: "button primary", testid: "next-again" });
  return button(app.t("do.home"), () => app.go("#/"), { class: "button primary", testid: "next-home" });
}

export function showTrouble(app, root, error, place) {
  root.replaceChildren(trouble(app, error, place));
}
