import en from "./locales/en.js";
import vi from "./locales/vi.js";

export const LANGUAGES = { en: "English", vi: "Tiếng Việt" };
export const TABLES = { en, vi };

/** The language to begin with: what was chosen before, else the first of the browser's that we have. */
export function firstLanguage(chosen, preferred) {
  if (chosen in TABLES) return chosen;
  const wanted = preferred.map((tag) => tag.slice(0, 2).toLowerCase());
  return wanted.find((tag) => tag in TABLES) ?? "en";
}

/** The locale for dates and numbers: the reader's own kind of English, Vietnam's Vietnamese. */
export function localeOf(language, preferred) {
  if (language === "vi") return "vi-VN";
  return preferred.find((tag) => tag.toLowerCase().startsWith("en-")) ?? "en-GB";
}

/** `t(key, values)`: a sentence with its `{places}` filled; a value `count` picks `key.one` or `key.other`. */
export function translator(language) {
  const table = TABLES[language];
  const plural = new Intl.PluralRules(language);
  return (key, values = {}) => {
    const form = "count" in values ? `${key}.${plural.select(values.count) === "one" ? "one" : "other"}` : key;
    const text = table[form];
    if (text === undefined) throw new Error(`no sentence ${form} in ${language}`);
    return text.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
  };
}
