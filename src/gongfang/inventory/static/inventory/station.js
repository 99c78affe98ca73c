// Scan stations. With a document: each scan is one more of its line, what does not belong is refused. Without: goods and places are collected.
import { ScanBox, newId, post } from "../ui/js/scan.js";
import { grouped, make, toast } from "../ui/js/say.js";

const words = JSON.parse(document.getElementById("station-texts").textContent);
const say = (name, values = {}) => (words[name] || name).replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
const holder = document.getElementById("station-data");
const data = holder ? JSON.parse(holder.textContent) : null;
const list = document.getElementById("station-lines");
let requestId = newId();

// Exact sums of decimal texts: six places as an integer, as the server keeps them.
const micro = (text) => {
  const [whole, places = ""] = String(text).replace(/,/g, "").split(".");
  return BigInt(whole || "0") * 1000000n + BigInt((places + "000000").slice(0, 6)) * (whole.startsWith("-") ? -1n : 1n);
};
const plain = (value) => {
  const sign = value < 0n ? "-" : "", positive = value < 0n ? -value : value;
  const places = String(positive % 1000000n).padStart(6, "0").replace(/0+$/, "");
  return sign + positive / 1000000n + (places ? "." + places : "");
};

const box = new ScanBox(document.querySelector("[data-gf-scan]"), data ? scanned : open);
box.box.dataset.noCamera = say("camera");

// The list of documents: a scanned number opens it.
async function open(code) {
  const number = code.split("/").filter(Boolean).pop();
  const card = [...document.querySelectorAll("[data-number]")].find((one) => one.dataset.number === code || one.getAttribute("href").endsWith("/" + number));
  if (!card) return box.bad(say("not_waiting", { code }));
  window.location.href = card.href;
}

const state = { packages: new Set(), from: null, to: null, package: null, pending: null, current: null };
if (data) {
  for (const line of data.lines) Object.assign(line, { done: 0n, lots: new Map() });
  draw();
  document.getElementById("station-finish").addEventListener("click", finish);
}

async function scanned(code) {
  const place = data.task === "put_away" ? document.getElementById("station-source").value : data.task === "transfer" ? state.from?.id : null;
  const answer = await post(data.resolve, { code, place, propose: data.task === "put_away" });
  const found = answer.ok ? answer.data.found : null;
  if (data.kind) return document_scan(code, found, answer);
  if (!found) return box.bad((answer.data.problems || [say("failed")]).join(" "));
  if (found.kind === "location") return place_scan(found);
  if (found.kind === "package") return package_scan(found, answer.data);
  if (!found.item_id) return box.bad(say("not_here", { title: found.title }));
  free_scan(found, answer.data);
}

// ---- against a document
function document_scan(code, found, answer) {
  const pending = state.pending;
  if (pending && (!found || found.item_id !== pending.item || found.kind === "lot")) {
    if (found && found.kind === "lot" && found.item_id !== pending.item) return wrong(found);
    return add(pending, 1000000n, found?.lot_id ?? null, found?.lot_code || code);
  }
  if (!found) return box.bad((answer.data.problems || [say("failed")]).join(" "));
  if (found.kind === "package") return package_into_lines(found, answer.data.goods || []);
  const fitting = data.lines.filter((line) => line.item === found.item_id);
  if (!fitting.length) return wrong(found);
  const line = fitting.find((one) => one.done < micro(one.expected)) || fitting[0];
  if (line.tracking !== "none" && !found.lot_code) {
    state.pending = line;
    draw(line);
    return box.say(say("lot_first", { code: line.code }), "gs-ok");
  }
  return add(line, micro(found.factor), found.lot_id, found.lot_code);
}

// Everything in a package at once, or nothing of it: each of its goods on lines that still want it.
function package_into_lines(found, goods) {
  if (!goods.length || state.packages.has(found.package_id)) return box.bad(say("not_here", { title: found.title }));
  const room = new Map(data.lines.map((line) => [line, micro(line.expected) - line.done]));
  const parts = [];
  for (const one of goods) {
    let left = micro(one.factor);
    for (const line of data.lines.filter((row) => row.item === one.item_id)) {
      const part = left < room.get(line) ? left : room.get(line);
      if (part <= 0n) continue;
      if (line.tracking === "serial" && line.lots.has(one.lot_code)) return box.bad(say("serial_twice", { lot: one.lot_code }));
      room.set(line, room.get(line) - part);
      left -= part;
      parts.push([line, part, one]);
    }
    if (left > 0n) return box.bad(say(data.lines.some((row) => row.item === one.item_id) ? "over" : "not_here", { code: one.item_code, title: one.item_code, expected: grouped(plain(micro(one.factor) - left)) }));
  }
  for (const [line, part, one] of parts) add(line, part, one.lot_id, one.lot_code);
  state.pending = null;
  state.packages.add(found.package_id);
  box.ok(say("package", { code: found.text, contents: goods.map((one) => `${one.item_code} × ${grouped(one.factor)}`).join(", ") }));
}

function wrong(found) {
  state.pending = null;
  box.bad(say("not_here", { title: found.title }));
}

function add(line, quantity, lot, lotCode) {
  if (line.tracking === "serial" && line.lots.has(lotCode)) return box.bad(say("serial_twice", { lot: lotCode }));
  if (line.done + quantity > micro(line.expected)) {
    box.bad(say("over", { code: line.code, expected: grouped(line.expected) }));
    return;
  }
  line.done += quantity;
  if (line.tracking !== "none") {
    const known = line.lots.get(lotCode) || { lot, code: lotCode, quantity: 0n };
    known.quantity += quantity;
    line.lots.set(lotCode, known);
    state.pending = line.tracking === "serial" && line.done < micro(line.expected) ? line : null;
  }
  draw(line);
  box.ok(`${line.code} ${lotCode || ""} ${grouped(plain(line.done))} / ${grouped(line.expected)} ${line.unit}`);
}

// ---- collected freely
function free_scan(found, answer) {
  if (data.task === "transfer" && !state.from) return box.bad(say("from_first"));
  if (found.tracking !== "none" && !found.lot_id) return box.bad(say("lot_first", { code: found.item_code }));
  const key = `${found.item_id}:${found.lot_id || ""}`;
  let line = data.lines.find((one) => one.id === key);
  const wanted = (line?.done || 0n) + micro(found.factor);
  if (answer.present !== undefined && wanted > micro(answer.present)) return box.bad(say("short", { code: found.item_code, present: grouped(answer.present) }));
  if (!line) {
    line = { id: key, item: found.item_id, code: found.item_code, name: found.item_name, spec: found.spec, unit: found.unit, lot: found.lot_id, lotCode: found.lot_code, done: 0n, lots: new Map(), tracking: "none", bin: answer.bin };
    data.lines.push(line);
  }
  line.done = wanted;
  state.current = line;
  draw(line);
  box.ok(`${line.code} ${line.lotCode} ${grouped(plain(line.done))} ${line.unit}` + (line.bin ? ` → ${line.bin.name}` : ""));
}

function place_scan(found) {
  const place = { id: found.location_id, name: found.title };
  if (data.task === "put_away") {
    if (!state.current) return box.bad(say("nothing"));
    state.current.bin = place;
  } else if (!state.from && !state.package) state.from = place;
  else state.to = place;
  draw(state.current);
  box.ok(place.name);
}

function package_scan(found, answer) {
  if (data.task === "put_away") return package_away(found, answer);
  state.package = { id: found.package_id, name: found.title };
  state.from = { id: found.location_id, name: found.title };
  draw();
  box.ok(say("package", { code: found.text, contents: (answer.contents || []).join(", ") }));
}

// Put away: what is in the package goes line by line to the bins proposed; it has to stand in the place it is put away from.
function package_away(found, answer) {
  const source = document.getElementById("station-source").value;
  if (String(found.location_id) !== String(source) || !(answer.goods || []).length || state.packages.has(found.package_id)) return box.bad(say("not_here", { title: found.title }));
  state.packages.add(found.package_id);
  answer.goods.forEach((one, n) => free_scan(one, { bin: answer.bins?.[n] }));
  box.ok(say("package", { code: found.text, contents: answer.contents.join(", ") }));
}

function draw(touched = null) {
  const all = data.lines.length, done = data.lines.filter((line) => line.expected ? line.done >= micro(line.expected) : line.done > 0n).length;
  document.getElementById("station-progress").textContent = all ? say("progress", { done, all }) : "";
  const order = touched ? [touched, ...data.lines.filter((line) => line !== touched)] : data.lines;
  list.replaceChildren(...order.map(row));
  for (const side of ["from", "to"]) {
    const slot = document.getElementById("slot-" + side);
    if (!slot) continue;
    slot.classList.toggle("gs-set", Boolean(state[side]));
    slot.replaceChildren(make("small", {}, say(side)), state[side]?.name || say("unset"));
  }
}

function row(line) {
  const full = line.expected && line.done >= micro(line.expected);
  const lots = [...line.lots.values()].map((one) => `${one.code} × ${grouped(plain(one.quantity))}`).join(", ");
  const hint = [line.name, line.spec, line.lotCode && line.expected ? `${say("take")} ${line.lotCode}` : line.lotCode, line.place, line.bin ? `${say("bin")} ${line.bin.name}` : "", lots].filter(Boolean).join(" · ");
  const figure = make("input", { class: "form-control", inputmode: "decimal", autocomplete: "off", value: line.done ? plain(line.done) : "", "aria-label": `${say("quantity")} ${line.code}`, readOnly: line.tracking !== "none" });
  figure.addEventListener("keydown", (event) => event.key === "Enter" && figure.blur());
  figure.addEventListener("change", () => {
    const text = figure.value.replace(/,/g, "").trim();
    if (!/^\d{0,12}(\.\d{0,6})?$/.test(text)) return box.bad(say("failed"));
    const value = micro(text || "0");
    if (line.expected && value > micro(line.expected)) box.bad(say("over", { code: line.code, expected: grouped(line.expected) }));
    else line.done = value;
    draw(line);
  });
  return make("li", { class: "gs-line" + (full ? " gs-done" : ""), "data-code": line.code },
    make("span", {}, make("b", {}, line.code), make("small", {}, hint)),
    make("span", { class: "gs-figure" }, figure, make("small", {}, (line.expected ? `/ ${grouped(line.expected)} ` : "") + line.unit)));
}

async function finish() {
  const body = { task: data.task, kind: data.kind, key: data.key, request_id: requestId, source: state.from?.id, target: state.to?.id, package: state.package?.id, packages: [...state.packages], lines: [] };
  const lines = data.lines.filter((line) => line.done > 0n);
  if (data.task === "put_away") {
    body.source = document.getElementById("station-source").value;
    const without = lines.find((line) => !line.bin);
    if (without) return box.bad(say("no_bin", { code: without.code }));
  }
  if (data.task === "transfer" && !state.to) return box.bad(say("to_first"));
  if (!lines.length && !state.package) return box.bad(say("nothing"));
  body.lines = lines.map((line) => data.kind
    ? { key: line.key, quantity: plain(line.done), lots: [...line.lots.values()].map((one) => ({ lot: one.lot, code: one.code, quantity: plain(one.quantity) })) }
    : { item: line.item, lot: line.lot, quantity: plain(line.done), bin: line.bin?.id });
  const button = document.getElementById("station-finish");
  button.disabled = true;
  try {
    const answer = await post(data.finish, body);
    if (!answer.ok) {
      if (answer.status < 500) requestId = newId();
      return box.bad((answer.data.problems || [say("failed")]).join(" "));
    }
    toast(say("done", { number: answer.data.number }));
    window.location.href = answer.data.url;
  } catch (error) {
    box.bad(say("failed"));
  } finally {
    button.disabled = false;
  }
}
