/** Fails the journey with a sentence. */
export function check(truth, sentence) {
  if (!truth) throw new Error(sentence);
}

/** A decimal string as a whole number of the 10^-8 unit: exact, so that sums can be compared. */
export function exact(text) {
  const [, sign, whole, fraction = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  return BigInt(sign + whole + fraction.padEnd(8, "0"));
}

/** Each row's running balance less its amount is the balance of the row below. */
export async function checkRunningBalance(page) {
  const rows = await page.getByTestId("booked").getByTestId("row").evaluateAll((nodes) =>
    nodes.map((node) => ({
      amount: node.querySelector('[data-testid="row-amount"]').dataset.amount,
      balance: node.querySelector('[data-testid="row-balance"]').dataset.amount,
    })));
  check(rows.length > 1, `a statement of ${rows.length} rows`);
  for (const [index, { amount, balance }] of rows.slice(0, -1).entries()) {
    const below = rows[index + 1].balance;
    if (balance === undefined || below === undefined) continue;
    check(exact(balance) - exact(amount) === exact(below), `row ${index}: ${balance} - ${amount} is not ${below}`);
  }
  const observed = await page.locator('[data-testid="account"][aria-current="true"] [data-testid="account-balance"]').getAttribute("data-amount");
  if (rows[0].balance !== undefined) check(exact(rows[0].balance) === exact(observed), `the statement ends at ${rows[0].balance}, the account says ${observed}`);
  return rows.length;
}
