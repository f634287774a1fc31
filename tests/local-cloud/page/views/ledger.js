import { segment } from "../api.js";
import { button, el } from "../dom.js";
import { trouble } from "../trouble.js";

/**
 * Which ledger of the SaaS an account is: what was said, what is proposed and why, and the form to say it. `changed` is
 * called with the account as it then is.
 */
export function ledger(app, account, changed) {
  const box = el("div", { class: "ledger", testid: "ledger" });
  const told = (error, again) => box.append(trouble(app, error, { again }));
  const say = async (reference, etag) => {
    const account_path = `/v1/accounts/${segment(account.id)}`;
    const known = etag ?? (await app.api.getTagged(account_path)).etag;
    const next = await app.api.patch(account_path, { reference }, known);
    app.say(app.t("ledger.saved"));
    changed(next);
  };
  const read = () => box.replaceChildren(...shown(app, account, { edit, take: (reference) => say(reference).catch((error) => told(error, read)) }));
  // The tag is that of what the user looks at: what somebody else says meanwhile is not overwritten.
  const edit = async () => {
    try {
      const { answer, etag } = await app.api.getTagged(`/v1/accounts/${segment(account.id)}`);
      const { form, input } = fields(app, answer.reference ?? "", read, (reference) => say(reference, etag).catch((error) => told(error, edit)));
      box.replaceChildren(form);
      input.focus();
    } catch (error) {
      told(error, edit);
    }
  };
  read();
  return box;
}

function shown(app, { reference, proposed_reference: proposal }, { edit, take }) {
  const said = el("p", {}, app.t("ledger.title"), " ", el("strong", { testid: "ledger-reference" }, reference ?? app.t("ledger.none")), " ",
    button(app.t(reference ? "ledger.change" : "ledger.assign"), edit, { class: "button quiet-button small", testid: "ledger-edit" }));
  if (!proposal) return [said];
  const why = app.t(`ledger.because.${proposal.because}`);
  const text = el("p", {}, app.t("ledger.proposed", { reference: proposal.reference }), " ", why);
  const use = button(app.t("ledger.use", { reference: proposal.reference }), () => take(proposal.reference), { testid: "ledger-use" });
  return [said, el("section", { class: "notice info", testid: "ledger-proposal", "data-because": proposal.because }, text, el("div", { class: "actions" }, use))];
}

function fields(app, value, leave, save) {
  const input = el("input", { id: "reference", name: "reference", maxlength: "200", autocomplete: "off", testid: "ledger-field" });
  input.value = value;
  const form = el("form", { class: "inline" }, el("label", { for: "reference" }, app.t("ledger.field")), input,
    el("div", { class: "actions" },
      el("button", { class: "button primary", testid: "ledger-save" }, app.t("ledger.save")),
      button(app.t("ledger.leave"), leave, { class: "button quiet-button" })));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save(input.value.trim() || null);
  });
  return { form, input };
}
