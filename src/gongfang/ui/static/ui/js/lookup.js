// Looking up another noun: a combobox over the server's answer, for header fields and for cells of the entry grid.
import { make, text } from "./say.js";

const TYPED = "?"; // before a text that stands for no row: it is never read as the key of one
const settling = new Set(); // look-ups that were left and are not answered yet
let box = null; // the one open list

function close() {
  if (box) box.element.remove();
  box = null;
}

export function isOpen() {
  return box !== null;
}

function place(element, input) {
  const at = input.getBoundingClientRect();
  element.style.left = Math.max(8, Math.min(at.left, window.innerWidth - element.offsetWidth - 8)) + "px";
  const below = window.innerHeight - at.bottom;
  if (below < Math.min(element.offsetHeight, 240) && at.top > below) element.style.top = Math.max(8, at.top - element.offsetHeight - 3) + "px";
  else element.style.top = at.bottom + 3 + "px";
}

function draw(input, typed, answer, onPick) {
  close();
  const element = make("div", { class: "gf-look" });
  element.dataset.typed = typed;
  const body = make("tbody");
  answer.rows.forEach((row, index) => {
    const line = make("tr", { role: "option", "aria-selected": index === 0 ? "true" : "false" });
    row.cells.forEach((cell, place) => line.append(make("td", { class: answer.columns[place].number ? "gf-num" : "" }, cell)));
    line.addEventListener("mousedown", (event) => {
      event.preventDefault();
      close();
      onPick(row);
    });
    body.append(line);
  });
  if (answer.rows.length) {
    const head = make("tr");
    for (const column of answer.columns) head.append(make("th", { class: column.number ? "gf-num" : "" }, column.title));
    element.append(make("table", { role: "listbox" }, make("thead", {}, head), body));
  } else {
    element.append(make("div", { class: "gf-none" }, text("nothing")));
  }
  document.body.append(element);
  place(element, input);
  box = { element, input, typed, rows: answer.rows, lines: [...body.rows], at: 0, onPick };
}

function move(step) {
  if (!box || !box.lines.length) return;
  box.lines[box.at].setAttribute("aria-selected", "false");
  box.at = (box.at + step + box.lines.length) % box.lines.length;
  box.lines[box.at].setAttribute("aria-selected", "true");
  box.lines[box.at].scrollIntoView({ block: "nearest" });
}

// Make an input a look-up. options: url, onPick(row), onClear(), onMiss(). The input's dataset.picked holds the picked text.
export function attach(input, options) {
  let timer = 0;
  let turn = 0;

  async function ask(query) {
    const mine = ++turn;
    const url = typeof options.url === "function" ? options.url() : options.url;
    let answer;
    try {
      answer = await fetch(url + "&q=" + encodeURIComponent(query), { headers: { Accept: "application/json" } });
    } catch (error) {
      return null;
    }
    if (!answer.ok || mine !== turn) return null;
    return answer.json();
  }

  async function show(query) {
    const typed = input.value;
    const answer = await ask(query);
    if (answer && document.activeElement === input) draw(input, typed, answer, pick);
  }

  function pick(row) {
    clearTimeout(timer);
    turn += 1;
    close();
    input.value = row.label;
    input.dataset.picked = row.label;
    options.onPick(row);
  }

  async function answered() {
    const typed = input.value.trim();
    if (typed === "") {
      input.dataset.picked = "";
      options.onClear();
      return;
    }
    const answer = await ask(typed);
    if (input.value.trim() !== typed) return;
    const rows = answer ? answer.rows : [];
    const exact = rows.find((row) => row.code.toLowerCase() === typed.toLowerCase() || row.label === typed);
    if (exact || rows.length === 1) pick(exact || rows[0]);
    else options.onMiss(rows.length ? "ambiguous" : "not_found");
  }

  // Left without picking: an exact code or an only hit is taken, else the text stays and is marked.
  function settle() {
    if (input.value.trim() === (input.dataset.picked || "")) return;
    const done = answered().finally(() => settling.delete(done));
    settling.add(done);
  }

  input.gfSettle = settle;

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => show(input.value.trim()), 160);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const mine = box && box.input === input;
    const fresh = mine && box.typed === input.value; // else the list answers what stood here before the last keys: nobody means its rows
    if (event.key === "F7" || (event.altKey && event.key === "ArrowDown")) {
      event.preventDefault();
      show(input.value === input.dataset.picked ? "" : input.value.trim());
    } else if (mine && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      event.stopPropagation();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (fresh && (event.key === "Enter" || event.key === "Tab") && box.rows.length) {
      if (event.key === "Enter") event.preventDefault();
      pick(box.rows[box.at]);
    } else if (event.key === "Escape" && mine) {
      event.stopPropagation();
      close();
    }
  });
  input.addEventListener("blur", () => {
    clearTimeout(timer);
    if (box && box.input === input) close();
    settle();
  });
  return { open: () => show("") };
}

window.addEventListener("scroll", (event) => {
  if (box && !box.element.contains(event.target)) place(box.element, box.input);
}, true);

export function wakeLookups(scope) {
  for (const holder of scope.querySelectorAll(".gf-ref[data-lookup]:not([data-awake])")) {
    holder.dataset.awake = "1";
    const input = holder.querySelector("input[type=text]");
    const several = holder.querySelector(".gf-picked");
    input.dataset.picked = input.value;
    const control = attach(input, {
      url: () => {
        const base = holder.dataset.lookup;
        const form = holder.closest("form");
        const asked = (holder.dataset.given || "").split(",").filter(Boolean);
        return base + asked.map((name) => `&g.${name}=` + encodeURIComponent(valueOf(form, name))).join("");
      },
      ...(several ? pickSeveral(input, several) : pickOne(holder, input)),
    });
    holder.querySelector(".gf-ref-btn")?.addEventListener("mousedown", (event) => {
      event.preventDefault();
      input.focus();
      control.open();
    });
  }
}

function pickOne(holder, input) {
  const hidden = holder.querySelector("input[type=hidden]");
  const take = (value, fault = "") => {
    hidden.value = value;
    input.classList.toggle("is-invalid", Boolean(fault));
    if (fault) input.title = text(fault);
    hidden.dispatchEvent(new Event("change", { bubbles: true }));
  };
  return {
    onPick: (row) => {
      hidden.value = row.id;
      fill(holder.closest("form"), row.fill);
      take(row.id);
    },
    onClear: () => take(""),
    onMiss: (reason) => take(holder.dataset.typed ? asTyped(input.value.trim()) : "", reason),
  };
}

// Several rows: each pick becomes a chip with a hidden field, and the box is empty for the next one.
function pickSeveral(input, picked) {
  const add = (value, label, fault = "") => {
    input.value = input.dataset.picked = "";
    if ([...picked.querySelectorAll("input")].some((one) => one.value === String(value))) return;
    const field = make("input", { type: "hidden", name: picked.dataset.name });
    field.value = value;
    const chip = make("span", { class: fault ? "gf-chip gf-bad-text" : "gf-chip", title: fault ? text(fault) : null }, label, field);
    picked.append(chip);
    chip.append(make("button", { type: "button", "aria-label": text("remove") }, "×"));
  };
  picked.addEventListener("click", (event) => event.target.closest("button")?.parentElement.remove());
  return { onPick: (row) => add(row.id, row.label), onClear: () => {}, onMiss: (reason) => add(asTyped(input.value.trim()), input.value.trim(), reason) };
}

// What a reference sends when its text was not found: the server says so, and the text stays.
export function asTyped(typed) {
  return typed ? TYPED + typed : "";
}

// A form waits for its look-ups: what was typed and sent at once (Ctrl+S, Enter) is settled first.
document.addEventListener("htmx:confirm", (event) => {
  const form = event.detail.elt;
  if (form.tagName !== "FORM") return;
  for (const input of form.elements) if (input.gfSettle && input.isConnected) input.gfSettle();
  if (!settling.size) return;
  event.preventDefault();
  Promise.all(settling).then(() => event.detail.issueRequest());
});

// What a field of a form says now: a tick is "1" or nothing, a text that was not found nothing.
export function valueOf(form, name) {
  const field = form?.elements.namedItem(name);
  if (field?.type === "checkbox") return field.checked ? "1" : "";
  if (field?.type === "hidden" && field.value?.startsWith(TYPED)) return "";
  return field?.value ?? "";
}

function fill(form, values) {
  for (const [name, filled] of Object.entries(values || {})) {
    const field = form?.elements.namedItem(name);
    if (!field) continue;
    if (field.type === "checkbox") {
      field.checked = filled.value === "1";
      continue;
    }
    field.value = filled.value;
    const shown = field.closest?.(".gf-ref")?.querySelector("input[type=text]");
    if (shown && shown !== field) {
      shown.value = filled.label;
      shown.dataset.picked = filled.label;
    }
  }
}
