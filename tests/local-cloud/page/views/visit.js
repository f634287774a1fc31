import { ApiError, segment } from "../api.js";
import { button, el, link, poll } from "../dom.js";
import { notice, sentence, trouble } from "../trouble.js";
import { forgetReturn, rememberChanges, repeat, wayOf } from "../visits.js";
import { avatar, via } from "./parts.js";

const AWAY = ["created", "redirected"];
const LIVES = ["created", "redirected", "returned", "confirmed", "asking", "reading"];
const STEPS = ["returned", "confirmed", "asking", "reading", "finished"];
const REACHED = { returned: 1, confirmed: 2, asking: 2, reading: 3, finished: 5 };

/** One visit to Salt Edge: the way there, the return, and the progress until the statement is here. */
export async function show(app, root, signal, id) {
  let session = await load(app, id, signal);
  let drawn = "";
  const draw = () => {
    const seen = JSON.stringify(session);
    if (seen === drawn) return;
    drawn = seen;
    // Whoever was here is led to the new step; whoever is elsewhere on the page is left there.
    const led = root.contains(document.activeElement);
    root.replaceChildren(...picture(app, session, (next) => ((session = next), draw()), signal));
    if (led) root.querySelector("h1")?.focus({ preventScroll: true });
  };
  draw();
  const again = async () => {
    session = await app.api.get(`/v1/link-sessions/${segment(id)}`, signal).catch(() => session);
    if (signal.aborted) return false;
    draw();
    return LIVES.includes(session.stage);
  };
  const pause = (turn) => (AWAY.includes(session.stage) ? 3000 : Math.min(800 + 200 * turn, 4000));
  if (LIVES.includes(session.stage)) poll(again, pause, signal);
}

/** The session as it stands; right after the return, the one-time code is handed in first. */
async function load(app, id, signal) {
  const read = () => app.api.get(`/v1/link-sessions/${segment(id)}`, signal);
  if (app.returned?.id !== id) return read();
  const { code } = app.returned;
  if (!code) {
    forgetReturn(app);
    return read();
  }
  try {
    const session = await app.api.post(`/v1/link-sessions/${segment(id)}/confirm`, { code });
    forgetReturn(app);
    return session;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status === 0 || error.status === 429 || error.status >= 500) throw error;
    forgetReturn(app);
    const session = await read().catch(() => Promise.reject(error));
    if (LIVES.includes(session.stage)) throw error;
    return session;
  }
}

function picture(app, session, update, signal) {
  const bank = session.institution.name;
  const title = (text) => {
    app.title(text);
    return el("h1", { tabindex: "-1", testid: "visit", "data-stage": session.stage, "data-intent": session.intent }, text);
  };
  if (session.stage === "created" && wayOf(session.id)) return [title(app.t("depart.title")), who(app, session), ...depart(app, session, update, signal)];
  if (session.stage === "finished") return finish(app, session);
  if (!LIVES.includes(session.stage)) return [title(app.t("visit.failed.title")), who(app, session), ended(app, session)];
  const heading = title(app.t(`visit.title.${session.intent}`, { bank }));
  if (AWAY.includes(session.stage)) return [heading, waiting(app, session, "visit.away", update)];
  if (session.stage === "returned") return [heading, stepper(app, session), waiting(app, session, "visit.unconfirmed", update)];
  return [heading, stepper(app, session), el("p", { class: "quiet" }, app.t("visit.leave"))];
}

function who(app, { institution }) {
  return el("div", { class: "head with-avatar" }, avatar(institution), el("div", { class: "grow" }, el("p", {}, el("strong", {}, institution.name)), via(app, institution)));
}

function finish(app, session) {
  localStorage.removeItem("visit");
  rememberChanges(session);
  app.say(app.t("visit.finished", { bank: session.institution.name }));
  history.replaceState(null, "", session.connection_id ? `#/connections/${segment(session.connection_id)}` : "#/");
  queueMicrotask(() => app.render());
  return [];
}

function depart(app, session, update, signal) {
  const { url, until } = wayOf(session.id);
  const bank = session.institution.name;
  const email = app.config.mode !== "client" && session.intent === "link" && sessionStorage.getItem("contact-email");
  const steps = el("ol", { class: "plan" },
    email && el("li", {}, app.t("depart.step.account", { email })),
    el("li", { class: "important", testid: "consent-hint" }, el("strong", {}, app.t("depart.step.consent")), " ", app.t("depart.step.consent.why")),
    el("li", {}, app.t("depart.step.login", { bank })),
    el("li", {}, app.t("depart.step.back")));
  const words = session.consent && el("p", { class: "quiet", lang: session.consent.locale, testid: "consent-words" }, session.consent.text);
  const go = link(app.t("depart.go"), url, { class: "button primary", testid: "depart", rel: "noreferrer" });
  const actions = el("div", { class: "actions" }, go, giveUp(app, session, "depart.cancel", update));
  const expire = setTimeout(() => {
    actions.replaceWith(notice(app, "warn", app.t("depart.expired"), { code: "start_again" }, { session }));
  }, Math.max(until - Date.now(), 0));
  signal.addEventListener("abort", () => clearTimeout(expire));
  return [words, steps, actions];
}

function waiting(app, session, key, update) {
  return el("section", { class: "notice info", testid: "waiting" },
    el("p", {}, app.t(key)),
    el("div", { class: "actions" }, again(app, session), giveUp(app, session, "visit.cancel", update)));
}

function again(app, session) {
  return guarded(app, "visit.again", () => repeat(app, session), { class: "button primary", testid: "visit-again" });
}

function giveUp(app, session, key, update) {
  return guarded(app, key, async () => update(await app.api.post(`/v1/link-sessions/${segment(session.id)}/cancel`)), { class: "button quiet-button", testid: "visit-cancel" });
}

function guarded(app, key, run, attributes) {
  return button(app.t(key), async (node) => {
    try {
      await run();
    } catch (error) {
      node.closest(".actions").after(trouble(app, error, {}));
    }
  }, attributes);
}

function stepper(app, session) {
  const reached = REACHED[session.stage];
  app.say(app.t(`visit.step.${STEPS[Math.min(reached, 4)]}`));
  return el("ol", { class: "steps", testid: "progress" },
    STEPS.map((step, index) => {
      const state = index < reached ? "done" : index === reached ? "now" : "later";
      return el("li", { class: state, "aria-current": state === "now" ? "step" : null },
        app.t(`visit.step.${step}`), el("span", { class: "visually-hidden" }, ` (${app.t(`visit.state.${state}`)})`));
    }));
}

function ended(app, session) {
  localStorage.removeItem("visit");
  const told = session.stage === "failed" && (session.display_message || session.next_action);
  const text = told ? sentence(app, session) : app.t(`visit.${session.stage}`);
  const action = session.next_action ?? { code: "start_again", url: null };
  app.say(text);
  return notice(app, session.stage === "failed" ? "bad" : "warn", text, action, { session });
}
