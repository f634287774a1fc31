const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes, listeners (`onclick: f`), `testid`, and children; text is always text. */
export function el(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

/** Appends what is there; a part that is null or false is left out. */
export function put(node, ...children) {
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
}

function fill(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "testid") node.setAttribute("data-testid", value);
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  put(node, children);
  return node;
}

/** A button that is out of use while what it started is under way. */
export function button(label, run, attributes = {}) {
  const node = el("button", { type: "button", class: "button", ...attributes }, label);
  node.addEventListener("click", async () => {
    if (node.getAttribute("aria-disabled") === "true") return;
    node.setAttribute("aria-disabled", "true");
    try {
      await run(node);
    } finally {
      node.removeAttribute("aria-disabled");
    }
  });
  return node;
}

export function link(label, href, attributes = {}) {
  return el("a", { href, ...attributes }, label);
}

/**
 * Calls `again` after each pause until it answers false or the view is left, and at once when the window is seen again.
 * Answers a function that begins anew with the first pause.
 */
export function poll(again, pause, signal) {
  let run = 0;
  let over = false;
  const begin = () => {
    const mine = ++run;
    let turn = 0;
    const next = () => setTimeout(step, pause(turn++));
    const step = async () => {
      if (mine !== run || signal.aborted) return;
      over = !(document.hidden || (await again()));
      if (!over && mine === run) next();
    };
    next();
  };
  const seen = async () => {
    if (document.hidden || over) return;
    over = !(await again());
    if (!over) begin();
  };
  document.addEventListener("visibilitychange", seen, { signal });
  begin();
  return begin;
}
