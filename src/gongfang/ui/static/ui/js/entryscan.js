// The scan box above an entry grid: the server says which line a code counts up, or what a new one says.
import { ScanBox, post } from "./scan.js";
import { text } from "./say.js";
import { valueOf } from "./lookup.js";

function plus(a, b) {
  // Exact to six decimals, as quantities are.
  const micro = (value) => Math.round(Number(String(value || "0").replace(/,/g, "")) * 1e6);
  return String((micro(a) + micro(b)) / 1e6);
}

function wake(holder) {
  const grid = holder.gfGrid, scan = grid.config.scan, form = holder.closest("form");
  const field = (name) => grid.fields.find((one) => one.name === name);

  async function take(code) {
    const header = Object.fromEntries(scan.header.filter((name) => form.elements.namedItem(name)).map((name) => [name, valueOf(form, name)]));
    const told = (row, name) => (name ? row.values[name] || "" : "");
    const rows = grid.rows.map((row) => ({ item: told(row, scan.item), lot: told(row, scan.lot), unit: told(row, scan.unit) }));
    const answer = await post(scan.url, { code, header, rows });
    if (!answer.ok) {
      box.bad((answer.data.problems || [text("failed")]).join(" "));
      return;
    }
    const found = answer.data;
    if (found.place) {
      place(found.place);
      box.ok(found.said);
      return;
    }
    grid.keep();
    const places = grid.rows.map((_row, n) => n); // the server counts rows that it began behind those it was told
    const taken = (found.several || [found]).map((one) => line(one, places));
    grid.draw();
    for (const index of taken) grid.body.rows[index].classList.add("gf-scanned");
    grid.body.rows[taken[taken.length - 1]].scrollIntoView({ block: "nearest" });
    box.ok(found.several ? found.said : `${found.said} × ${grid.rows[taken[0]].values[scan.quantity]}`);
  }

  function line(found, places) {
    // Begin a line or count one up; returns where it stands.
    if (found.new) {
      let index = grid.rows.findIndex((row) => grid.empty(row));
      if (index < 0) index = grid.rows.push(grid.blank()) - 1;
      const row = grid.rows[index];
      row.values[scan.item] = String(found.new.id);
      row.labels[scan.item] = found.new.label;
      grid.fill(row, found.new.fill);
      row.values[scan.quantity] = "";
      places.push(index);
    }
    const index = places[found.new ? places.length - 1 : found.row];
    const row = grid.rows[index];
    grid.fill(row, found.set);
    row.values[scan.quantity] = plus(row.values[scan.quantity], found.add);
    delete row.faults[scan.quantity];
    return index;
  }

  function place(found) {
    const hidden = form.elements.namedItem(found.name);
    const shown = hidden?.closest(".gf-ref")?.querySelector("input[type=text]");
    if (!hidden) return;
    hidden.value = found.value;
    if (shown && shown !== hidden) {
      shown.value = found.label;
      shown.dataset.picked = found.label;
      shown.classList.remove("is-invalid");
    }
    hidden.dispatchEvent(new Event("change", { bubbles: true }));
  }

  const box = new ScanBox(holder.querySelector("[data-gf-scan]"), take, { focus: false });
  if (!field(scan.item)) box.box.hidden = true;
}

export function wakeScans(scope) {
  for (const holder of scope.querySelectorAll(".gf-grid-entry:not([data-scans])")) {
    if (!holder.querySelector("[data-gf-scan]") || !holder.gfGrid?.config.scan) continue;
    holder.dataset.scans = "1";
    wake(holder);
  }
}
