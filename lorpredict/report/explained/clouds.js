// Clouds of children: all predictors below one another, one predictor, two predictors.

const ROWS = 12;
const STRIP = 84;

// ---- all predictors ---------------------------------------------------------------------------

function drawBeeswarm(time) {
  const order = strongest(time);
  const [shown, others] = [order.slice(0, ROWS), order.slice(ROWS)];
  const rows = shown.map((place) => ({
    label: data.predictors[place][byId("beeswarm").clientWidth < 560 ? "label" : "withUnit"],
    moved: contributions[place][time],
    colour: coloursOf(place).child,
    says: (child) => `${data.predictors[place].label}: ${told(place, child)}`,
  }));
  if (others.length) {
    rows.push({
      label: `${others.length} others together`,
      moved: children.map((child) => others.reduce((sum, place) => sum + contributions[place][time][child], 0)),
      colour: () => "#9aa3ab",
      says: () => `${others.length} others together`,
    });
  }
  swarm(rows, time);
  writeTable(
    "beeswarm-table", ["Predictor", "Mean absolute", "5 %", "Median", "95 %", "Measured in"],
    order.map((place) => spreadRow(place, time)), captioned("Contributions", time),
  );
}

function spreadRow(place, time) {
  const moved = ascending(contributions[place][time]);
  const known = data.predictors[place].values.filter(isMeasured).length;
  const ends = [5, 50, 95].map((share) => signed(percentile(moved, share)));
  return [data.predictors[place].label, plain(Number(meanAbsolute(moved).toPrecision(3))), ...ends, `${known} of ${many}`];
}

function swarm(rows, time) {
  const step = byId("beeswarm").clientWidth < 560 ? 50 : 36;
  const { root, width, narrow } = canvas("beeswarm", 34 + step * rows.length + 44, `What moves the ${outcome(time)}`);
  const left = narrow ? 6 : nameWidth(rows.map(({ label }) => label));
  const [low, high] = padded(contributions.flat(2));
  const x = scale(low, high, left, width - 70);
  const bottom = 34 + step * rows.length;
  add(root, "line", { x1: x(0), x2: x(0), y1: 30, y2: bottom, stroke: SOFT });
  const points = rows.map((row, place) => {
    const middle = 34 + step * (place + 0.5) + (narrow ? 8 : 0);
    const name = narrow ? { x: left, y: middle - 15 } : { x: left - 10, y: middle + 4, "text-anchor": "end" };
    add(root, "text", name, row.label);
    add(root, "line", { x1: left, x2: width - 70, y1: middle, y2: middle, class: "grid" });
    return swarmRow(root, row, x, middle, narrow ? 12 : 15);
  });
  xAxis(root, x, low, high, bottom, data.words.contribution, { about: narrow ? 4 : 7 });
  valueLegend(root, width - 34, 40, bottom - 20, ["Low", "High"]);
  if (rows.some((row) => children.some((child) => row.colour(child) === null))) {
    dot(root, width - 148, 28, null);
    add(root, "text", { x: width - 140, y: 32 }, NOT_MEASURED);
  }
  explore(root, "beeswarm", points);
}

// Dots that would lie on one another are stacked to both sides of the row.
function swarmRow(root, row, x, middle, half) {
  const order = [...children].sort((a, b) => row.moved[a] - row.moved[b]);
  const taken = new Map();
  const steps = order.map((child) => {
    const bin = Math.round(x(row.moved[child]) / 4);
    const before = taken.get(bin) || 0;
    taken.set(bin, before + 1);
    return (before % 2 ? 1 : -1) * Math.ceil(before / 2);
  });
  const apart = half / Math.max(3, ...steps.map(Math.abs));
  return order.map((child, place) => {
    const at = { x: x(row.moved[child]), y: middle + steps[place] * apart };
    dot(root, at.x, at.y, row.colour(child), 2.6);
    return { ...at, child, says: () => `${called(child)}. ${row.says(child)}; ${signed(row.moved[child])} ${data.words.unit}.` };
  });
}

function valueLegend(root, x, top, bottom, [low, high]) {
  const height = (bottom - top - 24) / data.colours.values.length;
  data.colours.values.forEach((colour, place) => {
    add(root, "rect", { x, y: bottom - 24 - (place + 1) * height, width: 10, height: height + 0.5, fill: colour });
  });
  add(root, "text", { x: x + 5, y: top - 5, "text-anchor": "middle" }, high);
  add(root, "text", { x: x + 5, y: bottom - 9, "text-anchor": "middle" }, low);
}

// ---- one predictor, or two --------------------------------------------------------------------

function drawDependence(time, predictor, shading) {
  const { label, withUnit } = data.predictors[predictor];
  cloud({
    id: "dependence", predictor, shading,
    heights: contributions[predictor][time], every: contributions[predictor].flat(),
    title: `${label} and the ${outcome(time)}`, name: data.words.contributionUp,
    says: (child) => `${signed(contributions[predictor][time][child])} ${data.words.unit}`,
  });
  const rows = groups(predictor, 5).map(({ words, who }) => {
    const moved = ascending(who.map((child) => contributions[predictor][time][child]));
    return [words, String(who.length), ...[5, 50, 95].map((share) => signed(percentile(moved, share)))];
  });
  writeTable("dependence-table", [withUnit, "Children", "5 %", "Median", "95 %"], rows, captioned(`Contribution of: ${withUnit}`, time));
}

function drawTogether(time, number) {
  const { first, second, values } = pairs[number];
  const [one, other] = [data.predictors[first], data.predictors[second]];
  cloud({
    id: "together", predictor: first, shading: second, heights: values[time], every: values.flat(),
    title: `${one.label} with ${other.label}: ${outcome(time)}`, name: data.words.interaction,
    says: (child) => `${signed(values[time][child])} together`,
  });
  const rows = groups(first, 3).flatMap((mine) => groups(second, 3).map((theirs) => {
    const who = mine.who.filter((child) => theirs.who.includes(child));
    return who.length ? [mine.words, theirs.words, String(who.length), signed(mean(who.map((child) => values[time][child])))] : null;
  })).filter(Boolean);
  writeTable("together-table", [one.withUnit, other.withUnit, "Children", "Mean interaction"], rows, captioned("Interaction", time));
}

function cloud(asked) {
  const { levels, values, withUnit } = data.predictors[asked.predictor];
  const missing = values.some((value) => !isMeasured(value));
  const colours = asked.shading === null ? null : coloursOf(asked.shading);
  const { root, width, narrow } = canvas(asked.id, levels.length ? 462 : 422, asked.title);
  const [left, bottom] = [52, narrow && colours ? 310 : 380];
  const right = width - (colours && !narrow ? 170 : 0) - 10;
  const end = missing ? right - STRIP - 12 : right;
  const [low, high] = padded(asked.every);
  const y = scale(low, high, bottom, 62);
  yAxis(root, y, low, high, left, end, asked.name);
  const x = levels.length ? levelAxis(root, levels, left, end, bottom, withUnit) : numberAxis(root, values, left, end, bottom, withUnit, narrow);
  if (missing) strip(root, right - STRIP, right, bottom, y, low);
  const points = scattered(root, asked, { x, y, colours, middle: right - STRIP / 2 });
  const box = root.getBBox();
  const place = narrow ? { x: left, y: box.y + box.height + 26, across: width } : { x: right + 24, y: 78 };
  if (colours) shadeLegend(root, asked.shading, colours, place);
  explore(root, asked.id, [points]);
}

function scattered(root, asked, { x, y, colours, middle }) {
  const { values, levels, label } = data.predictors[asked.predictor];
  const beside = sideways(asked.heights);
  const points = children.map((child) => {
    const value = values[child];
    const known = isMeasured(value);
    const across = known ? x(levels.length ? value + 0.7 * beside[child] : value) : middle + 0.7 * STRIP * beside[child];
    const at = { x: across, y: y(asked.heights[child]) };
    dot(root, at.x, at.y, colours ? colours.child(child) : "#0072B2");
    const shaded = asked.shading === null ? "" : ` ${data.predictors[asked.shading].label}: ${told(asked.shading, child)}.`;
    return { ...at, child, says: () => `${called(child)}. ${label}: ${told(asked.predictor, child)}.${shaded} ${asked.says(child)}.` };
  });
  return points.sort((a, b) => a.x - b.x);
}

// Neighbours in height are moved apart, the same way every time.
function sideways(heights) {
  const places = new Array(many);
  [...children].sort((a, b) => heights[a] - heights[b]).forEach((child, rank) => {
    places[child] = ((rank * (Math.sqrt(5) - 1)) / 2) % 1 - 0.5;
  });
  return places;
}

function numberAxis(root, values, left, end, bottom, label, narrow) {
  const known = values.filter(isMeasured);
  const [low, high] = known.length ? extent(known) : [0, 1];
  const room = 0.03 * (high - low || 1);
  const x = scale(low - room, high + room, left, end);
  if (known.length) xAxis(root, x, low - room, high + room, bottom, label, { about: narrow ? 4 : 7 });
  return x;
}

function levelAxis(root, levels, left, end, bottom, label) {
  const x = scale(-0.5, levels.length - 0.5, left, end);
  const lines = levels.map((words) => broken(words, Math.floor((end - left) / levels.length / 6.6)));
  add(root, "line", { x1: left, x2: end, y1: bottom, y2: bottom, stroke: INK });
  lines.forEach((each, level) => addLines(root, x(level), bottom + 17, each, { "text-anchor": "middle" }));
  named(root, (left + end) / 2, bottom + 21 + 15 * Math.max(...lines.map((each) => each.length)), label);
  return x;
}

function strip(root, from, to, bottom, y, low) {
  add(root, "rect", { x: from, y: 62, width: to - from, height: bottom - 62, class: "strip" });
  add(root, "text", { x: (from + to) / 2, y: bottom + 17, "text-anchor": "middle" }, NOT_MEASURED);
  if (low < 0) add(root, "line", { x1: from, x2: to, y1: y(0), y2: y(0), stroke: SOFT });
}

// Below one another, or one after the other in lines of a given width.
function shadeLegend(root, predictor, colours, { x, y, across = 0 }) {
  const { levels, values, withUnit } = data.predictors[predictor];
  const name = broken(withUnit, across ? Math.floor((across - x) / 6.6) : 24);
  addLines(root, x, y - 8, name, { class: "name" });
  const at = { x: x + 6, y: y + 15 * name.length };
  const shares = levels.length ? levels.map((_, level) => level) : [0, 0.25, 0.5, 0.75, 1].map((s) => colours.low + s * (colours.high - colours.low));
  const entries = shares.map((value, place) => [colours.of(value), levels.length ? levels[place] : plain(Number(value.toPrecision(2)))]);
  if (values.some((value) => !isMeasured(value))) entries.push([null, NOT_MEASURED]);
  for (const [colour, words] of entries) {
    const wide = 26 + 6.6 * words.length;
    if (across && at.x > x + 6 && at.x + wide > across) Object.assign(at, { x: x + 6, y: at.y + 20 });
    dot(root, at.x, at.y, colour, 5);
    add(root, "text", { x: at.x + 11, y: at.y + 4 }, words);
    if (across) at.x += wide;
    else at.y += 20;
  }
}
