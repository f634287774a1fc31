//! Pieces of HTML.

use crate::bank::{Field, FieldNature};

const STYLE: &str = "
:root{color-scheme:light;--ink:#1d2733;--soft:#5d6b7a;--line:#d7dee6;--paper:#fff;--back:#f3f6f9;--go:#0a6b5e}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:30rem;margin:0 auto;padding:1.5rem 1rem 3rem}
.card{background:var(--paper);border:1px solid var(--line);border-radius:12px;padding:1.25rem;margin-top:1rem}
.brand{font-weight:600;color:var(--soft);letter-spacing:.02em}
h1{font-size:1.35rem;margin:.2rem 0 .8rem;line-height:1.25}
p{margin:.4rem 0 .8rem}.soft{color:var(--soft);font-size:.9rem}.bad{color:#a3201d}
label{display:block;margin:.7rem 0 .2rem;font-weight:600}
label.tick{display:flex;gap:.6rem;align-items:flex-start;font-weight:400;padding:.5rem 0}
label.tick input{width:1.25rem;height:1.25rem;margin-top:.15rem;flex:none}
input[type=text],input[type=password],input[type=email],input[type=search],select{width:100%;padding:.65rem .7rem;font:inherit;border:1px solid #9aa8b6;border-radius:8px;background:#fff}
button{display:block;width:100%;margin-top:1rem;padding:.75rem;font:inherit;font-weight:600;border:0;border-radius:8px;background:var(--go);color:#fff;cursor:pointer}
button.plain{background:none;color:var(--soft);border:1px solid var(--line)}
button.bank{background:#fff;color:var(--ink);border:1px solid var(--line);text-align:left;margin-top:.5rem}
button.risk{background:#a3201d}
:focus-visible{outline:3px solid #f0a92e;outline-offset:2px}
ul{padding-left:1.2rem}dl{display:grid;grid-template-columns:auto 1fr;gap:.2rem 1rem;margin:.6rem 0}dt{color:var(--soft)}dd{margin:0}
body.atbank{--go:#1f3f8f;--back:#e9edf7}
";

/// Text made safe between tags and in attributes.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            plain => out.push(plain),
        }
    }
    out
}

/// A whole page. `brand` says whose page it is; `head` goes into the head as it is.
pub(super) fn page(brand: &str, title: &str, head: &str, at_bank: bool, body: &str) -> String {
    let class = if at_bank { " class=\"atbank\"" } else { "" };
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">{head}\
         <title>{title} · {brand}</title><style>{STYLE}</style></head><body{class}><main>\
         <div class=\"brand\">{brand}</div><div class=\"card\"><h1>{title}</h1>{body}</div>\
         </main></body></html>\n",
        brand = escape(brand),
        title = escape(title),
    )
}

/// A form that posts the token and `fields` to `action`.
pub(super) fn form(action: &str, token: &str, fields: &str, button: &str) -> String {
    format!(
        "<form method=\"post\" action=\"{action}\"><input type=\"hidden\" name=\"token\" \
         value=\"{}\">{fields}<button type=\"submit\">{}</button></form>",
        escape(token),
        escape(button),
    )
}

/// The form that ends everything.
pub(super) fn cancel(token: &str) -> String {
    format!(
        "<form method=\"post\" action=\"/connect/cancel\"><input type=\"hidden\" name=\"token\" \
         value=\"{}\"><button type=\"submit\" class=\"plain\">Cancel</button></form>",
        escape(token),
    )
}

/// A labelled input of a bank's login.
pub(super) fn field(field: &Field) -> String {
    let (name, label) = (field.name, escape(field.label));
    let hint = if field.optional { " <span class=\"soft\">(optional)</span>" } else { "" };
    let required = if field.optional { "" } else { " required" };
    let input = match field.nature {
        FieldNature::Select => {
            let options: Vec<String> = field
                .options
                .iter()
                .map(|(value, label)| {
                    format!("<option value=\"{}\">{}</option>", escape(value), escape(label))
                })
                .collect();
            format!("<select id=\"{name}\" name=\"{name}\">{}</select>", options.concat())
        }
        FieldNature::Password => format!(
            "<input type=\"password\" id=\"{name}\" name=\"{name}\" autocomplete=\"off\"{required}>"
        ),
        FieldNature::Text => format!(
            "<input type=\"text\" id=\"{name}\" name=\"{name}\" autocomplete=\"off\" \
             autocapitalize=\"none\"{required}>"
        ),
    };
    format!("<label for=\"{name}\">{label}{hint}</label>{input}")
}

/// Check boxes for accounts, ticked.
pub(super) fn account_boxes(accounts: &[(String, String)]) -> String {
    accounts
        .iter()
        .map(|(key, label)| {
            format!(
                "<label class=\"tick\"><input type=\"checkbox\" name=\"account\" value=\"{}\" checked>\
                 <span>{}</span></label>",
                escape(key),
                escape(label),
            )
        })
        .collect::<Vec<String>>()
        .concat()
}
