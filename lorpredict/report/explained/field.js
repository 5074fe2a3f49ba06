// Every child and every predictor: a field of colours below the line of the predictions.

function drawField(time, chosen) {
  const order = strongest(time);
  const [shown, others] = [order.slice(0, ROWS), order.slice(ROWS)];
  const rows = shown.map((place) => ({ label: data.predictors[place].label, place, moved: contributions[place][time] }));
  if (others.length) {
    const moved = children.map((child) => others.reduce((sum, place) => sum + contributions[place][time][child], 0));
    rows.push({ label: `${others.length} others together`, place: null, moved });
  }
  const across = [...children].sort((a, b) => predicted[time][a] - predicted[time][b]);
  field(rows, across, time, chosen);
  writeFieldTable(order, across, time);
}

function field(rows, across, time, chosen) {
  const step = byId("field").clientWidth < 560 ? 34 : 22;
  const top = 150;
  const { root, width, narrow } = canvas("field", top + step * rows.length + 66, `Every child's ${outcome(time)}`);
  const [left, right] = [narrow ? 34 : nameWidth(rows.map(({ label }) => label)), width - 12];
  const cell = (right - left) / many;
  const height = narrow ? 16 : step;
  const most = percentile(ascending(rows.flatMap(({ moved }) => moved.map(Math.abs))), 99) || 1;
  const points = [predictionLine(root, across, time, left, cell, right)];
  rows.forEach((row, place) => {
    const y = top + step * place + (narrow ? 16 : 0);
    const name = narrow ? { x: left, y: y - 4 } : { x: left - 8, y: y + height / 2 + 4, "text-anchor": "end" };
    add(root, "text", name, row.label);
    points.push(across.map((child, column) => fieldCell(root, row, child, { x: left + column * cell, y, cell, height, most })));
  });
  const bottom = top + step * rows.length;
  const column = left + (across.indexOf(chosen) + 0.5) * cell;
  add(root, "line", { x1: column, x2: column, y1: 40, y2: bottom, class: "chosen" });
  fieldLegend(root, left, bottom + 14, Math.min(260, right - left - 40), most);
  explore(root, "field", points);
}

function fieldCell(root, row, child, { x, y, cell, height, most }) {
  const value = row.moved[child];
  add(root, "rect", {
    x: x.toFixed(2), y, width: (cell + 0.3).toFixed(2), height: height - 1, fill: shade(data.colours.field, 0.5 + value / most / 2),
  });
  const missing = row.place !== null && !isMeasured(data.predictors[row.place].values[child]);
  if (missing) add(root, "circle", { cx: x + cell / 2, cy: y + height / 2, r: Math.min(1.6, cell / 2.5), fill: "#222" });
  const value_told = row.place === null ? "" : `: ${told(row.place, child)}`;
  return { x: x + cell / 2, y: y + height / 2, child, says: () => `${called(child)}. ${row.label}${value_told}; ${signed(value)} ${data.words.unit}.` };
}

function predictionLine(root, across, time, left, cell, right) {
  const values = across.map((child) => predicted[time][child]);
  const [low, high] = data.percent ? padded(values) : extent(values);
  const y = scale(low, high, 132, 52);
  for (const tick of ticks(low, high, 3)) {
    add(root, "line", { x1: left, x2: right, y1: y(tick), y2: y(tick), class: "grid" });
    add(root, "text", { x: left - 6, y: y(tick) + 4, "text-anchor": "end" }, plain(tick));
  }
  add(root, "text", { x: data.percent ? left : 0, y: 38, class: "name" }, data.words.predictedUp);
  const points = across.map((child, column) => ({
    x: left + (column + 0.5) * cell, y: y(values[column]), child,
    says: () => `${called(child)}. ${capitalised(data.words.short)}: ${prediction(predicted[time][child])}.`,
  }));
  add(root, "polyline", { points: points.map(({ x, y: at }) => `${x.toFixed(1)},${at.toFixed(1)}`).join(" "), class: "line" });
  return points;
}

function fieldLegend(root, x, y, width, most) {
  const { field: shades } = data.colours;
  const each = width / shades.length;
  shades.forEach((colour, place) => add(root, "rect", { x: x + place * each, y, width: each + 0.5, height: 10, fill: colour }));
  const decimals = most >= 1 ? 1 : 3;
  [[0, -most], [0.5, 0], [1, most]].forEach(([share, value]) => {
    add(root, "text", { x: x + share * width, y: y + 24, "text-anchor": "middle" }, value ? signed(value, decimals) : "0");
  });
  add(root, "text", { x, y: y + 42, class: "name" }, `${data.words.unit}, beyond it the last colour; black dot: ${NOT_MEASURED}`);
}

function writeFieldTable(order, across, time) {
  const number = Math.min(10, many);
  const tenths = [];
  for (let part = 0, from = 0; part < number; part += 1) {
    const size = Math.floor(many / number) + (part < many % number ? 1 : 0);
    tenths.push(across.slice(from, from + size));
    from += size;
  }
  let first = 1;
  const spans = tenths.map((who) => { first += who.length; return `${first - who.length} to ${first - 1}`; });
  const rows = [["Mean prediction", ...tenths.map((who) => prediction(mean(who.map((child) => predicted[time][child]))))]];
  for (const place of order) {
    rows.push([data.predictors[place].label, ...tenths.map((who) => signed(mean(who.map((child) => contributions[place][time][child]))))]);
  }
  writeTable("field-table", ["Children in order of the prediction", ...spans], rows, captioned("Mean contribution", time));
}
