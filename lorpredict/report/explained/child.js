// One child: the risk over time above, what moves it below, and how it adds up at one time.

const LINES = 6;
const DASHES = ["", "7 3", "2 3", "9 3 2 3", "12 4", "4 2"];

function drawChild(time, child) {
  const moved = contributions.map((predictor) => predictor.map((values) => values[child]));
  const order = moved.map((_, place) => place).sort((a, b) => meanAbsolute(moved[b]) - meanAbsolute(moved[a]));
  const lines = data.changes ? linesOf(order, moved, child) : [];
  const bars = data.changes ? [] : order.slice(0, ROWS);
  const slim = byId("child-picture").clientWidth < 560;
  const height = data.changes ? 476 + 20 * Math.ceil(lines.length / (slim ? 1 : 2)) : 266 + (slim ? 42 : 26) * bars.length;
  const { root, width, narrow } = canvas("child-picture", height, `What moves the ${data.words.short} of child ${child + 1} of ${many}`);
  const points = [riskCurve(root, child, time, width)];
  if (data.changes) points.push(...overTime(root, lines, time, width, narrow));
  else points.push(...barsOf(root, bars, moved, child, width, narrow));
  explore(root, "child-picture", points);
  writeChildTable(time, child, moved);
}

function riskCurve(root, child, time, width) {
  const values = risk.map((each) => each[child]);
  const starts = data.changes ? base.map((each) => each[child]) : [];
  const months = data.months.map(({ at }) => at);
  const [lower, upper] = interval ? [interval.low, interval.high].map((end) => end.map((each) => each[child])) : [[], []];
  const [low, high] = [0, padded([...values, ...starts, ...upper])[1]];
  const [x, y] = [scale(months[0], months[months.length - 1], 52, width - 14), scale(low, high, 190, 58)];
  yAxis(root, y, low, high, 52, width - 14, "Risk of secondary loss of response (%)");
  if (!data.changes) monthAxis(root, x, months[0], months[months.length - 1], 190, width < 560);
  const path = (numbers) => numbers.map((value, place) => `${x(months[place]).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
  if (interval) {
    const back = upper.map((value, place) => `${x(months[place]).toFixed(1)},${y(value).toFixed(1)}`).reverse();
    add(root, "polygon", { points: `${path(lower)} ${back.join(" ")}`, class: "band" });
  }
  const lines = [starts.length ? "dotted: base value, nothing known of the child" : "", interval ? "grey: 95 % interval" : ""];
  add(root, "text", { x: width - 14, y: 206, "text-anchor": "end" }, lines.filter(Boolean).join("; "));
  if (starts.length) {
    add(root, "polyline", { points: path(starts), class: "line", "stroke-dasharray": "2 3", stroke: SOFT });
  }
  add(root, "polyline", { points: path(values), class: "line" });
  if (data.changes) add(root, "line", { x1: x(months[time]), x2: x(months[time]), y1: 58, y2: 440, class: "chosen" });
  return values.map((value, place) => ({
    x: x(months[place]), y: y(value),
    says: () => `By ${data.months[place].told}: risk ${value.toFixed(1)} %${sure(place, child)}${starts.length ? `, base value ${starts[place].toFixed(1)} %` : ""}.`,
  }));
}

function linesOf(order, moved, child) {
  const lines = order.slice(0, LINES).map((place, number) => ({
    values: moved[place], colour: data.colours.lines[number], dash: DASHES[number],
    label: `${data.predictors[place].label}: ${told(place, child)}`,
  }));
  const others = order.slice(LINES);
  if (others.length) {
    const values = data.explainedMonths.map((_, time) => others.reduce((sum, place) => sum + moved[place][time], 0));
    lines.push({ values, colour: SOFT, dash: "1 3", label: `${others.length} others together` });
  }
  return lines;
}

function overTime(root, lines, time, width, narrow) {
  const months = data.explainedMonths.map(({ at }) => at);
  const [first, last] = [months[0], months[months.length - 1]];
  const [low, high] = padded(lines.flatMap(({ values }) => values));
  const [x, y] = [scale(first, last, 52, width - 14), scale(low, high, 420, 246)];
  yAxis(root, y, low, high, 52, width - 14, data.words.contributionUp);
  monthAxis(root, x, first, last, 420, narrow);
  return lines.map(({ values, colour, dash, label }, number) => {
    const points = values.map((value, place) => ({
      x: x(months[place]), y: y(value), says: () => `${label}. By ${when(place)}: ${signed(value)} ${data.words.unit}.`,
    }));
    const look = { class: "line", stroke: colour, "stroke-dasharray": dash || "none" };
    add(root, "polyline", { points: points.map((point) => `${point.x.toFixed(1)},${point.y.toFixed(1)}`).join(" "), ...look });
    dot(root, points[time].x, points[time].y, colour, 4);
    const column = narrow ? 0 : number % 2;
    const at = { x: 4 + column * (width / 2), y: 484 + 20 * (narrow ? number : Math.floor(number / 2)) };
    add(root, "line", { x1: at.x, x2: at.x + 30, y1: at.y - 4, y2: at.y - 4, ...look });
    add(root, "text", { x: at.x + 36, y: at.y }, label);
    return points;
  });
}

function barsOf(root, bars, moved, child, width, narrow) {
  const labels = bars.map((place) => `${data.predictors[place].label}: ${told(place, child)}`);
  const [left, step] = narrow ? [4, 42] : [nameWidth(labels), 26];
  const [low, high] = padded(bars.map((place) => moved[place][0]));
  const x = scale(low, high, left, width - 60);
  add(root, "text", { x: 0, y: 248, class: "name" }, data.words.contribution);
  return bars.map((place, number) => {
    const value = moved[place][0];
    const y = 262 + step * number + (narrow ? 16 : 0);
    const label = labels[number];
    add(root, "text", narrow ? { x: left, y: y - 4 } : { x: left - 8, y: y + 13, "text-anchor": "end" }, label);
    const [from, to] = value < 0 ? [x(value), x(0)] : [x(0), x(value)];
    const colour = shade(data.colours.field, value < 0 ? 0.15 : 0.82);
    add(root, "rect", { x: from, y, width: Math.max(to - from, 0.5), height: 18, fill: colour });
    add(root, "text", { x: width, y: y + 13, "text-anchor": "end" }, signed(value));
    return [{ x: x(value), y: y + 9, says: () => `${label}; ${signed(value)} ${data.words.unit}.` }];
  });
}

function writeChildTable(time, child, moved) {
  const order = moved.map((_, place) => place).sort((a, b) => Math.abs(moved[b][time]) - Math.abs(moved[a][time]));
  const rows = [
    ["Base value: nothing known of the child", "", prediction(base[time][child])],
    ...order.map((place) => [data.predictors[place].label, told(place, child), signed(moved[place][time])]),
    ["This child", "", `${prediction(predicted[time][child])}${data.percent ? sure(time, child) : ""}`],
  ];
  writeTable("child-picture-table", ["Predictor", "Value", "Contribution"], rows, captioned("From the base value to the child", time));
}
