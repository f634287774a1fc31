import { el, svg } from "./dom.js";

const HEIGHT = 180;
const EDGE = { top: 22, right: 8, bottom: 24, left: 8 };

/** The balance at the end of each day, oldest first. Rows come newest first, so a day's first row is its last. */
export function dailyBalances(rows) {
  const days = new Map();
  for (const row of rows) {
    if (row.balance_after && !days.has(row.made_on)) days.set(row.made_on, row.balance_after.amount);
  }
  return [...days].map(([day, amount]) => ({ day, amount, x: Date.parse(day), y: Number(amount) })).sort((a, b) => a.x - b.x);
}

/** A step line of the balance. Numbers serve pixels only; every figure that is written is the row's own text. */
export function chart(app, account, rows, signal) {
  const points = dailyBalances(rows);
  if (points.length < 2) return null;
  const low = points.reduce((a, b) => (b.y < a.y ? b : a));
  const high = points.reduce((a, b) => (b.y > a.y ? b : a));
  const money = (point) => app.money(point.amount, account.currency);
  const label = app.t("chart.label", { from: app.date(points[0].day), to: app.date(points.at(-1).day), low: money(low), high: money(high), last: money(points.at(-1)) });
  const readout = el("figcaption", { class: "quiet small", "aria-hidden": "true" });
  const figure = el("figure", { class: "chart", testid: "chart" });
  const shown = { points, low, high, money, label, readout, app };
  const draw = () => figure.clientWidth > 0 && figure.replaceChildren(readout, picture(shown, figure.clientWidth));
  const watch = new ResizeObserver(draw);
  watch.observe(figure);
  signal.addEventListener("abort", () => watch.disconnect());
  return figure;
}

function picture(shown, width) {
  const { points, low, high, money, label } = shown;
  const first = points[0].x;
  const span = points.at(-1).x - first || 1;
  const range = high.y - low.y || 1;
  const x = (point) => EDGE.left + ((point.x - first) / span) * (width - EDGE.left - EDGE.right);
  const y = (value) => EDGE.top + ((high.y - value) / range) * (HEIGHT - EDGE.top - EDGE.bottom);
  const line = points.map((point, index) => (index === 0 ? `M${x(point)} ${y(point.y)}` : `H${x(point)}V${y(point.y)}`)).join("");
  const side = (point) => (x(point) < width / 2 ? { x: width - EDGE.right, "text-anchor": "end" } : { x: EDGE.left });
  const floor = HEIGHT - EDGE.bottom;
  const rule = (value) => svg("line", { x1: EDGE.left, x2: width - EDGE.right, y1: y(value), y2: y(value), class: "rule" });
  const text = (content, attributes) => svg("text", attributes, content);
  const cursor = svg("line", { y1: EDGE.top, y2: floor, class: "cursor", visibility: "hidden" });
  const dot = svg("circle", { r: 4, class: "dot", cx: x(points.at(-1)), cy: y(points.at(-1).y) });
  const drawing = svg("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": label },
    svg("path", { d: `${line}V${floor}H${EDGE.left}Z`, class: "area" }),
    rule(high.y), rule(low.y),
    low.y < 0 && high.y > 0 && svg("line", { x1: EDGE.left, x2: width - EDGE.right, y1: y(0), y2: y(0), class: "zero" }),
    svg("path", { d: line, class: "line" }), cursor, dot,
    text(money(high), { ...side(high), y: y(high.y) - 6 }),
    high !== low && text(money(low), { ...side(low), y: y(low.y) - 6 }),
    text(shown.app.date(points[0].day), { x: EDGE.left, y: HEIGHT - 6 }),
    text(shown.app.date(points.at(-1).day), { x: width - EDGE.right, y: HEIGHT - 6, "text-anchor": "end" }));
  follow(drawing, shown, { x, y, cursor, dot });
  return drawing;
}

/** Under the pointer, the day and its balance are read out; otherwise the latest. */
function follow(drawing, { points, money, readout, app }, { x, y, cursor, dot }) {
  const at = (point, visible) => {
    cursor.setAttribute("x1", x(point));
    cursor.setAttribute("x2", x(point));
    cursor.setAttribute("visibility", visible ? "visible" : "hidden");
    dot.setAttribute("cx", x(point));
    dot.setAttribute("cy", y(point.y));
    readout.textContent = `${app.date(point.day)} · ${money(point)}`;
  };
  drawing.addEventListener("pointermove", (event) => {
    const px = event.clientX - drawing.getBoundingClientRect().left;
    at(points.findLast((point) => x(point) <= px) ?? points[0], true);
  });
  drawing.addEventListener("pointerleave", () => at(points.at(-1), false));
  at(points.at(-1), false);
}
