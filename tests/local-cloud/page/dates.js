/** A bank's calendar date (`YYYY-MM-DD`): it has no zone, so none may move it. */
export function formatDate(text, locale) {
  const [year, month, day] = text.split("-").map(Number);
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }).format(Date.UTC(year, month - 1, day));
}

/** The day of an instant in the reader's own zone. */
export function formatDay(text, locale) {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium" }).format(new Date(text));
}

/** An instant in the reader's own zone. */
export function formatInstant(text, locale) {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(new Date(text));
}
