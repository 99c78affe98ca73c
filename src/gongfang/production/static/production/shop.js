// The terminal. Log in by badge and PIN, choose a job, enter pieces, report: three touches.
// Without network a report is kept in IndexedDB under its request id and sent once the network is back.
import { add, all, remove, put } from "./shop-queue.js";

const T = JSON.parse(document.getElementById("texts").textContent);
const view = document.getElementById("view");
const at = (id) => document.getElementById(id);
const KINDS = ["good", "scrap_material", "scrap_worker", "rework"];
const BAD = ["scrap_material", "scrap_worker", "rework"];
const LATER = new Set(["out_of_sequence", "order_paused", "not_released"]); // may become right when others' reports arrive
let me = JSON.parse(sessionStorage.getItem("shop") ?? "null");
let jobs = JSON.parse(localStorage.getItem("shop-jobs") ?? "[]");
let causes = JSON.parse(localStorage.getItem("shop-causes") ?? "[]");
let calls = [];
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

const reason = (data) => (data.problems ?? []).map((problem) => problem.message).join(" ") || T.failed;

function offline(is) {
  at("net").hidden = !is;
  at("net").textContent = T.offline;
}

// ---- log-in
function showLogin() {
  me = null;
  sessionStorage.removeItem("shop");
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
  const find = make("input", { id: "find", autocomplete: "off", placeholder: T.search, "aria-label": T.search, value: text });
  const list = make("div", { className: "jobs" });
  const mine = make("div", { id: "calls" });
  find.addEventListener("keydown", async (event) => {
    if (event.key !== "Enter") return;
    const found = await load(find.value.trim());
    if (found.length === 1 || (found.length && found.every((job) => job.order === found[0].order))) showJob(found[0]);
    else draw(list, found);
  });
  view.replaceChildren(find, mine, list);
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
    if (!text) { jobs = answer.data.jobs; localStorage.setItem("shop-jobs", JSON.stringify(jobs)); }
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

function drawCalls() {
  at("calls")?.replaceChildren(...calls.map((one) => make("div", { className: `mycall ${one.state}` }, make("b", { textContent: one.kind }), make("span", { textContent: one.place }), make("span", { className: "fill" }), make("span", { textContent: `${one.shown} ${one.who}` }))));
}

async function lookForHelp() {
  if (!me || !calls.length || document.hidden) return;
  try {
    const answer = await ask("calls");
    if (answer.ok) { calls = answer.data.calls; drawCalls(); }
  } catch { /* the next look tells */ }
}

function draw(list, found) {
  if (!found.length) return list.replaceChildren(make("p", { className: "soft", textContent: T.none }));
  list.replaceChildren(...found.map((job) => make("button", { type: "button", className: `job${job.mine ? " mine" : ""}${job.late ? " late" : ""}`, "data-job": job.id, onclick: () => showJob(job) },
    make("span", { className: "row" }, make("b", { textContent: job.item }), make("span", { className: "num", textContent: `${job.done} / ${job.planned} ${job.unit}` })),
    make("span", { textContent: `${job.operation} · ${job.centre}` }),
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
  };
  view.replaceChildren(make("div", { className: "work" },
    make("section", { className: "info" },
      make("button", { type: "button", className: "back", textContent: `← ${T.back}`, onclick: () => showJobs() }),
      make("h1", { textContent: job.item }), make("p", { className: "soft", textContent: `${job.code} ${job.spec}` }),
      make("p", { textContent: `${T.order} ${job.order}` }), make("p", { textContent: `${T.operation} ${job.operation} · ${job.centre}` }),
      make("p", { className: "num", textContent: `${job.done} ${T.of} ${job.planned} ${job.unit} · ${job.ready} ${T.ready}` }),
      make("p", { className: job.late ? "bad" : "soft", textContent: `${T.due} ${job.due}${job.late ? ` · ${T.late}` : ""}` }),
      job.drawing ? make("p", { textContent: `${T.drawing} ${job.drawing}` }) : "", job.instruction ? make("p", { textContent: `${T.instruction}: ${job.instruction}` }) : "",
      job.remark ? make("p", { className: "soft", textContent: job.remark }) : "",
      job.state === "open" ? make("button", { type: "button", id: "begin", textContent: T.begin, onclick: begin }) : ""),
    make("section", {}, make("div", { className: "kinds" }, ...Object.values(buttons)), why, pad(key),
      make("button", { type: "button", className: "go wide", id: "report", textContent: T.report, onclick: send }))));
  draw();
  at("show-help").onclick = () => showHelp(job);
}

// ---- doing, with or without network
async function doAct(data, label, done, leave = true) {
  const entry = { id: crypto.randomUUID(), at: Date.now(), token: me.token, label, data };
  await add(entry);
  const result = await send(entry);
  if (result === "sent") say(done);
  else if (result === "kept") say(T.kept, "warn");
  else if (result !== "later") { await remove(entry.id); count(); return false; }
  count();
  if (leave) showJobs();
  return true;
}

async function send(entry) {
  let answer;
  try {
    answer = await ask("act", { ...entry.data, request_id: entry.id }, entry.token);
  } catch {
    offline(true);
    return "kept";
  }
  offline(false);
  if (answer.ok) { await remove(entry.id); return "sent"; }
  say(reason(answer.data), "bad");
  if (LATER.has(answer.data.code) && entry.tries) return "later";
  await put({ ...entry, tries: (entry.tries ?? 0) + 1, refused: reason(answer.data) });
  return "refused";
}

async function flush() {
  if (sending) return;
  sending = true;
  try {
    for (const entry of await all()) {
      if (entry.refused && !entry.retry) continue;
      if (await send(entry) === "kept") break;
    }
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
    ...entries.map((entry) => make("div", { className: "info" }, make("p", { textContent: entry.label }), entry.refused ? make("p", { className: "bad", textContent: `${T.refused}: ${entry.refused}` }) : "",
      make("div", { className: "row" }, make("button", { type: "button", textContent: T.retry, onclick: async () => { await put({ ...entry, retry: true }); await flush(); showWaiting(); } }),
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
addEventListener("online", flush);
setInterval(flush, 15000);
setInterval(lookForHelp, 4000);
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/shop/sw.js", { scope: "/shop/" }).catch(() => {});
count();
if (me) welcome(me);
else ask("token").then(({ data }) => (data.token ? welcome(data) : showLogin())).catch(() => showLogin());
