// The numbers of the page, and how they are told.

const byId = (id) => document.getElementById(id);
const data = JSON.parse(byId("explained").textContent);
const many = data.children;
const lastTime = data.explainedMonths.length - 1;
const children = Array.from({ length: many }, (_, child) => child);
const NOT_MEASURED = "not measured";

// Numbers come as whole multiples of a power of ten, nested as deep as they are.
function unpacked({ decimals, values }) {
  const each = (part) => (Array.isArray(part) ? part.map(each) : part / 10 ** decimals);
  return each(values);
}

const contributions = unpacked(data.contributions); // [predictor][time][child]
const base = unpacked(data.base); // [time][child], as are the next two
const predicted = unpacked(data.predicted);
const risk = unpacked(data.risk);
const interval = data.interval && { low: unpacked(data.interval.low), high: unpacked(data.interval.high) };
const pairs = data.pairs.map((pair) => ({ ...pair, values: unpacked(pair.values) }));

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const meanAbsolute = (values) => mean(values.map(Math.abs));
const isMeasured = (value) => value !== null;

// As numpy does it: linear between the two values beside.
function percentile(sorted, share) {
  const place = ((sorted.length - 1) * share) / 100;
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
}

const ascending = (values) => [...values].sort((a, b) => a - b);

function extent(values) {
  return values.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [Infinity, -Infinity]);
}

// ---- words ------------------------------------------------------------------------------------

const plain = (value) => String(Number(value.toPrecision(4))).replace("-", "−");

function signed(value, decimals = data.percent ? 2 : 3) {
  const text = Math.abs(value).toFixed(decimals);
  return `${value < 0 && Number(text) !== 0 ? "−" : "+"}${text}`;
}

const prediction = (value) => (data.percent ? `${value.toFixed(1)} %` : signed(value));
// How sure a risk is; nothing where the model cannot say.
function sure(time, child) {
  if (!interval) return "";
  return `, 95 % interval ${interval.low[time][child].toFixed(0)} to ${interval.high[time][child].toFixed(0)} %`;
}

const capitalised = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const when = (time) => data.explainedMonths[time].told;

function outcome(time) {
  if (!data.changes) return `${data.words.short}, the same at all times`;
  return `${data.words.short} by ${when(time)} after the first infusion`;
}

function told(predictor, child) {
  const { values, levels, unit } = data.predictors[predictor];
  const value = values[child];
  if (!isMeasured(value)) return NOT_MEASURED;
  return levels.length ? levels[value] : `${plain(value)} ${unit}`.trim();
}

const called = (child) => `Child ${child + 1} of ${many}`;

// ---- what moves most --------------------------------------------------------------------------

function strongest(time) {
  const means = contributions.map((moved) => meanAbsolute(moved[time]));
  return means.map((_, place) => place).sort((a, b) => means[b] - means[a]);
}

// Children whose values are alike: levels, else parts of equal size; those without a value last.
function groups(predictor, most) {
  const { values, levels } = data.predictors[predictor];
  const having = (test) => children.filter((child) => test(values[child]));
  const found = levels.length
    ? levels.map((words, level) => ({ words, who: having((value) => value === level) }))
    : parts(values, most).map(({ words, low, next }) => ({
        words,
        who: having((value) => isMeasured(value) && value >= low && value < next),
      }));
  found.push({ words: NOT_MEASURED, who: having((value) => !isMeasured(value)) });
  return found.filter(({ who }) => who.length);
}

// Parts of equal size, as far as equal values allow it; each begins at a value.
function parts(values, most) {
  const sorted = ascending(values.filter(isMeasured));
  if (!sorted.length) return [];
  const starts = Array.from({ length: most }, (_, part) => sorted[Math.floor((sorted.length * part) / most)]);
  return [...new Set(starts)].map((low, place, all) => {
    const next = place + 1 < all.length ? all[place + 1] : Infinity;
    const [from, to] = extent(sorted.filter((value) => value >= low && value < next));
    return { words: from === to ? plain(from) : `${plain(from)} to ${plain(to)}`, low, next };
  });
}

// ---- colours ----------------------------------------------------------------------------------

function shade(shades, share) {
  const place = Math.round(Math.min(Math.max(share, 0), 1) * (shades.length - 1));
  return shades[place];
}

// Colours of the values of a predictor; the outermost values share the last colours.
function coloursOf(predictor) {
  const { values, levels } = data.predictors[predictor];
  const known = ascending(values.filter(isMeasured));
  let [low, high] = known.length ? [percentile(known, 5), percentile(known, 95)] : [0, 1];
  if (levels.length) [low, high] = [0, Math.max(levels.length - 1, 1)];
  else if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const of = (value) => (isMeasured(value) ? shade(data.colours.values, (value - low) / (high - low)) : null);
  return { low, high, of, child: (child) => of(values[child]) };
}
