import { el, link } from "../dom.js";
import { trouble } from "../trouble.js";
import { chooseInstitution } from "../visits.js";
import { avatar, countryName, expectations, via } from "./parts.js";

const COUNTRIES = "AT AU BE BG BR CA CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IN IS IT LI LT LU LV MC MD MT MX NL NO NZ PL PT RO RS SE SG SI SK TH TR UA US VN XF".split(" ");

/** Search of an institution; each hit says who serves it and what to expect. */
export async function show(app, root, signal) {
  app.title(app.t("search.title"));
  const query = el("input", { id: "query", type: "search", autocomplete: "off", spellcheck: "false", testid: "search-query" });
  const country = el("select", { id: "country", testid: "search-country" }, el("option", { value: "" }, app.t("search.everywhere")), countries(app));
  const count = el("p", { class: "quiet", role: "status", testid: "search-count" });
  const hits = el("ul", { class: "cards hits", testid: "search-hits" });
  const form = el("form", { class: "search", role: "search", onsubmit: (event) => event.preventDefault() },
    el("div", { class: "field grow" }, el("label", { for: "query" }, app.t("search.query")), query),
    el("div", { class: "field" }, el("label", { for: "country" }, app.t("search.country")), country));
  root.append(
    link(app.t("connection.back"), "#/", { class: "back" }),
    el("h1", { tabindex: "-1" }, app.t("search.title")),
    el("p", { class: "lead" }, app.t("search.lead")),
    form, count, hits);
  const look = searcher(app, { query, country, count, hits }, signal);
  query.addEventListener("input", () => look(250));
  country.addEventListener("change", () => look(0));
  look(0);
}

function countries(app) {
  return COUNTRIES.map((code) => [countryName(app, code), code])
    .sort(([a], [b]) => a.localeCompare(b, app.locale))
    .map(([name, code]) => el("option", { value: code }, name));
}

/** Looks after a pause in typing; only the newest question may answer. */
function searcher(app, { query, country, count, hits }, signal) {
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
        if (turn === newest) draw(app, page, count, hits);
      } catch (error) {
        if (turn !== newest || signal.aborted) return;
        count.textContent = "";
        hits.replaceChildren(el("li", {}, trouble(app, error, { again: () => look(0) })));
        if (error.status === 503) look(3000);
      }
    }, pause);
  };
  return look;
}

function draw(app, page, count, hits) {
  const { institutions } = page;
  const found = institutions.length === 0 ? app.t("search.none") : app.t("search.hits", { count: institutions.length });
  count.textContent = page.has_more ? `${found}. ${app.t("search.more")}` : found;
  hits.replaceChildren(...institutions.map((institution) => hit(app, institution)));
}

function hit(app, institution) {
  const usable = institution.status === "active";
  const choose = () => chooseInstitution(app, institution);
  const name = usable ? el("button", { type: "button", class: "stretched plain", onclick: choose, testid: `institution-${institution.id}` }, institution.name) : institution.name;
  return el("li", { class: usable ? "card" : "card off", testid: "institution" },
    el("div", { class: "card-head" }, avatar(institution), el("div", { class: "grow" }, el("h2", {}, name), via(app, institution))),
    usable ? expectations(app, institution) : el("p", { class: "quiet small" }, app.t("search.unavailable")));
}
