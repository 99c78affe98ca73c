// Lists: opening rows, ticking, keys, column chooser, query builder. Filters themselves are a plain form sent by htmx.
import { text } from "./say.js";
import { buildQuery } from "./query.js";

export function wakeLists(scope) {
  for (const table of scope.querySelectorAll(".gf-list-table:not([data-awake])")) wakeTable(table);
  for (const form of scope.querySelectorAll("form.gf-filters:not([data-awake])")) wakeFilters(form);
  for (const box of scope.querySelectorAll(".gf-column-form:not([data-awake])")) wakeColumns(box);
  rememberPlace();
  restorePlaces(scope);
}

// The list is found again as it was left: its address is kept per noun, and the way back uses it.
function rememberPlace() {
  const holder = document.querySelector("[data-gf-list]");
  if (holder) sessionStorage.setItem("gf-list:" + holder.dataset.gfList, window.location.search);
}

function restorePlaces(scope) {
  for (const link of scope.querySelectorAll("a[data-gf-back]")) {
    const kept = sessionStorage.getItem("gf-list:" + link.dataset.gfBack);
    if (kept) link.href = link.getAttribute("href").split("?")[0] + kept;
  }
}

function wakeTable(table) {
  table.dataset.awake = "1";
  const rows = [...table.tBodies[0].rows];
  let at = -1;

  function open(row, elsewhere) {
    const url = row.dataset.url;
    if (!url) return;
    if (elsewhere) window.open(url, "_blank");
    else window.location.href = url;
  }

  function focus(index) {
    if (index < 0 || index >= rows.length) return;
    rows[at]?.classList.remove("gf-focus");
    at = index;
    rows[at].classList.add("gf-focus");
    rows[at].scrollIntoView({ block: "nearest" });
  }

  layOut(table);
  table.addEventListener("click", (event) => {
    const row = event.target.closest("tbody tr");
    if (!row || event.target.closest("a, button, input, label") || String(window.getSelection())) return;
    open(row, event.ctrlKey || event.metaKey);
  });
  table.addEventListener("auxclick", (event) => {
    const row = event.target.closest("tbody tr");
    if (row && event.button === 1 && !event.target.closest("a")) open(row, true);
  });
  table.addEventListener("change", () => showBatch(table));
  table.querySelector(".gf-tick-all")?.addEventListener("change", (event) => {
    for (const tick of table.querySelectorAll("tbody .gf-tick input")) tick.checked = event.target.checked;
    showBatch(table);
  });
  document.addEventListener("keydown", (event) => {
    if (!table.isConnected || event.target.closest?.("input:not([type=checkbox]), textarea, select, dialog, .gf-modal")) return;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      focus(at + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && at >= 0 && !event.target.closest?.("a, button")) {
      open(rows[at], false);
    } else if (event.key === " " && at >= 0 && !event.target.closest?.("a, button, input")) {
      event.preventDefault();
      const tick = rows[at].querySelector(".gf-tick input");
      if (tick) tick.checked = !tick.checked;
      showBatch(table);
    }
  });
}

// Widths that were dragged, and the columns that stay in sight while the list is scrolled sideways.
function layOut(table) {
  const heads = [...table.tHead.rows[0].cells];
  const lines = [...table.rows];
  heads.forEach((head, place) => {
    if (head.dataset.width) widen(lines, place, Number(head.dataset.width));
    if (head.dataset.path) grip(table, head, place);
  });
  const count = Number(table.dataset.frozen);
  if (!count) return;
  const last = heads.findIndex((head) => head.dataset.path) + count - 1;
  let left = 0;
  heads.slice(0, last + 1).forEach((head, place) => {
    for (const line of lines) {
      const cell = line.cells[place];
      if (!cell || cell.colSpan > 1) continue;
      cell.classList.add("gf-frozen");
      cell.classList.toggle("gf-frozen-last", place === last);
      cell.style.left = left + "px";
    }
    left += head.offsetWidth;
  });
}

function widen(lines, place, width) {
  for (const line of lines) {
    const cell = line.cells[place];
    if (cell && cell.colSpan === 1) cell.style.minWidth = cell.style.maxWidth = width + "px";
  }
}

function grip(table, head, place) {
  const edge = document.createElement("span");
  edge.className = "gf-grip";
  head.append(edge);
  edge.addEventListener("click", (event) => event.stopPropagation());
  edge.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    edge.setPointerCapture(event.pointerId);
    const from = event.clientX;
    const before = head.offsetWidth;
    const lines = [...table.rows];
    const drag = (moved) => widen(lines, place, (head.dataset.width = Math.min(900, Math.max(40, Math.round(before + moved.clientX - from)))));
    edge.addEventListener("pointermove", drag);
    edge.addEventListener("pointerup", () => {
      edge.removeEventListener("pointermove", drag);
      keepLayout(table);
    }, { once: true });
  });
}

// Drop a dragged width into the person's own layout of this list.
function keepLayout(table) {
  const cols = [];
  const heads = [...table.tHead.rows[0].cells].filter((head) => head.dataset.path);
  heads.forEach((head, place) => {
    cols.push(head.dataset.path + (head.dataset.width ? ":" + head.dataset.width : ""));
    if (place + 1 === Number(table.dataset.frozen)) cols.push("|");
  });
  const holder = document.querySelector(".gf-column-save");
  if (holder) saveColumns(holder, cols.join(","));
}

// crypto.randomUUID is there on secure pages only; a factory's server in the house is often plain http.
function freshId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function saveColumns(holder, cols) {
  const data = new URLSearchParams({ request_id: freshId(), name: "", cols });
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  return fetch(holder.dataset.action, { method: "POST", body: data, headers: { "X-CSRFToken": token } });
}

function showBatch(table) {
  const bar = document.getElementById("gf-batch");
  if (!bar) return;
  const ticked = table.querySelectorAll("tbody .gf-tick input:checked").length;
  bar.classList.toggle("on", ticked > 0);
  bar.querySelector("[data-count]").textContent = text("selected", { count: ticked });
}

function wakeFilters(form) {
  form.dataset.awake = "1";
  const send = () => form.requestSubmit();
  let timer = 0;
  form.addEventListener("input", (event) => {
    if (event.target.name === "q") {
      clearTimeout(timer);
      timer = setTimeout(send, 350);
    }
  });
  form.addEventListener("change", (event) => {
    if (event.target.name && event.target.name !== "q") send();
  });
  form.addEventListener("click", (event) => {
    const quick = event.target.closest("[data-gf-set]");
    if (quick) {
      for (const input of form.querySelectorAll(`[name^="${quick.dataset.gfSet}"]`)) {
        if (input.type === "checkbox" || input.type === "radio") input.checked = false;
        else input.value = "";
      }
      if (quick.dataset.value) form.querySelector(`[name="${quick.dataset.gfSet}"]`).value = quick.dataset.value;
      send();
    }
  });
  // Empty values are left out, so that addresses stay short and shareable.
  form.addEventListener("htmx:configRequest", (event) => {
    for (const [name, value] of [...event.detail.formData.entries()]) {
      if (value === "") event.detail.formData.delete(name);
    }
  });
  form.querySelector("[data-gf-more]")?.addEventListener("click", () => form.classList.toggle("gf-all-filters"));
  const holder = form.querySelector(".gf-query");
  if (holder) buildQuery(holder, form, send);
}

function wakeColumns(box) {
  box.dataset.awake = "1";
  const list = box.querySelector(".gf-columns");
  list.addEventListener("change", (event) => event.stopPropagation());
  box.addEventListener("click", (event) => {
    const mover = event.target.closest("button[data-move]");
    if (mover) {
      const row = mover.closest("li");
      if (mover.dataset.move === "up" && row.previousElementSibling) row.previousElementSibling.before(row);
      if (mover.dataset.move === "down" && row.nextElementSibling) row.nextElementSibling.after(row);
      mover.focus();
      return;
    }
    const pin = event.target.closest("button[data-pin]");
    if (pin) {
      const row = pin.closest("li");
      const on = !row.classList.contains("gf-pinned");
      for (const other of list.children) other.classList.toggle("gf-pinned", on && other === row);
      return;
    }
    const button = event.target.closest("[data-gf-columns]");
    if (button) applyColumns(button, chosenColumns(list));
  });
}

function chosenColumns(list) {
  const cols = [];
  for (const row of list.children) {
    const tick = row.querySelector("input");
    if (tick.checked) cols.push(tick.value + (row.dataset.width ? ":" + row.dataset.width : ""));
    if (row.classList.contains("gf-pinned")) cols.push("|");
  }
  return cols.join(",");
}

async function applyColumns(button, cols) {
  const holder = button.closest(".gf-column-save");
  const way = button.dataset.gfColumns;
  if (way !== "once") {
    await saveColumns(holder, way === "reset" ? "" : cols);
  }
  const address = new URL(window.location.href);
  address.searchParams.delete("cols");
  if (way === "once") address.searchParams.set("cols", cols);
  window.location.href = address.href;
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-gf-save-view]")) {
    const dialog = document.getElementById("gf-save-view");
    const params = {};
    for (const [name, value] of new URLSearchParams(window.location.search)) if (value !== "") params[name] = [...(params[name] || []), value];
    dialog.querySelector("[name=params]").value = JSON.stringify(params);
    dialog.showModal();
  }
  if (event.target.closest("[data-gf-close]")) event.target.closest("dialog").close();
  const ticked = event.target.closest("[data-gf-export-ticked]");
  if (ticked) {
    const pks = [...document.querySelectorAll("#gf-list tbody .gf-tick input:checked")].map((tick) => tick.value).join(",");
    window.location.href = ticked.dataset.gfExportTicked + "?ids=" + pks;
  }
  const exporter = event.target.closest("#gf-export");
  if (exporter) exporter.href = exporter.dataset.base + window.location.search;
  const withLines = event.target.closest("#gf-export-lines");
  if (withLines) withLines.href = withLines.dataset.base + (window.location.search || "?") + "&lines=1";
});
