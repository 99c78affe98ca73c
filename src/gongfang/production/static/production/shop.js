// The terminal. Log in by badge and PIN, choose a job, enter pieces, report: three touches.
// Without network a report is kept in IndexedDB under its request id and sent once the network is back.
import { add, all, remove, put } from "./shop-queue.js";

const T = JSON.parse(document.getElementById("texts").textContent);
const view = document.getElementById("view");
const at = (id) => document.getElementById(id);
const KINDS = ["good", "scrap_material", "scrap_worker", "rework"];
const BAD = ["scrap_material", "scrap_worker", "rework"];
const LATER = new Set(["out_of_sequence", "order_paused", "not_released", "first_piece"]); // may become right when others' reports arrive
const TRIES = 16; // of what may become right: after 15 s, 30 s, 1 min … at last every quarter of an hour, some three hours in all
let me = JSON.parse(sessionStorage.getItem("shop") ?? "null");
let jobs = JSON.parse(localStorage.getItem("shop-jobs") ?? "[]");
let causes = JSON.parse(localStorage.getItem("shop-causes") ?? "[]");
let calls = [];
let watched = JSON.parse(sessionStorage.getItem("shop-first") ?? "{}"); // operation → what to call it, while its first piece waits
let lines = JSON.parse(sessionStorage.getItem("shop-many") ?? "[]"); // scanned for one report
let opened = null; // the job on the screen: what is done to it elsewhere is shown there too
let sending = false;

function make(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in node) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== ""));
  return node;
}

function say(text, tone = "") {
  at("says").textContent = text;
  at("says").className = `shown ${tone}`;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { at("says").className = ""; }, tone === "bad" ? 6000 : 2600);
}

async function ask(path, data, token = me?.token) {
  const answer = await fetch(`/shop/${path}`, {
    method: data ? "POST" : "GET",
    headers: { Accept: "application/json", ...(data ? { "Content-Type": "application/json" } : {}), ...(token ? { Authorization: `Shop ${token}` } : {}) },
    body: data ? JSON.stringify(data) : undefined,
    credentials: path === "token" ? "same-origin" : "omit",
  });
  if (answer.status >= 500) throw new TypeError("server");
  return { ok: answer.ok, status: answer.status, data: await answer.json() };
}

const lineOf = (problem) => /^lines\.(\d+)/.exec(problem.where ?? "")?.[1];

function reason(data, labels = []) {
  // a line of a list is named before what is wrong with it, unless the sentence names its order itself
  const told = (data.problems ?? []).map((problem) => {
    const label = labels[lineOf(problem)];
    return label && !problem.message.includes(label.split(" ")[0]) ? `${label}: ${problem.message}` : problem.message;
  });
  return told.join(" ") || T.failed;
}

function offline(is) {
  at("net").hidden = !is;
  at("net").textContent = T.offline;
}

// ---- log-in
function showLogin() {
  me = null;
  watched = {};
  lines = [];
  for (const kept of ["shop", "shop-first", "shop-many"]) sessionStorage.removeItem(kept);
  for (const id of ["show-today", "show-help", "log-out"]) at(id).hidden = true;
  const badge = make("input", { id: "badge", autocomplete: "off", placeholder: T.badge, "aria-label": T.badge });
  const pin = make("input", { id: "pin", type: "password", inputMode: "numeric", autocomplete: "off", placeholder: T.pin, "aria-label": T.pin });
  const enter = async () => {
    try {
      const answer = await ask("login", { badge: badge.value, pin: pin.value }, null);
      if (!answer.ok) { pin.value = ""; return say(reason(answer.data), "bad"); }
      welcome(answer.data);
    } catch { say(T.failed, "bad"); }
  };
  badge.addEventListener("keydown", (event) => { if (event.key === "Enter") pin.focus(); });
  pin.addEventListener("keydown", (event) => { if (event.key === "Enter") enter(); });
  view.replaceChildren(make("div", { className: "login" }, badge, pin, pad((key) => press(pin, key)), make("button", { className: "go wide", id: "enter", type: "button", textContent: T.enter, onclick: enter })));
  badge.focus();
}

function welcome(person) {
  me = person;
  sessionStorage.setItem("shop", JSON.stringify(person));
  at("who").textContent = person.name;
  for (const [id, text] of [["show-today", T.today], ["show-help", T.help], ["log-out", T.out]]) { at(id).hidden = false; at(id).textContent = text; }
  showJobs();
  flush();
}

function pad(press) {
  const keys = ["7", "8", "9", "4", "5", "6", "1", "2", "3", ".", "0", "⌫"];
  return make("div", { className: "pad" }, ...keys.map((key) => make("button", { type: "button", textContent: key, "aria-label": key === "⌫" ? T.clear : key, onclick: () => press(key) })));
}

function press(input, key) {
  input.value = key === "⌫" ? input.value.slice(0, -1) : input.value + key;
}

// ---- jobs
async function showJobs(text = "") {
  opened = null;
  const find = make("input", { id: "find", autocomplete: "off", placeholder: T.search, "aria-label": T.search, value: text });
  const list = make("div", { className: "jobs" });
  const mine = make("div", { id: "calls" });
  find.addEventListener("keydown", async (event) => {
    if (event.key !== "Enter") return;
    const found = await load(find.value.trim());
    if (found.length === 1 || (found.length && found.every((job) => job.order === found[0].order))) showJob(found[0]);
    else draw(list, found);
  });
  const many = make("button", { type: "button", id: "many", textContent: lines.length ? `${T.many} (${lines.length})` : T.many, onclick: showMany });
  view.replaceChildren(make("div", { className: "finding" }, find, many), mine, list);
  drawCalls();
  draw(list, jobs);
  find.focus();
  draw(list, await load(text));
}

async function load(text) {
  try {
    const answer = await ask(`jobs?q=${encodeURIComponent(text)}`);
    if (answer.status === 403) { showLogin(); return []; }
    offline(false);
    if (!answer.ok) { say(reason(answer.data), "bad"); return []; }
    if (!text) { jobs = answer.data.jobs; keepJobs(); }
    opened?.(answer.data.jobs);
    calls = answer.data.calls;
    causes = answer.data.causes;
    localStorage.setItem("shop-causes", JSON.stringify(causes));
    drawCalls();
    return answer.data.jobs;
  } catch {
    offline(true);
    return jobs.filter((job) => !text || job.order.includes(text) || job.item.includes(text) || job.code.includes(text));
  }
}

function keepJobs() {
  localStorage.setItem("shop-jobs", JSON.stringify(jobs));
}

function reckon({ act, operation, lines = [], ...counts }) {
  // the list known here is right at once after a report, sent or kept; the next look at the server tells the rest
  const reported = act === "report" ? [{ operation, pieces: KINDS.map((name) => counts[name]) }] : lines.map((line) => ({ operation: line.operation, pieces: [line.good] }));
  for (const line of reported) {
    for (const job of jobs) {
      if (job.id !== line.operation) continue;
      const done = line.pieces.reduce((sum, one) => sum + Math.round(Number(one || 0) * 1e6), Math.round(Number(job.done.replaceAll(",", "")) * 1e6));
      job.ready = rest(job.ready, line.pieces) || "0";
      job.done = (done / 1e6).toLocaleString("en-US", { maximumFractionDigits: 6 });
    }
  }
  if (reported.length) keepJobs();
}

function drawCalls() {
  at("calls")?.replaceChildren(...calls.map((one) => make("div", { className: `mycall ${one.state}` }, make("b", { textContent: one.kind }), make("span", { textContent: one.place }), make("span", { className: "fill" }), make("span", { textContent: `${one.shown} ${one.who}` }))));
}

async function lookForHelp() {
  const ids = Object.keys(watched);
  if (!me || (!calls.length && !ids.length) || document.hidden) return;
  try {
    const answer = await ask(`calls?first=${ids.join(",")}`);
    if (!answer.ok) return;
    calls = answer.data.calls;
    drawCalls();
    for (const id of ids) tellFirst(id, answer.data.first[id]);
  } catch { /* the next look tells */ }
}

// ---- first piece
function watch(job, state) {
  watched[job.id] = `${job.order} ${job.operation}`;
  sessionStorage.setItem("shop-first", JSON.stringify(watched));
  if (state) drawFirst(job.id, state);
}

function tellFirst(id, state) {
  drawFirst(id, state);
  if (state === "waiting" || state === "needed") return; // needed: its call still waits here to be sent
  if (state) say(`${watched[id]}: ${T[`first_${state}`]}`, state === "passed" ? "" : "bad");
  delete watched[id];
  sessionStorage.setItem("shop-first", JSON.stringify(watched));
}

function drawFirst(id, state) {
  for (const job of jobs) if (String(job.id) === String(id)) job.first = state;
  const shown = document.querySelector(`[data-first="${id}"]`);
  if (!shown || !state) return;
  shown.className = `first ${state}`;
  shown.querySelector("b").textContent = T[`first_${state}`];
  const button = shown.querySelector("button");
  button.hidden = state === "waiting" || state === "passed";
  button.textContent = state === "failed" ? T.first_again : T.first_call;
}

function firstOf(job) {
  let request = crypto.randomUUID(); // the same until it is answered: a lost answer does not call twice
  const callInspector = async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    try {
      const answer = await ask("act", { act: "first", operation: job.id, request_id: request });
      request = crypto.randomUUID();
      offline(false);
      if (answer.ok) { job.first = "waiting"; watch(job, "waiting"); say(T.first_called); }
      else { say(reason(answer.data), "bad"); if (answer.data.code === "first_piece_asked") watch(job); lookForHelp(); }
    } catch { offline(true); say(T.first_offline, "bad"); }
    button.disabled = false;
  };
  return make("div", { className: "first", "data-first": job.id }, make("b"), make("button", { type: "button", id: "first", onclick: callInspector }));
}

function draw(list, found) {
  if (!found.length) return list.replaceChildren(make("p", { className: "soft", textContent: T.none }));
  list.replaceChildren(...found.map((job) => make("button", { type: "button", className: `job${job.mine ? " mine" : ""}${job.late ? " late" : ""}`, "data-job": job.id, onclick: () => showJob(job) },
    make("span", { className: "row" }, make("b", { textContent: job.item }), make("span", { className: "num", textContent: `${job.done} / ${job.planned} ${job.unit}` })),
    make("span", { textContent: `${job.operation} · ${job.centre}` }),
    job.first && job.first !== "passed" ? make("span", { className: "bad", textContent: T[`first_${job.first}`] }) : "",
    make("span", { className: "row soft" }, make("span", { textContent: job.order }), make("span", { className: job.late ? "bad" : "", textContent: `${T.due} ${job.due}` })))));
}

// ---- one job
function rest(ready, taken) {
  // what is left of the pieces that can be reported once the bad ones are counted; exact to six places
  const left = Math.round(Number(ready) * 1e6) - taken.reduce((sum, one) => sum + Math.round(Number(one || 0) * 1e6), 0);
  return left > 0 ? String(left / 1e6) : "";
}

function showJob(job) {
  const counts = { good: job.ready === "0" ? "" : job.ready, scrap_material: "", scrap_worker: "", rework: "", minutes: "" };
  let kind = "good";
  let cause = "";
  let own = false; // the good pieces were entered, not proposed
  let fresh = true; // the first key replaces the proposal
  const buttons = {};
  const draw = () => {
    for (const name of Object.keys(buttons)) {
      buttons[name].setAttribute("aria-pressed", String(name === kind));
      buttons[name].lastChild.textContent = counts[name] || "0";
    }
    why.hidden = !BAD.some((name) => name === kind || Number(counts[name]) > 0);
    for (const chip of why.querySelectorAll("button")) chip.setAttribute("aria-pressed", String(chip.textContent === cause));
  };
  for (const name of [...KINDS, "minutes"]) {
    buttons[name] = make("button", { type: "button", id: `kind-${name}`, onclick: () => { kind = name; fresh = true; draw(); } }, make("span", { textContent: T[name] }), make("b", { className: "num" }));
  }
  const key = (pressed) => {
    if (pressed === "⌫") counts[kind] = fresh ? "" : counts[kind].slice(0, -1);
    else counts[kind] = (fresh ? "" : counts[kind]) + pressed;
    fresh = false;
    if (kind === "good") own = true;
    else if (!own && BAD.includes(kind)) counts.good = rest(job.ready, BAD.map((name) => counts[name]));
    draw();
  };
  const words = make("input", { id: "cause", autocomplete: "off", maxLength: 100, placeholder: T.cause, "aria-label": T.cause, oninput: () => { cause = words.value; draw(); } });
  const why = make("div", { className: "causes", hidden: true },
    ...causes.map((text) => make("button", { type: "button", textContent: text, onclick: () => { cause = cause === text ? "" : text; words.value = ""; draw(); } })), words);
  const send = async () => {
    if (!KINDS.some((name) => Number(counts[name]) > 0)) return say(T.zero, "bad");
    await doAct({ act: "report", operation: job.id, ...counts, cause: BAD.some((name) => Number(counts[name]) > 0) ? cause.trim() : "" }, `${job.order} ${job.operation}: ${counts.good || 0}`, T.sent);
  };
  const begin = async () => {
    if (!await doAct({ act: "begin", operation: job.id }, `${job.order} ${job.operation}`, T.begun, false)) return;
    job.state = "started";
    at("begin")?.remove();
    if (job.first && job.first !== "passed") { watch(job); lookForHelp(); } // beginning calls the inspector
  };
  const counted = make("p", { className: "num" });
  const tell = () => { counted.textContent = `${job.done} ${T.of} ${job.planned} ${job.unit} · ${job.ready} ${T.ready}`; };
  opened = (found) => {
    const now = found.find((one) => one.id === job.id);
    if (!now) return;
    [job.done, job.ready] = [now.done, now.ready];
    if (!own) counts.good = rest(job.ready, BAD.map((name) => counts[name]));
    tell();
    draw();
  };
  view.replaceChildren(make("div", { className: "work" },
    make("section", { className: "info" },
      make("button", { type: "button", className: "back", textContent: `← ${T.back}`, onclick: () => showJobs() }),
      make("h1", { textContent: job.item }), make("p", { className: "soft", textContent: `${job.code} ${job.spec}` }),
      make("p", { textContent: `${T.order} ${job.order}` }), make("p", { textContent: `${T.operation} ${job.operation} · ${job.centre}` }),
      counted,
      make("p", { className: job.late ? "bad" : "soft", textContent: `${T.due} ${job.due}${job.late ? ` · ${T.late}` : ""}` }),
      job.drawing ? make("p", { textContent: `${T.drawing} ${job.drawing}` }) : "", job.instruction ? make("p", { textContent: `${T.instruction}: ${job.instruction}` }) : "",
      job.remark ? make("p", { className: "soft", textContent: job.remark }) : "",
      job.first ? firstOf(job) : "",
      job.state === "open" ? make("button", { type: "button", id: "begin", textContent: T.begin, onclick: begin }) : ""),
    make("section", {}, make("div", { className: "kinds" }, ...Object.values(buttons)), why, pad(key),
      make("button", { type: "button", className: "go wide", id: "report", textContent: T.report, onclick: send }))));
  draw();
  tell();
  if (job.first) drawFirst(job.id, job.first);
  if (job.first === "waiting") watch(job);
  at("show-help").onclick = () => showHelp(job);
}

// ---- several orders in one report
const labelOf = (line) => `${line.order} ${line.operation}`;

function keepLines() {
  sessionStorage.setItem("shop-many", JSON.stringify(lines));
}

async function scanned(code) {
  // an order's code takes the first operation with pieces to report that is not in the list; order/20 takes that one
  const [number, operation] = code.toUpperCase().split("/").map((part) => part.trim());
  const found = (await load(number)).filter((job) => job.order.toUpperCase() === number && (!operation || job.operation.split(" ")[0] === operation));
  if (!me) return;
  const fresh = found.filter((job) => !lines.some((line) => line.id === job.id));
  const job = fresh.find((one) => one.ready !== "0") ?? fresh[0];
  if (!found.length) say(`${T.many_unknown} ${code}`, "bad");
  else if (!job) say(`${T.many_twice}: ${code}`, "warn");
  else if (lines.length >= 100) say(T.many_full, "bad");
  else lines.push({ id: job.id, order: job.order, operation: job.operation, item: job.item, unit: job.unit, ready: job.ready, good: job.ready === "0" ? "" : job.ready, wrong: "" });
  keepLines();
}

function showMany() {
  const scan = make("input", { id: "scan", autocomplete: "off", placeholder: T.many_scan, "aria-label": T.many_scan });
  const list = make("div", { className: "lines" });
  const general = make("p", { className: "bad", id: "many-wrong" });
  const button = make("button", { type: "button", className: "go wide", id: "report-many" });
  const draw = () => {
    list.replaceChildren(...(lines.length ? lines.map((line) => make("div", { className: "line", "data-line": line.id },
      make("div", {}, make("b", { textContent: line.item }), make("span", { textContent: labelOf(line) }), make("span", { className: "soft num", textContent: line.ready === "0" ? T.many_short : `${line.ready} ${line.unit} ${T.ready}` })),
      make("input", { inputMode: "decimal", autocomplete: "off", value: line.good, "aria-label": `${T.good} ${labelOf(line)}`, oninput: (event) => { line.good = event.currentTarget.value.trim(); keepLines(); } }),
      make("button", { type: "button", textContent: "✕", "aria-label": `${T.drop} ${labelOf(line)}`, onclick: () => { lines = lines.filter((one) => one !== line); keepLines(); draw(); } }),
      line.wrong ? make("p", { className: "bad", textContent: line.wrong }) : "")) : [make("p", { className: "soft", textContent: T.many_none })]));
    button.textContent = lines.length ? `${T.many_send} (${lines.length})` : T.many_send;
    button.disabled = !lines.length;
  };
  let turn = Promise.resolve(); // scans are looked up one after another, as fast as they come
  scan.addEventListener("keydown", (event) => {
    const code = scan.value.trim();
    if (event.key !== "Enter" || !code) return;
    scan.value = "";
    turn = turn.then(() => scanned(code)).then(() => { if (me) draw(); });
  });
  button.onclick = async () => {
    button.disabled = true;
    await turn;
    const sent = lines;
    for (const line of sent) line.wrong = Number(line.good) > 0 ? "" : T.zero;
    general.textContent = "";
    if (sent.some((line) => line.wrong)) { say(T.zero, "bad"); return draw(); }
    const labels = sent.map(labelOf);
    lines = []; // what is under way is in the queue, not in the list: sent once
    keepLines();
    const data = { act: "report_many", lines: sent.map((line) => ({ operation: line.id, good: line.good })) };
    if (await doAct(data, labels.map((label, n) => `${label}: ${sent[n].good}`).join("\n"), T.sent, true, labels)) return;
    lines = sent;
    keepLines();
    for (const problem of refusal.problems ?? []) {
      const line = sent[lineOf(problem)];
      if (line) line.wrong = [line.wrong, problem.message].filter(Boolean).join(" ");
      else general.textContent = `${general.textContent} ${problem.message}`.trim();
    }
    draw();
  };
  view.replaceChildren(make("div", { className: "many" }, make("button", { type: "button", className: "back", textContent: `← ${T.back}`, onclick: () => showJobs() }), make("h1", { textContent: T.many }), scan, general, list, button));
  draw();
  scan.focus();
}

// ---- doing, with or without network
let refusal = {}; // what was said to the last entry that was refused
const underWay = new Set(); // entered now and being sent: not the queue's business yet

async function doAct(data, label, done, leave = true, labels = []) {
  const entry = { id: crypto.randomUUID(), at: Date.now(), token: me.token, label, labels, data };
  underWay.add(entry.id);
  await add(entry);
  const result = await send(entry);
  if (result === "refused") await remove(entry.id);
  underWay.delete(entry.id);
  if (result === "sent") say(done);
  else if (result === "kept") say(T.kept, "warn");
  else { count(); return false; }
  count();
  reckon(data);
  if (leave) showJobs();
  return true;
}

async function send(entry) {
  // sent, kept (no network) or refused
  let answer;
  try {
    answer = await ask("act", { ...entry.data, request_id: entry.id }, entry.token);
  } catch {
    offline(true);
    return "kept";
  }
  offline(false);
  if (answer.ok) { await remove(entry.id); return "sent"; }
  refusal = answer.data;
  say(reason(answer.data, entry.labels), "bad");
  return "refused";
}

async function putOff(entry) {
  // what may become right is tried again by itself, a bounded number of times; all else waits for a person
  const problems = refusal.problems ?? [];
  const tries = (entry.tries ?? 0) + 1;
  const later = problems.length > 0 && problems.every((problem) => LATER.has(problem.code)) && tries < TRIES;
  await put({ ...entry, tries, told: reason(refusal, entry.labels), refused: !later, due: Date.now() + Math.min(15000 * 2 ** (tries - 1), 900000) });
}

async function flush(now = false) {
  // now: what was put off is tried at once too
  if (sending) return;
  sending = true;
  let sent = false;
  try {
    for (const entry of await all()) {
      if (entry.refused || underWay.has(entry.id) || (!now && entry.due > Date.now())) continue;
      const result = await send(entry);
      if (result === "kept") break;
      if (result === "sent") sent = true;
      else await putOff(entry);
    }
    if (sent) for (const entry of await all()) if (entry.due && !entry.refused) await put({ ...entry, due: 0 }); // it may have waited for this
  } finally {
    sending = false;
    count();
  }
}

async function count() {
  const entries = await all();
  at("waiting").hidden = entries.length === 0;
  at("waiting").textContent = `${entries.length} ${T.waits}`;
}

async function showWaiting() {
  const entries = await all();
  view.replaceChildren(make("button", { type: "button", textContent: `← ${T.back}`, onclick: () => (me ? showJobs() : showLogin()) }),
    ...entries.map((entry) => make("div", { className: "info" }, make("p", { textContent: entry.label }), entry.told ? make("p", { className: entry.refused ? "bad" : "soft", textContent: `${entry.refused ? T.refused : T.again}: ${entry.told}` }) : "",
      make("div", { className: "row" }, make("button", { type: "button", textContent: T.retry, onclick: async () => { await put({ ...entry, refused: false, tries: 0, due: 0 }); await flush(); showWaiting(); } }),
        make("button", { type: "button", textContent: T.drop, onclick: async () => { await remove(entry.id); count(); showWaiting(); } })))));
}

// ---- today, help
async function showToday() {
  try {
    const { data } = await ask("today");
    const head = [T.order, T.operation, T.good, T.pay];
    view.replaceChildren(make("button", { type: "button", textContent: `← ${T.back}`, onclick: () => showJobs() }), make("h1", { textContent: T.today }),
      make("table", {}, make("tr", {}, ...head.map((text, i) => make("th", { textContent: text, className: i > 1 ? "num" : "" }))),
        ...data.lines.map((line) => make("tr", {}, make("td", { textContent: `${line.order} ${line.item}` }), make("td", { textContent: line.operation }), make("td", { className: "num", textContent: line.good }), make("td", { className: "num", textContent: line.pay }))),
        make("tr", {}, make("th", { textContent: T.total }), make("th", {}), make("th", { className: "num", textContent: data.total.good }), make("th", { className: "num", textContent: data.total.pay }))),
      data.undo ? make("button", { type: "button", id: "undo", className: "wide", textContent: `${T.undo} ${data.undo.number}`, onclick: (event) => undo(event.currentTarget, data.undo) }) : "");
  } catch { say(T.failed, "bad"); }
}

async function undo(button, last) {
  if (!button.dataset.sure) { button.dataset.sure = "1"; button.className = "wide call"; button.textContent = `${T.sure} ${last.number}`; return; }
  button.disabled = true;
  try {
    const answer = await ask("act", { act: "undo", report: last.id, request_id: crypto.randomUUID() });
    if (answer.ok) say(T.undone);
    else say(reason(answer.data), "bad");
    showToday();
  } catch { button.disabled = false; say(T.failed, "bad"); }
}

function showHelp(job = null) {
  const call = (kind) => doAct({ act: "help", kind, operation: job?.id ?? "" }, `${T.help}: ${T[`help_${kind}`]}`, T.called);
  view.replaceChildren(make("button", { type: "button", textContent: `← ${T.back}`, onclick: () => (job ? showJob(job) : showJobs()) }),
    make("div", { className: "calls" }, ...["material", "quality", "machine", "help"].map((kind) => make("button", { type: "button", className: "call", id: `help-${kind}`, textContent: T[`help_${kind}`], onclick: () => call(kind) }))));
}

at("show-today").onclick = showToday;
at("show-help").onclick = () => showHelp();
at("log-out").onclick = showLogin;
at("waiting").onclick = showWaiting;
addEventListener("online", () => flush(true));
setInterval(flush, 15000);
setInterval(lookForHelp, 4000);
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/shop/sw.js", { scope: "/shop/" }).catch(() => {});
count();
if (me) welcome(me);
else ask("token").then(({ data }) => (data.token ? welcome(data) : showLogin())).catch(() => showLogin());
