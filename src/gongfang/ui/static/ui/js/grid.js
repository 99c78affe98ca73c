// The entry grid: keyboard first, one input per cell (so that Chinese input methods work), paste from Excel, undo, totals.
import { NUMBERS, block, reckon, rounded, settled } from "./cells.js";
import { attachDate } from "./dates.js";
import { asTyped, attach, isOpen, valueOf } from "./lookup.js";
import { grouped, make, text, toast } from "./say.js";

const UNDO_STEPS = 60;

class Grid {
  constructor(holder) {
    this.holder = holder;
    const config = JSON.parse(holder.querySelector("script").textContent);
    this.config = config;
    this.fields = config.fields;
    this.editable = this.fields.filter((field) => !field.readonly);
    this.past = [];
    this.future = [];
    this.rows = config.rows.map((row) => ({ id: row.id || "", values: { ...row.values }, labels: { ...row.labels }, faults: {} }));
    for (const fault of config.errors || []) if (this.rows[fault.row]) this.rows[fault.row].faults[fault.name] = fault.text;
    while (this.rows.length < Math.max(1, config.fresh || 0)) this.rows.push(this.blank());
    this.hidden = holder.querySelector("input[type=hidden]");
    this.table = make("table", { class: "gf-entry" });
    this.body = make("tbody");
    this.foot = make("tfoot");
    this.table.append(this.head(), this.body, this.foot);
    holder.querySelector(".gf-entry-wrap").append(this.table);
    this.message = holder.querySelector(".gf-msg");
    this.listen();
    this.draw();
  }

  blank() {
    const values = {};
    const labels = {};
    for (const field of this.fields) {
      values[field.name] = field.default ?? "";
      if (field.default_label) labels[field.name] = field.default_label;
    }
    return { id: "", values, labels, faults: {} };
  }

  head() {
    const row = make("tr", {}, make("th", { class: "gf-no" }, "#"));
    for (const field of this.fields) {
      const cell = make("th", { class: this.css(field), title: field.help || null, scope: "col" }, field.title);
      if (field.required && !field.readonly) cell.append(make("b", { "aria-hidden": "true" }, "*"));
      if (field.width) cell.style.minWidth = field.width + "px";
      row.append(cell);
    }
    return make("thead", {}, row);
  }

  css(field) {
    return NUMBERS.includes(field.kind) ? "gf-num" : "";
  }

  // ------------------------------------------------------------------------------------------------------------- drawing
  draw() {
    const lines = this.rows.map((row, index) => this.drawRow(row, index));
    this.body.replaceChildren(...lines);
    this.sum();
    this.sync();
  }

  drawRow(row, index) {
    const line = make("tr");
    line.append(make("td", { class: "gf-no" }, make("button", { type: "button", tabindex: "-1", "aria-label": `${index + 1}` }, String(index + 1))));
    for (const field of this.fields) line.append(this.drawCell(row, field));
    return line;
  }

  drawCell(row, field) {
    const cell = make("td", { class: this.css(field) });
    cell.dataset.name = field.name;
    if (field.readonly) {
      cell.classList.add("gf-ro");
      this.fillShown(cell, row, field);
      return cell;
    }
    const input = this.inputFor(row, field);
    cell.append(input);
    this.markCell(cell, row, field);
    return cell;
  }

  inputFor(row, field) {
    const label = field.title;
    if (field.kind === "choice") {
      const select = make("select", { "aria-label": label });
      if (!field.required || row.values[field.name] === "") select.append(make("option", { value: "" }, ""));
      for (const [key, name] of field.choices) select.append(make("option", { value: key, selected: key === row.values[field.name] ? true : null }, name));
      return select;
    }
    if (field.kind === "bool") return make("input", { type: "checkbox", "aria-label": label, checked: row.values[field.name] === "1" });
    const input = make("input", { type: "text", "aria-label": label, autocomplete: "off", spellcheck: "false" });
    if (NUMBERS.includes(field.kind)) input.inputMode = "decimal";
    if (field.kind === "date") input.placeholder = "yyyy-mm-dd";
    if (field.max_length) input.maxLength = field.max_length;
    input.value = this.shown(row, field);
    if (field.kind === "ref") input.dataset.picked = input.value;
    return input;
  }

  shown(row, field) {
    if (field.kind === "ref") return row.labels[field.name] ?? "";
    const value = row.values[field.name] ?? "";
    return NUMBERS.includes(field.kind) && !row.faults[field.name] ? grouped(value) : value;
  }

  fillShown(cell, row, field) {
    const label = row.labels[field.name];
    let value = label ?? row.values[field.name] ?? "";
    if (field.kind === "choice" && label === undefined) value = field.choices.find(([key]) => key === value)?.[1] ?? value;
    if (NUMBERS.includes(field.kind)) value = grouped(value, field.kind === "money" && value !== "" ? 2 : 0) + (field.kind === "percent" && value !== "" ? "%" : "");
    if (field.kind === "bool") value = value === "1" ? "✓" : "";
    cell.textContent = value;
    cell.title = row.marks?.[field.name]?.why || value;
    cell.classList.toggle("gf-neg", Boolean(row.marks?.[field.name]?.bad));
  }

  markCell(cell, row, field) {
    const fault = row.faults[field.name];
    cell.classList.toggle("gf-bad", Boolean(fault));
    cell.title = fault || "";
    cell.firstElementChild?.setAttribute("aria-invalid", fault ? "true" : "false");
  }

  redraw(index, keep = null) {
    const row = this.rows[index];
    const line = this.body.rows[index];
    this.fields.forEach((field, place) => {
      const cell = line.cells[place + 1];
      if (field.readonly) this.fillShown(cell, row, field);
      else {
        const input = cell.firstElementChild;
        if (input !== keep) {
          if (field.kind === "bool") input.checked = row.values[field.name] === "1";
          else input.value = field.kind === "choice" ? row.values[field.name] : this.shown(row, field);
          if (field.kind === "ref") input.dataset.picked = input.value;
        }
        this.markCell(cell, row, field);
      }
    });
    this.sum();
    this.sync();
  }

  // ------------------------------------------------------------------------------------------------------------ reckoning
  number(row, name) {
    const value = String(row.values[name] ?? "").replace(/,/g, "");
    const field = this.fields.find((one) => one.name === name);
    return (value === "" ? 0 : Number(value)) / (field?.kind === "percent" ? 100 : 1);
  }

  reckonRow(row) {
    for (const field of this.fields) {
      if (!field.formula) continue;
      row.values[field.name] = this.empty(row) ? "" : rounded(reckon(field.formula, (name) => this.number(row, name)), field.kind);
      delete row.labels[field.name];
    }
  }

  sum() {
    for (const row of this.rows) this.reckonRow(row);
    this.rows.forEach((row, index) => {
      this.fields.forEach((field, place) => {
        if (field.formula && field.readonly && this.body.rows[index]) this.fillShown(this.body.rows[index].cells[place + 1], row, field);
      });
    });
    if (!this.fields.some((field) => field.total)) return;
    const line = make("tr", {}, make("td", { class: "gf-no" }));
    this.fields.forEach((field, place) => {
      let shown = place === 0 ? text("total") : "";
      if (field.total) {
        const total = this.rows.reduce((sum, row) => sum + (Number(String(row.values[field.name] ?? "").replace(/,/g, "")) || 0), 0);
        shown = grouped(rounded(total, field.kind) || "0", field.kind === "money" ? 2 : 0);
      }
      line.append(make("td", { class: this.css(field) }, shown));
    });
    this.foot.replaceChildren(line);
  }

  empty(row) {
    return !row.id && this.editable.every((field) => {
      const value = row.values[field.name] ?? "";
      return value === "" || (value === (field.default ?? "") && !row.faults[field.name]);
    }) && !Object.keys(row.faults).length;
  }

  // What is posted: rows in which something was entered, texts as typed; faulty texts go along, the server names them again.
  collect() {
    return this.rows.filter((row) => !this.empty(row)).map((row) => {
      const values = { id: row.id };
      for (const field of this.editable) {
        values[field.name] = field.kind === "ref" && !row.values[field.name] ? asTyped(row.labels[field.name] ?? "") : row.values[field.name] ?? "";
      }
      return values;
    });
  }

  sync() {
    this.hidden.value = JSON.stringify(this.collect());
  }

  state() {
    return JSON.stringify(this.rows);
  }

  restore(state) {
    this.rows = JSON.parse(state);
    this.draw();
  }

  // ------------------------------------------------------------------------------------------------------------- changing
  keep() {
    this.past.push(this.state());
    if (this.past.length > UNDO_STEPS) this.past.shift();
    this.future = [];
    this.holder.dispatchEvent(new Event("gf:changed", { bubbles: true }));
  }

  undo(from, to) {
    if (!from.length) return;
    to.push(this.state());
    const at = this.at();
    this.restore(from.pop());
    if (at) this.go(Math.min(at.row, this.rows.length - 1), at.name);
  }

  set(index, field, typed, input = null) {
    const row = this.rows[index];
    const { value, fault } = settled(field, typed);
    if (value === (row.values[field.name] ?? "") && !row.faults[field.name] === !fault) return;
    this.keep();
    row.values[field.name] = value;
    if (fault) row.faults[field.name] = text(fault);
    else delete row.faults[field.name];
    this.redraw(index, input && document.activeElement === input ? input : null);
  }

  pick(index, field, found) {
    this.keep();
    const row = this.rows[index];
    row.values[field.name] = String(found.id);
    row.labels[field.name] = found.label;
    delete row.faults[field.name];
    this.fill(row, found.fill);
    this.redraw(index);
  }

  fill(row, values) {
    for (const [name, filled] of Object.entries(values || {})) {
      row.values[name] = filled.value;
      if (filled.label !== undefined && filled.label !== filled.value) row.labels[name] = filled.label;
      else delete row.labels[name];
      delete row.faults[name];
    }
  }

  miss(index, field, typed, reason) {
    this.keep();
    const row = this.rows[index];
    row.values[field.name] = "";
    row.labels[field.name] = typed;
    if (reason) row.faults[field.name] = text(reason);
    else delete row.faults[field.name];
    this.redraw(index);
  }

  insert(index, row = this.blank()) {
    this.keep();
    this.rows.splice(index, 0, row);
    this.draw();
    this.go(index, this.editable[0].name);
  }

  remove(index) {
    this.keep();
    this.rows.splice(index, 1);
    if (!this.rows.length) this.rows.push(this.blank());
    this.draw();
    this.go(Math.min(index, this.rows.length - 1), this.editable[0].name);
    toast(text("line_deleted"), "", { title: text("undo"), run: () => this.undo(this.past, this.future) });
  }

  async paste(index, name, copied) {
    const cells = block(copied);
    const start = this.editable.findIndex((field) => field.name === name);
    const columns = this.editable.slice(start, start + Math.max(...cells.map((row) => row.length)));
    this.keep();
    while (this.rows.length < index + cells.length) this.rows.push(this.blank());
    const asked = new Map();
    cells.forEach((texts, down) => {
      const row = this.rows[index + down];
      columns.forEach((field, across) => {
        if (texts[across] === undefined) return;
        delete row.faults[field.name];
        if (field.kind === "ref") {
          row.values[field.name] = "";
          row.labels[field.name] = texts[across].trim();
          if (texts[across].trim()) asked.set(field.name, [...(asked.get(field.name) || []), { row, typed: texts[across].trim() }]);
          return;
        }
        const { value, fault } = settled(field, texts[across]);
        row.values[field.name] = value;
        if (fault) row.faults[field.name] = text(fault);
      });
    });
    const given = new Set(columns.slice(0, Math.max(...cells.map((row) => row.length))).map((field) => field.name));
    for (const [fieldName, places] of asked) await this.resolve(this.fields.find((one) => one.name === fieldName), places, given);
    this.draw();
    this.go(Math.min(index + cells.length - 1, this.rows.length - 1), name);
    const faults = this.rows.reduce((sum, row) => sum + Object.keys(row.faults).length, 0);
    this.message.textContent = text("pasted", { rows: cells.length, faults });
    this.holder.dispatchEvent(new Event("gf:changed", { bubbles: true }));
  }

  async resolve(field, places, given) {
    let found = {};
    try {
      const answer = await fetch(field.lookup + this.given(field, null), {
        method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": csrf() },
        body: JSON.stringify({ codes: [...new Set(places.map((place) => place.typed))] }),
      });
      if (answer.ok) found = (await answer.json()).found;
    } catch (error) {
      toast(text("offline"), "error");
    }
    for (const { row, typed } of places) {
      const hit = found[typed];
      if (hit && hit.id) {
        row.values[field.name] = String(hit.id);
        row.labels[field.name] = hit.label;
        this.fill(row, Object.fromEntries(Object.entries(hit.fill || {}).filter(([name]) => !given.has(name))));
      } else row.faults[field.name] = text(hit?.fault || "not_found");
    }
  }

  // --------------------------------------------------------------------------------------------------------------- moving
  at(target = document.activeElement) {
    const cell = target?.closest?.("td[data-name]");
    if (!cell || !this.table.contains(cell)) return null;
    return { row: cell.parentElement.sectionRowIndex, name: cell.dataset.name, cell };
  }

  go(index, name) {
    const place = this.fields.findIndex((field) => field.name === name);
    const input = this.body.rows[index]?.cells[place + 1]?.firstElementChild;
    if (!input) return;
    input.focus();
    if (input.select && input.type === "text") input.select();
  }

  step(at, by) {
    const place = this.editable.findIndex((field) => field.name === at.name) + by;
    if (place >= this.editable.length) {
      if (at.row + 1 === this.rows.length) this.insert(this.rows.length);
      else this.go(at.row + 1, this.editable[0].name);
    } else if (place < 0) {
      if (at.row > 0) this.go(at.row - 1, this.editable[this.editable.length - 1].name);
    } else this.go(at.row, this.editable[place].name);
  }

  commit(input) {
    const at = this.at(input);
    if (!at) return;
    const field = this.fields.find((one) => one.name === at.name);
    if (field.kind === "ref" || field.readonly) return;
    this.set(at.row, field, field.kind === "bool" ? (input.checked ? "1" : "") : input.value, input);
  }

  key(event) {
    const at = this.at(event.target);
    if (!at || event.isComposing) return;
    const input = event.target;
    const control = event.ctrlKey || event.metaKey;
    const field = this.fields.find((one) => one.name === at.name);
    const whole = input.type !== "text" || (input.selectionStart === 0 && input.selectionEnd === input.value.length);
    const edge = (end) => whole || (input.selectionStart === input.selectionEnd && input.selectionStart === (end ? input.value.length : 0));
    let act = null;
    if (event.key === "Enter") act = () => this.step(at, event.shiftKey ? -1 : 1);
    else if (event.key === "ArrowDown" && input.tagName !== "SELECT" && !isOpen() && !event.altKey) act = () => (at.row + 1 < this.rows.length ? this.go(at.row + 1, at.name) : null);
    else if (event.key === "ArrowUp" && input.tagName !== "SELECT" && !isOpen()) act = () => (at.row > 0 ? this.go(at.row - 1, at.name) : null);
    else if (event.key === "ArrowRight" && !control && !event.shiftKey && edge(true)) act = () => this.step(at, 1);
    else if (event.key === "ArrowLeft" && !control && !event.shiftKey && edge(false)) act = () => this.step(at, -1);
    else if (control && event.key.toLowerCase() === "d") act = () => this.copyDown(at, field);
    else if (control && event.key.toLowerCase() === "z") act = () => (event.shiftKey ? this.undo(this.future, this.past) : this.undo(this.past, this.future));
    else if (control && event.key.toLowerCase() === "y") act = () => this.undo(this.future, this.past);
    else if (control && event.key === "Insert") act = () => this.insert(at.row);
    else if (control && event.key === "Delete") act = () => this.remove(at.row);
    if (!act) return;
    event.preventDefault();
    this.commit(input);
    act();
  }

  copyDown(at, field) {
    if (at.row === 0) return;
    const above = this.rows[at.row - 1];
    this.keep();
    const row = this.rows[at.row];
    row.values[field.name] = above.values[field.name];
    if (above.labels[field.name] !== undefined) row.labels[field.name] = above.labels[field.name];
    for (const other of this.fields) {
      if (field.kind === "ref" && other.readonly && !other.formula && other.from === field.name) {
        row.values[other.name] = above.values[other.name];
        if (above.labels[other.name] !== undefined) row.labels[other.name] = above.labels[other.name];
      }
    }
    this.redraw(at.row);
    this.go(at.row, field.name);
  }

  listen() {
    this.table.addEventListener("keydown", (event) => this.key(event));
    this.table.addEventListener("change", (event) => this.commit(event.target));
    this.table.addEventListener("focusin", (event) => {
      const at = this.at(event.target);
      if (!at) return;
      const field = this.fields.find((one) => one.name === at.name);
      if (NUMBERS.includes(field.kind) && !this.rows[at.row].faults[field.name]) event.target.value = this.rows[at.row].values[field.name] ?? "";
      if (event.target.type === "text") event.target.select();
      if (field.kind === "ref" && !event.target.dataset.attached) this.attachLookup(event.target, field);
      if (field.kind === "date") attachDate(event.target);
    });
    this.table.addEventListener("focusout", (event) => {
      const at = this.at(event.target);
      if (!at) return;
      const field = this.fields.find((one) => one.name === at.name);
      this.commit(event.target);
      if (NUMBERS.includes(field.kind)) event.target.value = this.shown(this.rows[at.row], field);
    });
    this.table.addEventListener("paste", (event) => {
      const copied = event.clipboardData.getData("text/plain");
      const at = this.at(event.target);
      if (!at || !/[\t\n]/.test(copied.replace(/\r?\n$/, ""))) return;
      event.preventDefault();
      this.paste(at.row, at.name, copied);
    });
    this.table.addEventListener("click", (event) => {
      const button = event.target.closest(".gf-no button");
      if (button) this.menu(button, button.closest("tr").sectionRowIndex);
    });
    this.holder.querySelector("[data-gf-add]")?.addEventListener("click", () => this.insert(this.rows.length));
  }

  attachLookup(input, field) {
    input.dataset.attached = "1";
    const where = () => this.at(input).row;
    attach(input, {
      url: () => field.lookup + this.given(field, this.rows[where()]),
      onPick: (found) => {
        const had = document.activeElement === input;
        const index = where();
        this.pick(index, field, found);
        if (had) this.step({ row: index, name: field.name }, 1);
      },
      onClear: () => this.miss(where(), field, "", ""),
      onMiss: (reason) => this.miss(where(), field, input.value.trim(), reason),
    });
  }

  given(field, row) {
    const form = this.holder.closest("form");
    return (field.given || []).map((name) => `&g.${name}=` + encodeURIComponent(row?.values[name] ?? valueOf(form, name))).join("");
  }

  menu(button, index) {
    document.querySelector(".gf-rowmenu")?.remove();
    const entry = (icon, title, run) => {
      const item = make("button", { type: "button" }, make("i", { class: `ti ti-${icon}` }), title);
      item.addEventListener("click", run);
      return item;
    };
    const at = button.getBoundingClientRect();
    const menu = make("div", { class: "gf-rowmenu" },
      entry("row-insert-top", text("insert"), () => this.insert(index)),
      entry("copy", text("copy"), () => this.insert(index + 1, { ...JSON.parse(JSON.stringify(this.rows[index])), id: "" })),
      entry("trash", text("delete"), () => this.remove(index)));
    menu.style.left = at.right + 4 + "px";
    menu.style.top = Math.min(at.top, window.innerHeight - 120) + "px";
    document.body.append(menu);
    setTimeout(() => document.addEventListener("click", () => menu.remove(), { once: true }));
  }
}

function csrf() {
  return JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";
}

export function wakeGrids(scope) {
  for (const holder of scope.querySelectorAll(".gf-grid-entry:not([data-awake])")) {
    holder.dataset.awake = "1";
    holder.gfGrid = new Grid(holder);
  }
}
