const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/** The parts of a decimal string: sign, digits before and after the point. Throws on anything else. */
export function parseDecimal(text) {
  const match = DECIMAL.exec(text);
  if (!match) throw new RangeError(`not a decimal: ${text}`);
  const [, sign, whole, fraction = ""] = match;
  const integer = whole.replace(/^0+(?=\d)/, "");
  const zero = /^0*$/.test(integer) && /^0*$/.test(fraction);
  return { negative: sign === "-" && !zero, zero, integer, fraction };
}

/** How many digits follow the point in this currency, as far as the browser knows. */
export function minorDigits(currency) {
  return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits;
}

/**
 * An amount as people of `locale` write it. Only the signs around the digits come from Intl (by formatting the number one);
 * the digits are those of the string: none is lost, and none is added but zeros up to the currency's own.
 */
export function formatMoney(text, currency, locale, { plus = false } = {}) {
  const { negative, zero, integer, fraction } = parseDecimal(text);
  const style = { style: "currency", currency, currencyDisplay: "narrowSymbol" };
  const pattern = new Intl.NumberFormat(locale, style).formatToParts(negative ? -1 : 1);
  const digits = exactDigits(integer, fraction, minorDigits(currency), locale);
  const body = pattern
    .filter((part) => part.type !== "decimal" && part.type !== "fraction")
    .map((part) => (part.type === "integer" ? digits : part.type === "minusSign" ? "\u2212" : part.value))
    .join("");
  return plus && !negative && !zero ? `+${body}` : body;
}

function exactDigits(integer, fraction, minor, locale) {
  const { group, decimal } = separators(locale);
  const grouped = integer.replace(/\B(?=(\d{3})+$)/g, group);
  const kept = fraction.replace(/0+$/, "").padEnd(minor, "0");
  return kept === "" ? grouped : grouped + decimal + kept;
}

function separators(locale) {
  const parts = new Intl.NumberFormat(locale, { useGrouping: true }).formatToParts(1234567.5);
  const of = (type) => parts.find((part) => part.type === type).value;
  return { group: of("group"), decimal: of("decimal") };
}
