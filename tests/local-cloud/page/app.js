import { Api } from "./api.js";
import { el } from "./dom.js";
import { formatDate, formatDay, formatInstant } from "./dates.js";
import { firstLanguage, LANGUAGES, localeOf, translator } from "./i18n.js";
import { formatMoney } from "./money.js";
import { takeReturn } from "./visits.js";
import { showTrouble } from "./trouble.js";
import * as connection from "./views/connection.js";
import * as contact from "./views/contact.js";
import * as home from "./views/home.js";
import * as published from "./views/published.js";
import * as search from "./views/search.js";
import * as visit from "./views/visit.js";

const ROUTES = [
  [/^#\/add$/, search],
  [/^#\/add\/([^/]+)$/, contact],
  [/^#\/visits\/([^/]+)$/, visit],
  [/^#\/statements\/([^/]+)$/, published],
  [/^#\/connections\/([^/]+)(?:\/accounts\/([^/]+))?$/, connection],
];

const main = document.getElementById("main");
const live = document.getElementById("live");
let leave = new AbortController();

/** What every view is given: the API, the language, and the ways to speak and to go on. */
const app = {
  say(text) {
    live.textContent = "";
    setTimeout(() => (live.textContent = text), 50);
  },
  go(hash) {
    if (location.hash === hash) return render();
    location.hash = hash;
  },
  render: () => render(),
  money: (amount, currency, options) => formatMoney(amount, currency, app.locale, options),
  date: (text) => formatDate(text, app.locale),
  day: (text) => formatDay(text, app.locale),
  instant: (text) => formatInstant(text, app.locale),
  title(text) {
    document.title = `${text} · Kontor`;
  },
};

function speak(language) {
  app.language = language;
  app.locale = localeOf(language, navigator.languages);
  app.t = translator(language);
  app.api = new Api(app.config, language);
  document.documentElement.lang = language;
  document.getElementById("skip").textContent = app.t("skip");
  document.getElementById("about").textContent = app.t("about");
  document.getElementById("who").textContent = app.t("signed-in", { user: app.config.user });
  drawLanguages();
}

function drawLanguages() {
  const group = document.getElementById("languages");
  group.setAttribute("aria-label", app.t("language"));
  group.replaceChildren(
    ...Object.entries(LANGUAGES).map(([code, name]) => {
      const choose = () => {
        localStorage.setItem("language", code);
        speak(code);
        render({ keepFocus: true });
        document.querySelector(`[data-testid="language-${code}"]`).focus();
      };
      const pressed = String(code === app.language);
      const short = el("span", { class: "short", "aria-hidden": "true" }, code.toUpperCase());
      return el("button", { type: "button", lang: code, "aria-pressed": pressed, "aria-label": name, onclick: choose, testid: `language-${code}` },
        el("span", { class: "long" }, name), short);
    }),
  );
}

function match(hash) {
  for (const [pattern, view] of ROUTES) {
    const found = pattern.exec(hash);
    if (found) return [view, found.slice(1).map((part) => part && decodeURIComponent(part))];
  }
  return [home, []];
}

async function render({ keepFocus = false } = {}) {
  leave.abort();
  leave = new AbortController();
  const { signal } = leave;
  const [view, parameters] = app.returned ? [visit, [app.returned.id]] : match(location.hash);
  main.replaceChildren(el("p", { class: "loading" }, app.t("loading")));
  const root = el("div", { class: "view" });
  try {
    await view.show(app, root, signal, ...parameters);
  } catch (error) {
    if (signal.aborted) return;
    showTrouble(app, root, error, { again: () => render() });
  }
  if (signal.aborted) return;
  main.replaceChildren(root);
  if (!keepFocus) root.querySelector("h1")?.focus({ preventScroll: true });
}

async function start() {
  app.config = await (await fetch("/config.json", { cache: "no-store" })).json();
  app.returned = takeReturn(location);
  speak(firstLanguage(localStorage.getItem("language"), navigator.languages));
  window.addEventListener("hashchange", () => {
    window.scrollTo(0, 0);
    render();
  });
  window.addEventListener("pageshow", (event) => event.persisted && render());
  await render({ keepFocus: true });
}

start();
