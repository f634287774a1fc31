import { segment } from "../api.js";
import { el, link, put } from "../dom.js";
import { trouble } from "../trouble.js";
import { beginLink } from "../visits.js";
import { avatar, expectations, via } from "./parts.js";

const PATTERNS = { phone: /^(?=(?:\D*\d){5,15}\D*$)[+0-9 ()./-]{5,25}$/, email: /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/ };
const FIELDS = { invalid_email: "email", invalid_phone: "phone" };

/** Phone and e-mail, with the reason why the e-mail matters. */
export async function show(app, root, signal, id) {
  const institution = await app.api.get(`/v1/institutions/${segment(id)}`, signal);
  app.title(app.t("contact.title", { bank: institution.name }));
  const partner = app.config.mode !== "client";
  const fields = partner ? [phoneField(app), emailField(app)] : [];
  const errors = el("div");
  const form = el("form", { class: "stack", novalidate: true, testid: "contact-form" },
    fields, errors,
    el("div", { class: "actions" },
      el("button", { class: "button primary", testid: "contact-submit" }, app.t("contact.submit")),
      link(app.t("contact.other"), "#/add", { class: "button quiet-button" })));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.getAttribute("aria-busy") === "true") return;
    form.setAttribute("aria-busy", "true");
    await submit(app, form, institution, errors);
    form.removeAttribute("aria-busy");
  });
  watch(app, form, errors);
  put(root,
    link(app.t("contact.other"), "#/add", { class: "back" }),
    el("div", { class: "head with-avatar" }, avatar(institution),
      el("div", { class: "grow" }, el("h1", { tabindex: "-1" }, app.t("contact.title", { bank: institution.name })), via(app, institution))),
    el("p", { class: "lead" }, app.t("contact.lead", { aggregator: institution.aggregator })),
    expectations(app, institution),
    institution.instruction && el("div", { class: "notice info" }, el("p", {}, el("strong", {}, app.t("contact.instruction"))), el("p", { lang: "" }, institution.instruction)),
    form);
}

function field(app, name, attributes, explanation) {
  const input = el("input", { id: name, name, required: true, "aria-describedby": `${name}-error ${name}-why`, ...attributes, testid: `contact-${name}` });
  input.value = sessionStorage.getItem(`contact-${name}`) ?? "";
  return el("div", { class: "field" },
    el("label", { for: name }, app.t(`contact.${name}`)), input,
    el("p", { class: "fault", id: `${name}-error`, "aria-live": "polite", testid: `fault-${name}` }),
    el("p", { class: explanation.class, id: `${name}-why` }, explanation.text));
}

function phoneField(app) {
  return field(app, "phone", { type: "tel", autocomplete: "tel", inputmode: "tel" }, { class: "hint", text: app.t("contact.phone.hint") });
}

function emailField(app) {
  return field(app, "email", { type: "email", autocomplete: "email", autocapitalize: "none", spellcheck: "false" }, { class: "hint strong", text: app.t("contact.email.why") });
}

/** A fault is told when its field is left, or at the end; it goes as soon as it is mended. */
function watch(app, form, errors) {
  form.addEventListener("input", ({ target }) => {
    errors.replaceChildren();
    if (target.hasAttribute("aria-invalid")) mark(app, form, target, contactFault(target.name, target.value));
  });
  form.addEventListener("focusout", ({ target, relatedTarget }) => {
    // Whoever goes on to send the form or to leave it is told there, and not by a page that moves under the pointer.
    if (target.name in PATTERNS && target.value.trim() !== "" && !relatedTarget?.closest("button, a")) mark(app, form, target, contactFault(target.name, target.value));
  });
}

/** What is wrong with a field: `missing`, `wrong`, or null. */
export function contactFault(name, text) {
  const value = text.trim();
  if (value === "") return "missing";
  return PATTERNS[name].test(value) ? null : "wrong";
}

function mark(app, form, input, fault) {
  const text = fault ? app.t(`contact.${input.name}.${fault}`) : "";
  const place = form.querySelector(`#${input.name}-error`);
  if (place.textContent !== text) place.textContent = text;
  if (fault) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

/** Marks every field; whether all are well. The first that is not gets the focus. */
function check(app, form, faultOf = ({ name, value }) => contactFault(name, value)) {
  for (const input of form.querySelectorAll("input")) mark(app, form, input, faultOf(input));
  const first = form.querySelector("[aria-invalid]");
  first?.focus();
  return first === null;
}

async function submit(app, form, institution, errors) {
  errors.replaceChildren();
  if (!check(app, form)) return;
  const contact = {};
  for (const input of form.querySelectorAll("input")) {
    contact[input.name] = input.value.trim();
    sessionStorage.setItem(`contact-${input.name}`, contact[input.name]);
  }
  try {
    await beginLink(app, institution, contact);
  } catch (error) {
    const name = FIELDS[error.problem?.code];
    if (name && form.elements[name]) check(app, form, (input) => (input.name === name ? "wrong" : null));
    else errors.replaceChildren(trouble(app, error, { again: () => submit(app, form, institution, errors), form }));
  }
}
