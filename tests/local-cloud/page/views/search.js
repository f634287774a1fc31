import { segment } from "../api.js";
import { button, el, link } from "../dom.js";
import { trouble } from "../trouble.js";
import { chooseInstitution } from "../visits.js";
import { avatar, countryName, expectations, via } from "./parts.js";

/** Search of an institution; each hit says who serves it and what to expect. */
export async function show(app, root, signal) {
  app.title(app.t("search.title"));
  const query = el("input", { id: "query", type: "search", autocomplete: "off", spellcheck: "false", testid: "search-query" });
  const country = el("select", { id: "country", testid: "search-country" }, el("option", { value: "" }, app.t("search.everywhere")));
  const count = el("p", { class: "quiet", role: "status", testid: "search-count" });
  const hits = el("ul", { class: "cards hits", testid: "search-hits" });
  const lead = el("p", { class: "lead" });
  const further = el("div", { class: "actions center" });
  const form = el("form", { class: "search", role: "search", onsubmit: (event) => event.preventDefault() },
    el("div", { class: "field grow" }, el("label", { for: "query" }, app.t("search.query")), query),
    el("div", { class: "field" }, el("label", { for: "country" }, app.t("search.country")), country));
  root.append(
    link(app.t("connection.back"), "#/", { class: "back" }),
    el("h1", { tabindex: "-1" }, app.t("search.title")),
    lead, form, count, hits, further);
  const look = searcher(app, { query, country, count, hits, lead, further }, signal);
  query.addEventListener("input", () => look(250));
  country.addEventListener("change", () => look(0));
  look(0);
}

/** The countries that have banks, as the API counts them; asked for once. */
function offer(app, countries, { country, lead }) {
  if (country.options.length > 1) return;
  const named = countries.map(({ code }) => [countryName(app, code), code]).sort(([a], [b]) => a.localeCompare(b, app.locale));
  country.append(...named.map(([name, code]) => el("option", { value: code }, name)));
  const banks = countries.reduce((sum, { institutions }) => sum + institutions, 0);
  const real = countries.filter(({ code }) => code !== "XF").length;
  const number = (count) => new Intl.NumberFormat(app.locale).format(count);
  lead.textContent = real > 1 ? app.t("search.lead", { banks: number(banks), countries: number(real) }) : app.t("search.lead.few");
}

/** Looks after a pause in typing; only the newest question may answer. */
function searcher(app, parts, signal) {
  const { query, country, count, hits, further } = parts;
  let newest = 0;
  const look = (pause) => {
    const turn = ++newest;
    setTimeout(async () => {
      if (turn !== newest || signal.aborted) return;
      const wanted = new URLSearchParams({ limit: "20" });
      if (query.value.trim()) wanted.set("q", query.value.trim());
      if (country.value) wanted.set("country", country.value);
      try {
        const page = await app.api.get(`/v1/institutions?${wanted}`, signal);
        if (turn !== newest) return;
        offer(app, page.countries, parts);
        draw(app, page, parts, wanted, signal);
      } catch (error) {
        if (turn !== newest || signal.aborted) return;
        count.textContent = "";
        further.replaceChildren();
        hits.replaceChildren(el("li", {}, trouble(app, error, { again: () => look(0) })));
        if (error.status === 503) look(3000);
      }
    }, pause);
  };
  return look;
}

function draw(app, page, { count, hits, further }, wanted, signal) {
  const shown = page.institutions.map((institution) => hit(app, institution));
  const found = shown.length === 0 ? app.t("search.none") : app.t("search.hits", { count: shown.length });
  count.textContent = page.has_more ? `${found}. ${app.t("search.more")}` : found;
  hits.replaceChildren(...shown);
  more(app, page, hits, further, wanted, signal);
}

/** The next page of the same search is put behind, and the first new hit has the focus. */
function more(app, page, hits, further, wanted, signal) {
  further.replaceChildren();
  if (!page.has_more) return;
  const go = async () => {
    try {
      const next = await app.api.get(`/v1/institutions?${wanted}&cursor=${segment(page.next_cursor)}`, signal);
      const shown = next.institutions.map((institution) => hit(app, institution));
      hits.append(...shown);
      shown[0]?.querySelector("button")?.focus();
      more(app, next, hits, further, wanted, signal);
    } catch (error) {
      if (!signal.aborted) further.replaceChildren(trouble(app, error, { again: go }));
    }
  };
  further.append(button(app.t("home.more"), go, { testid: "more-institutions" }));
}

function hit(app, institution) {
  const usable = institution.status === "active";
  const choose = () => chooseInstitution(app, institution);
  const name = usable ? el("button", { type: "button", class: "stretched plain", onclick: choose, testid: `institution-${institution.id}` }, institution.name) : institution.name;
  return el("li", { class: usable ? "card" : "card off", testid: "institution" },
    el("div", { class: "card-head" }, avatar(institution), el("div", { class: "grow" }, el("h2", {}, name), via(app, institution), institution.bic_codes.length > 0 && el("p", { class: "quiet small", testid: "bic" }, institution.bic_codes.slice(0, 2).join(" · ")))),
    usable ? expectations(app, institution) : el("p", { class: "quiet small" }, app.t("search.unavailable")));
}
