import { segment } from "../api.js";
import { el } from "../dom.js";
import { trouble } from "../trouble.js";

/** Days of the strip: what fits a screen and a glance. The table below has every stretch. */
const DAYS = 92;
/** A sign for each verdict, so that colour is not all there is. */
const SIGN = { proven: "✓", broken: "!", unprovable: "–" };

/** Whether the rows of an account add up to what its bank told, as a sentence and a strip of days. */
export async function proof(app, account, signal) {
  const slot = el("div");
  const read = async () => {
    try {
      const found = await app.api.get(`/v1/accounts/${segment(account.id)}/reconciliation`, signal);
      slot.replaceChildren(found.days.length > 0 ? draw(app, found) : "");
    } catch (error) {
      if (!signal.aborted) slot.replaceChildren(trouble(app, error, { again: read }));
    }
  };
  await read();
  return slot;
}

function draw(app, found) {
  const days = found.days.slice(-DAYS);
  const summary = told(app, found);
  return el("section", { class: "proof", testid: "proof", "data-verdict": found.verdict },
    el("h3", {}, app.t("proof.title")),
    el("p", { testid: "proof-summary" }, summary),
    el("div", { class: "strip", role: "img", "aria-label": app.t("proof.strip", { from: app.date(days[0].day), to: app.date(days.at(-1).day), summary }), testid: "proof-strip" }, days.map((day) => square(app, found, day))),
    legend(app),
    stretches(app, found, days));
}

/** The whole in one sentence. */
function told(app, found) {
  const { first_broken: broken, days } = found;
  if (broken) {
    const values = { from: app.date(broken.from_day), to: app.date(broken.to_day), amount: money(app, found, broken.difference) };
    return app.t(broken.from_day === broken.to_day ? "proof.broken.day" : "proof.broken.days", values);
  }
  if (found.verdict === "unprovable") return app.t(`proof.reason.${found.reason}`);
  const since = days.find((day) => day.verdict === "proven");
  return app.t("proof.proven", { from: app.date(since.day), to: app.date(days.at(-1).day) });
}

const money = (app, found, amount) => app.money(amount, found.currency, { plus: true });

function square(app, found, day) {
  return el("span", { class: `day ${day.verdict}`, title: `${app.date(day.day)}: ${meaning(app, found, day)}`, testid: "proof-day", "data-day": day.day, "data-verdict": day.verdict }, SIGN[day.verdict]);
}

function meaning(app, found, { verdict, reason, difference }) {
  if (verdict === "unprovable") return app.t(`proof.reason.${reason}`);
  if (verdict === "proven") return app.t("proof.legend.proven");
  return difference === null ? app.t("proof.legend.broken") : app.t("proof.differs", { amount: money(app, found, difference) });
}

function legend(app) {
  const each = (verdict) => el("li", {}, el("span", { class: `day ${verdict}`, "aria-hidden": "true" }, SIGN[verdict]), app.t(`proof.legend.${verdict}`));
  return el("ul", { class: "strip-legend small" }, Object.keys(SIGN).map(each));
}

/** The same in words: days of one verdict that follow each other. */
function stretches(app, found, days) {
  const runs = [];
  for (const day of days) {
    const text = meaning(app, found, day);
    const last = runs.at(-1);
    if (last?.text === text) last.to = day.day;
    else runs.push({ from: day.day, to: day.day, text });
  }
  const line = ({ from, to, text }) => el("li", {}, el("strong", {}, from === to ? app.date(from) : `${app.date(from)} – ${app.date(to)}`), ` ${text}`);
  return el("details", { testid: "proof-details" }, el("summary", {}, app.t("proof.details")), el("ol", { class: "small stretches" }, runs.reverse().map(line)));
}
