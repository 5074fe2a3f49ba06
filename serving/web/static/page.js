// What the page does beside htmx: warns as one types, moves the focus, prints, copies.
// Nothing is kept: no cookie, no storage, no address that holds what was typed.
"use strict";

(() => {
  // htmx notes the address of the page for a history that is switched off.
  try { sessionStorage.clear(); } catch { /* a browser that stores nothing anyway */ }

  const form = document.getElementById("record");
  if (!form) return; // a refusal

  const busy = document.getElementById("busy");
  const answers = document.getElementById("answers");
  const said = JSON.parse(form.dataset.texts);
  const SLOW = 3000; // milliseconds
  let waiting = 0;

  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const digits = (value) => String(Number(value.toPrecision(3)));
  const told = (key) => document.getElementById(`${key}-told`);

  // ---- warnings as one types -----------------------------------------------------------------

  function unitOf(input) {
    const chosen = document.getElementById(`${input.id}-unit`);
    const option = chosen && chosen.selectedOptions[0];
    const options = chosen ? [...chosen.options].filter((each) => each.value) : [];
    return {
      isChosen: !chosen || chosen.value !== "",
      factor: option && option.value ? Number(option.dataset.factor) : 1,
      label: option && option.value ? option.textContent : input.parentElement.querySelector(".unit")?.textContent ?? "",
      others: options.filter((each) => each !== option),
      all: options.map((each) => each.textContent).join(", "),
    };
  }

  function fault(input) {
    const text = input.value.trim();
    if (text === "") return "";
    if (/^[+-]?\d+,\d+$/.test(text)) return said.comma;
    if (!/^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(text)) return said.not_a_number;
    const unit = unitOf(input);
    if (!unit.isChosen) return filled(said.no_unit, { units: unit.all });
    const [low, high] = [Number(input.dataset.low), Number(input.dataset.high)];
    const value = Number(text) * unit.factor;
    if (value < low || value > high) {
      const ends = { low: digits(low / unit.factor), high: digits(high / unit.factor), unit: unit.label };
      const fits = unit.others.find((each) => {
        const other = Number(text) * Number(each.dataset.factor);
        return low <= other && other <= high;
      });
      const hint = fits ? ` ${filled(said.did_you_mean, { unit: fits.textContent })}` : "";
      return filled(said.outside, ends) + hint;
    }
    const step = Number(input.dataset.step);
    if (step && Math.abs(value / step - Math.round(value / step)) > 1e-9) {
      return filled(said.not_in_steps, { step });
    }
    return "";
  }

  function remark(input) {
    if (input.value.trim() === "" || !("usualLow" in input.dataset)) return "";
    const unit = unitOf(input);
    const value = Number(input.value) * unit.factor;
    const [low, high] = [Number(input.dataset.usualLow), Number(input.dataset.usualHigh)];
    if (low <= value && value <= high) return "";
    return filled(said.unusual, { low: digits(low / unit.factor), high: digits(high / unit.factor), unit: unit.label });
  }

  function show(key, text, isFault) {
    const place = told(key);
    if (!place) return;
    place.textContent = text;
    place.classList.toggle("unusual", Boolean(text) && !isFault);
    const field = place.closest(".field");
    field.classList.toggle("wrong", isFault);
    const input = document.getElementById(key);
    if (isFault) place.closest("details")?.setAttribute("open", "");
    if (isFault) input?.setAttribute("aria-invalid", "true");
    else input?.removeAttribute("aria-invalid");
  }

  function look(input) {
    const wrong = fault(input);
    show(input.id, wrong || remark(input), Boolean(wrong));
  }

  form.addEventListener("input", (event) => {
    const field = event.target.closest("[data-field]");
    if (!field) return;
    const input = field.querySelector('input[type="text"]');
    const absent = field.querySelector(".absent input");
    if (!input) {
      show(field.dataset.field, "", false);
      return;
    }
    if (event.target === absent && absent.checked) input.value = "";
    if (event.target === absent && !absent.checked) input.focus();
    if (absent && event.target === input) absent.checked = input.value.trim() === "";
    if (!("free" in input.dataset)) look(input);
  });

  form.querySelectorAll(".field .absent input").forEach((absent) => {
    absent.checked = absent.closest(".field").querySelector('input[type="text"]').value === "";
  });

  const typed = () => new URLSearchParams(new FormData(form)).toString();
  let answered = typed();

  form.addEventListener("input", () => {
    const isAnother = typed() !== answered;
    answers.querySelectorAll(".changed").forEach((note) => { note.hidden = !isAnother; });
  });

  // ---- asking ---------------------------------------------------------------------------------

  document.body.addEventListener("htmx:configRequest", (event) => {
    const key = document.getElementById("key");
    if (key && key.value) event.detail.headers["X-API-Key"] = key.value;
  });

  document.body.addEventListener("htmx:beforeRequest", (event) => {
    event.detail.xhr.asked = typed();
    busy.textContent = said.busy;
    clearTimeout(waiting);
    waiting = setTimeout(() => { busy.textContent = said.slow; }, SLOW);
  });

  document.body.addEventListener("htmx:afterRequest", () => {
    clearTimeout(waiting);
    busy.textContent = "";
  });

  // Beside an answer stands nothing but another one about the same record.
  function makeRoom({ xhr, requestConfig }) {
    const beside = requestConfig.elt.dataset.beside;
    if (!beside || xhr.asked !== answered) answers.replaceChildren();
    const leaves = `.answer:not([data-alias]), [data-alias="${beside}"]`;
    answers.querySelectorAll(leaves).forEach((each) => each.remove());
    answered = xhr.asked;
  }

  function fail(asked, text) {
    makeRoom(asked);
    answers.insertAdjacentHTML("beforeend", '<section class="answer refusal" role="alert"><h2 tabindex="-1" data-focus></h2><p></p></section>');
    answers.lastElementChild.querySelector("h2").textContent = said.problem;
    answers.lastElementChild.querySelector("p").textContent = text;
    settle(answers);
  }
  document.body.addEventListener("htmx:timeout", (event) => fail(event.detail, said.timed_out));
  document.body.addEventListener("htmx:sendError", (event) => fail(event.detail, said.unreachable));

  document.body.addEventListener("htmx:beforeSwap", (event) => {
    // What stands between may answer with a page of its own; ours name the request.
    if (event.detail.xhr.getResponseHeader("X-Request-ID")) {
      makeRoom(event.detail);
    } else {
      event.detail.shouldSwap = false;
      fail(event.detail, said.unreachable);
    }
  });
  document.body.addEventListener("htmx:afterSettle", () => settle(answers));

  function settle(within) {
    form.querySelectorAll(".wrong").forEach((field) => show(field.dataset.field, "", false));
    within.querySelectorAll("a[data-fault]").forEach((link) => {
      show(link.dataset.fault, link.parentElement.querySelector("span").textContent, true);
    });
    within.querySelectorAll("[data-print], [data-copy]").forEach((button) => { button.hidden = false; });
    const newest = [...within.querySelectorAll("[data-focus]")].pop();
    if (newest) {
      newest.focus({ preventScroll: true });
      newest.scrollIntoView({ block: "start" });
    }
  }

  // ---- taking it along ------------------------------------------------------------------------

  answers.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-print], [data-copy], a[data-fault]");
    if (!button) return;
    if (button.matches("[data-print]")) window.print();
    if (button.matches("[data-copy]")) await copy(button);
    if (button.matches("a[data-fault]")) {
      event.preventDefault();
      document.getElementById(button.dataset.fault)?.focus();
    }
  });

  async function copy(button) {
    const place = button.parentElement.querySelector(".said");
    const text = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(text.textContent);
      place.textContent = said.copied;
    } catch {
      text.parentElement.open = true;
      text.focus();
      place.textContent = said.copy_failed;
    }
  }

  if (answers.children.length) settle(answers);
})();
