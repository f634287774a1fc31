/** What is wrong with a screen, whatever it shows: words, structure, contrast. */

/** The page that waits for the bank has no script, so that programs can walk through it, too. */
const OFF = { "meta-refresh": { enabled: false } };

/** The faults of the screen, as sentences. `strict`: language and tables of our page; null for others' pages. */
export async function faultsOf(page, axe, strict) {
  const found = strict ? await page.evaluate(words, strict) : [];
  await page.evaluate(axe);
  const { violations } = await page.evaluate((rules) => window.axe.run(document, { rules, resultTypes: ["violations"] }), OFF);
  for (const { id, nodes } of violations) {
    for (const node of nodes) found.push(`${id}: ${node.target.join(" ")}: ${node.failureSummary.replaceAll("\n", " ")}`);
  }
  return found;
}

/** Runs in the page: keys and places that were not filled, and sentences of the other language. */
function words({ language, tables }) {
  const found = [];
  if (document.documentElement.lang !== language) found.push(`the document is said to be in ${document.documentElement.lang}`);
  const own = tables[language];
  const mine = new Set(Object.values(own));
  const foreign = new Map();
  for (const [other, table] of Object.entries(tables)) {
    if (other === language) continue;
    for (const [key, sentence] of Object.entries(table)) if (!mine.has(sentence)) foreign.set(sentence, key);
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim();
    // The switch of languages names each in its own.
    if (text === "" || walker.currentNode.parentElement.closest("[lang]") !== document.documentElement) continue;
    if (text in own) found.push(`the key ${text} instead of its sentence`);
    if (/\{\w+\}/.test(text)) found.push(`a place that was not filled: ${text}`);
    if (/\b(undefined|null|NaN|\[object)\b/.test(text)) found.push(`a value that is none: ${text}`);
    if (foreign.has(text)) found.push(`${foreign.get(text)} in another language: ${text}`);
  }
  return found;
}
