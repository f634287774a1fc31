import { el, link, put } from "../dom.js";
import { trouble } from "../trouble.js";
import { beginLink, chosenInstitution } from "../visits.js";
import { avatar, via } from "./parts.js";

const EMAIL = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/;
const PHONE = /^(?=(?:\D*\d){5,15}\D*$)[+0-9 ()./-]{5,25}$/;
const FIELDS = { invalid_email: "email", invalid_phone: "phone" };

/** Phone and e-mail, with the reason why the e-mail matters. */
export async function show(app, root, signal, id) {
  const institution = chosenInstitution(id);
  if (!institution) return app.go("#/add");
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
  put(root,
    link(app.t("contact.other"), "#/add", { class: "back" }),
    el("div", { class: "head with-avatar" }, avatar(institution),
      el("div", { class: "grow" }, el("h1", { tabindex: "-1" }, app.t("contact.title", { bank: institution.name })), via(app, institution))),
    el("p", { class: "lead" }, app.t("contact.lead", { aggregator: institution.aggregator })),
    institution.instruction && el("p", { class: "notice info" }, institution.instruction),
    form);
}

function field(app, name, attributes, explanation) {
  const input = el("input", { id: name, name, "aria-describedby": `${name}-why ${name}-error`, ...attributes, testid: `contact-${name}` });
  input.value = sessionStorage.getItem(`contact-${name}`) ?? "";
  return el("div", { class: "field" },
    el("label", { for: name }, app.t(`contact.${name}`)), input,
    el("p", { class: "fault", id: `${name}-error`, testid: `fault-${name}` }),
    el("p", { class: explanation.class, id: `${name}-why` }, explanation.text));
}

function phoneField(app) {
  return field(app, "phone", { type: "tel", autocomplete: "tel", inputmode: "tel" }, { class: "hint", text: app.t("contact.phone.hint") });
}

function emailField(app) {
  return field(app, "email", { type: "email", autocomplete: "email", autocapitalize: "none", spellcheck: "false" }, { class: "hint strong", text: app.t("contact.email.why") });
}

function check(app, form) {
  const faults = {};
  for (const [name, pattern] of [["phone", PHONE], ["email", EMAIL]]) {
    const input = form.elements[name];
    if (!input) continue;
    const value = input.value.trim();
    if (value === "") faults[name] = app.t(`contact.${name}.missing`);
    else if (!pattern.test(value)) faults[name] = app.t(`contact.${name}.wrong`);
  }
  return faults;
}

function mark(form, faults) {
  for (const input of form.querySelectorAll("input")) {
    const fault = faults[input.name];
    form.querySelector(`#${input.name}-error`).textContent = fault ?? "";
    if (fault) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
  form.querySelector("[aria-invalid]")?.focus();
  return Object.keys(faults).length === 0;
}

async function submit(app, form, institution, errors) {
  errors.replaceChildren();
  if (!mark(form, check(app, form))) return;
  const contact = {};
  for (const input of form.querySelectorAll("input")) {
    contact[input.name] = input.value.trim();
    sessionStorage.setItem(`contact-${input.name}`, contact[input.name]);
  }
  try {
    await beginLink(app, institution, contact);
  } catch (error) {
    const name = FIELDS[error.problem?.code];
    if (name && form.elements[name]) mark(form, { [name]: app.t(`contact.${name}.wrong`) });
    else errors.replaceChildren(trouble(app, error, { again: () => submit(app, form, institution, errors), form }));
  }
}
