// What is chosen, and drawing it anew.

const chosen = { time: lastTime, predictor: strongest(lastTime)[0], shading: null, pair: 0, child: Math.floor((many - 1) / 2) };

function drawAll() {
  const { time, predictor, shading, pair, child } = chosen;
  drawBeeswarm(time);
  drawDependence(time, predictor, shading);
  drawField(time, child);
  if (pairs.length) drawTogether(time, pair);
  drawChild(time, child);
}

function drawChosenChild() {
  drawField(chosen.time, chosen.child);
  drawChild(chosen.time, chosen.child);
}

function chooseChild(child) {
  chosen.child = child;
  byId("child").value = child + 1;
  sayChild();
  soon(drawChosenChild);
}

function sayChild() {
  const last = risk.length - 1;
  const by = `${risk[last][chosen.child].toFixed(1)} % by ${data.months[last].told}${sure(last, chosen.child)}`;
  const text = `${chosen.child + 1} of ${many} in order of risk (${by})`;
  byId("child-told").textContent = text;
  byId("child").setAttribute("aria-valuetext", text);
}

function sayMonth() {
  const text = `${when(chosen.time)} after the first infusion`;
  byId("month-told").textContent = text;
  byId("month").setAttribute("aria-valuetext", text);
}

function offer(id, options, value, choose) {
  const select = byId(id);
  for (const [key, text] of options) {
    const option = document.createElement("option");
    option.value = key;
    option.textContent = text;
    option.selected = key === value;
    select.append(option);
  }
  select.addEventListener("change", () => choose(select.value));
}

// At most one picture a frame, however fast a slider is moved.
let waiting = null;
function soon(draw) {
  if (waiting === null) requestAnimationFrame(() => { const next = waiting; waiting = null; next(); });
  waiting = waiting === drawAll ? drawAll : draw;
}

function offerAll() {
  const all = data.predictors.map(({ label }, place) => [String(place), label]);
  const inOrder = strongest(lastTime).map((place) => all[place]);
  offer("predictor", inOrder, String(chosen.predictor), (key) => { chosen.predictor = Number(key); drawAll(); });
  offer("shade", [["", "nothing"], ...inOrder], "", (key) => { chosen.shading = key === "" ? null : Number(key); drawAll(); });
  if (pairs.length) {
    const names = pairs.map(({ first, second }, place) => [String(place), `${data.predictors[first].label} with ${data.predictors[second].label}`]);
    offer("pair", names, "0", (key) => { chosen.pair = Number(key); drawAll(); });
  }
  byId("child").addEventListener("input", (event) => chooseChild(Number(event.target.value) - 1));
  sayChild();
  if (!data.changes) return;
  const month = byId("month");
  month.max = lastTime;
  month.value = lastTime;
  month.addEventListener("input", () => { chosen.time = Number(month.value); sayMonth(); soon(drawAll); });
  sayMonth();
}

// What stood in the page before goes only when everything is drawn.
function begin() {
  document.querySelectorAll(".live, .controls").forEach((live) => { live.hidden = false; });
  offerAll();
  drawAll();
  document.querySelectorAll(".still").forEach((still) => { still.hidden = true; });
  let width = window.innerWidth;
  window.addEventListener("resize", () => {
    if (window.innerWidth !== width) soon(drawAll);
    width = window.innerWidth;
  });
}

begin();
