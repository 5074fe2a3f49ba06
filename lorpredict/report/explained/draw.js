// Pictures from plain SVG: axes, dots that can be pointed at, and their tables.

const SVG = "http://www.w3.org/2000/svg";
const INK = "#1b1f24";
const SOFT = "#5b6670";

function add(parent, name, attributes = {}, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  parent.append(made);
  return made;
}

// An empty picture in the place of the last one, below words that say what it shows. The first
// pixels belong to those words.
const HEAD = 22;

function canvas(id, height, says) {
  const host = byId(id);
  const hadFocus = host.contains(document.activeElement);
  const width = Math.max(host.clientWidth, 290);
  const heading = document.createElement("p");
  heading.className = "heading";
  heading.id = `${id}-heading`;
  heading.textContent = says;
  host.replaceChildren(heading);
  const root = add(host, "svg", {
    viewBox: `0 ${HEAD} ${width} ${height - HEAD}`, width, height: height - HEAD, tabindex: 0,
    role: "application", "aria-roledescription": "interactive picture", "aria-labelledby": heading.id, "aria-describedby": `${id}-reading`,
  });
  if (hadFocus) requestAnimationFrame(() => root.focus({ preventScroll: true }));
  return { root, width, height, narrow: width < 560 };
}

// Words in lines of so many letters at most.
function broken(words, most) {
  const lines = [""];
  for (const word of words.split(" ")) {
    const longer = `${lines[lines.length - 1]} ${word}`.trim();
    if (longer.length > most && lines[lines.length - 1]) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

function addLines(parent, x, y, lines, attributes = {}) {
  lines.forEach((line, number) => add(parent, "text", { x, y: y + 15 * number, ...attributes }, line));
}

// Cut off what is empty below.
function fit(root) {
  const box = root.getBBox();
  const height = Math.ceil(box.y + box.height) + 4 - HEAD;
  root.setAttribute("height", height);
  root.setAttribute("viewBox", `0 ${HEAD} ${root.viewBox.baseVal.width} ${height}`);
}

// Room for names at the left of their rows.
const nameWidth = (names) => Math.min(16 + 6.8 * Math.max(...names.map((name) => name.length)), 390);

const scale = (low, high, from, to) => (value) => from + ((value - low) / (high - low || 1)) * (to - from);

function ticks(low, high, about, steps = []) {
  const rough = (high - low || 1) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [...steps, ...[1, 2, 5, 10].map((each) => each * power)].find((each) => each >= rough);
  const found = [];
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + step * 1e-9; n += 1) found.push(n * step);
  return found;
}

// A little room on both sides, and zero within.
function padded(values) {
  const [low, high] = extent([...values, 0]);
  const room = 0.06 * (high - low || 1);
  return [low - (low < 0 ? room : 0), high + room];
}

function xAxis(root, x, low, high, y, label, { about = 6, steps = [] } = {}) {
  add(root, "line", { x1: x(low), x2: x(high), y1: y, y2: y, stroke: INK });
  for (const tick of ticks(low, high, about, steps)) {
    add(root, "line", { x1: x(tick), x2: x(tick), y1: y, y2: y + 4, stroke: INK });
    add(root, "text", { x: x(tick), y: y + 17, "text-anchor": "middle" }, plain(tick));
  }
  named(root, (x(low) + x(high)) / 2, y + 36, label);
}

// Months are told in quarters and halves of a year.
const monthAxis = (root, x, low, high, y, narrow) => {
  xAxis(root, x, low, high, y, "Months since the first infusion", { about: narrow ? 5 : 9, steps: [1, 3, 6, 12] });
};

function yAxis(root, y, low, high, x, end, label) {
  for (const tick of ticks(low, high, 5)) {
    add(root, "line", { x1: x, x2: end, y1: y(tick), y2: y(tick), class: "grid" });
    add(root, "text", { x: x - 6, y: y(tick) + 4, "text-anchor": "end" }, plain(tick));
  }
  add(root, "line", { x1: x, x2: x, y1: y(low), y2: y(high), stroke: INK });
  if (low < 0) add(root, "line", { x1: x, x2: end, y1: y(0), y2: y(0), stroke: SOFT });
  add(root, "text", { x: 0, y: y(high) - 10, class: "name" }, label);
}

function named(root, x, y, label) {
  return add(root, "text", { x, y, "text-anchor": "middle", class: "name" }, label);
}

// A ring where a child has no value, whatever the colours say.
function dot(parent, x, y, colour, r = 3.2) {
  const looks = colour
    ? { fill: colour, stroke: "#333", "stroke-width": 0.4 }
    : { fill: "none", stroke: "#777", "stroke-width": 1 };
  return add(parent, "circle", { cx: x.toFixed(1), cy: y.toFixed(1), r, ...looks });
}

// ---- pointing ---------------------------------------------------------------------------------

const reached = {}; // id of a picture -> the row and place that the arrow keys have reached

// Points are told when the mouse is near and when the arrow keys reach them; rows of points lie
// below one another. A click, or Enter, chooses the child of a point.
function explore(root, id, rows) {
  const filled = rows.filter((row) => row.length);
  fit(root);
  const reading = byId(`${id}-reading`);
  reading.hidden = false;
  reading.textContent = "Point at the picture, or reach it with the Tab key and use the arrow keys.";
  const mark = add(root, "circle", { r: 7, class: "mark", visibility: "hidden" });
  const show = (row, place) => {
    reached[id] = { row, place };
    const { x, y, says } = filled[row][place];
    mark.setAttribute("cx", x);
    mark.setAttribute("cy", y);
    mark.setAttribute("visibility", "visible");
    reading.textContent = says();
  };
  const choose = () => {
    const { child } = filled[reached[id].row][reached[id].place];
    if (child !== undefined) chooseChild(child);
  };
  if (!filled.length) return;
  const { row, place } = reached[id] || { row: 0, place: 0 };
  reached[id] = filled[row] && filled[row][place] ? { row, place } : { row: 0, place: 0 };
  const point = (event) => {
    const near = nearest(root, filled, event);
    if (near) show(...near);
  };
  root.addEventListener("pointermove", point);
  root.addEventListener("pointerdown", point);
  root.addEventListener("click", choose);
  root.addEventListener("focus", () => { if (root.matches(":focus-visible")) show(reached[id].row, reached[id].place); });
  root.addEventListener("keydown", (event) => {
    const [right, down] = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key] || [0, 0];
    if (event.key === "Enter") choose();
    else if (right || down) show(...stepped(filled, reached[id], right, down));
    else return;
    event.preventDefault();
  });
}

function nearest(root, rows, event) {
  const box = root.getBoundingClientRect();
  const factor = root.viewBox.baseVal.width / box.width;
  const [x, y] = [(event.clientX - box.left) * factor, HEAD + (event.clientY - box.top) * factor];
  let [found, closest] = [null, 40 ** 2];
  rows.forEach((points, row) => points.forEach((point, place) => {
    const distance = (point.x - x) ** 2 + (point.y - y) ** 2;
    if (distance < closest) [found, closest] = [[row, place], distance];
  }));
  return found;
}

function stepped(rows, { row, place }, right, down) {
  const within = (number, length) => Math.min(Math.max(number, 0), length - 1);
  if (!down) return [row, within(place + right, rows[row].length)];
  const next = within(row + down, rows.length);
  const { x } = rows[row][place];
  const distances = rows[next].map((point) => Math.abs(point.x - x));
  return [next, distances.indexOf(Math.min(...distances))];
}

// ---- tables -----------------------------------------------------------------------------------

function writeTable(id, header, rows, caption) {
  const cell = (name, text, scope) => {
    const made = document.createElement(name);
    if (scope) made.scope = scope;
    made.textContent = text;
    return made;
  };
  const [table, head, body, title] = ["table", "thead", "tbody", "caption"].map((n) => document.createElement(n));
  title.append(cell("span", caption));
  const first = document.createElement("tr");
  first.append(...header.map((text) => cell("th", text, "col")));
  head.append(first);
  for (const row of rows) {
    const line = document.createElement("tr");
    line.append(...row.map((text, place) => (place ? cell("td", text) : cell("th", text, "row"))));
    body.append(line);
  }
  table.append(title, head, body);
  const wide = document.createElement("div");
  wide.className = "wide";
  wide.tabIndex = 0;
  wide.append(table);
  byId(id).replaceChildren(wide);
}

const captioned = (what, time) => `${what}; ${outcome(time)} (${data.words.unit})`;
