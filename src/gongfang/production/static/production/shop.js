// The terminal. Log in by badge and PIN, choose a job, enter pieces, report: three touches.
// Without network an act is kept in IndexedDB under its request id and sent, with its moment, once the network is back.
import { T, ask, at, button, keepJobs, make, offline, pad, reason, say, state, view, views } from "./shop-base.js";
import { centreButton, forgetChoices, loadLists } from "./shop-crew.js";
import { drawCalls, lookForHelp } from "./shop-first.js";
import { showJob } from "./shop-job.js";
import { showMany } from "./shop-many.js";
import { count, doAct, flush, showWaiting } from "./shop-sending.js";

// ---- log-in
function showLogin() {
  Object.assign(state, { me: null, watched: {}, lines: [], opened: null });
  for (const kept of ["shop", "shop-first", "shop-many"]) sessionStorage.removeItem(kept);
  forgetChoices();
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
  const press = (key) => { pin.value = key === "⌫" ? pin.value.slice(0, -1) : pin.value + key; };
  view.replaceChildren(make("div", { className: "login" }, badge, pin, pad(press), button(T.enter, enter, { className: "go wide", id: "enter" })));
  badge.focus();
}

function welcome(person) {
  state.me = person;
  sessionStorage.setItem("shop", JSON.stringify(person));
  at("who").textContent = person.name;
  for (const [id, text] of [["show-today", T.today], ["show-help", T.help], ["log-out", T.out]]) { at(id).hidden = false; at(id).textContent = text; }
  showJobs();
  loadLists().then(() => { const centres = at("centres"); centres?.replaceWith(centreButton(() => showJobs())); });
  flush();
}

// ---- jobs
async function showJobs(text = "") {
  state.opened = null;
  at("show-help").onclick = () => showHelp();
  const find = make("input", { id: "find", autocomplete: "off", placeholder: T.search, "aria-label": T.search, value: text });
  const list = make("div", { className: "jobs" });
  find.addEventListener("keydown", async (event) => {
    if (event.key !== "Enter") return;
    const found = await load(find.value.trim());
    if (found.length === 1 || (found.length && found.every((job) => job.order === found[0].order))) showJob(found[0]);
    else draw(list, found);
  });
  const lines = state.lines.length;
  const many = button(lines ? `${T.many} (${lines})` : T.many, showMany, { id: "many" });
  view.replaceChildren(make("div", { className: "finding" }, find, many), centreButton(() => showJobs()), make("div", { id: "calls" }), list);
  drawCalls();
  draw(list, state.jobs);
  find.focus();
  draw(list, await load(text));
}

async function load(text) {
  try {
    const answer = await ask(`jobs?q=${encodeURIComponent(text)}${state.here.length ? `&centre=${state.here.join(",")}` : ""}`);
    if (answer.status === 403) { showLogin(); return []; }
    offline(false);
    if (!answer.ok) { say(reason(answer.data), "bad"); return []; }
    if (!text) { state.jobs = answer.data.jobs; keepJobs(); }
    state.opened?.(answer.data.jobs);
    state.calls = answer.data.calls;
    state.causes = answer.data.causes;
    localStorage.setItem("shop-causes", JSON.stringify(state.causes));
    drawCalls();
    return answer.data.jobs;
  } catch {
    offline(true);
    return state.jobs.filter((job) => (text ? fits(job, text) : job.mine || !state.here.length || state.here.includes(job.centre_id)));
  }
}

function fits(job, text) {
  // as the server finds it: an order, an item, or order/operation
  const asked = text.toUpperCase();
  return [job.order, job.item, job.code, `${job.order}/${job.operation.split(" ")[0]}`].some((one) => one.toUpperCase().includes(asked));
}

function draw(list, found) {
  if (!found.length) return list.replaceChildren(make("p", { className: "soft", textContent: T.none }));
  list.replaceChildren(...found.map((job) => make("button", { type: "button", className: `job${job.mine ? " mine" : ""}${job.late ? " late" : ""}`, "data-job": job.id, onclick: () => showJob(job) },
    make("span", { className: "row" }, make("b", { textContent: job.item }), make("span", { className: "num", textContent: `${job.done} / ${job.planned} ${job.unit}` })),
    make("span", { textContent: `${job.operation} · ${job.centre}${job.machine ? ` · ${job.machine}` : ""}${job.team ? ` · ${job.team}` : ""}` }),
    job.ack || job.clock?.since ? make("span", { className: "tags" }, job.ack ? make("span", { className: "tag new", textContent: T.new }) : "", job.clock?.since ? make("span", { className: "tag runs", textContent: T.runs }) : "") : "",
    job.first && job.first !== "passed" ? make("span", { className: "bad", textContent: T[`first_${job.first}`] }) : "",
    make("span", { className: "row soft" }, make("span", { textContent: job.order }), make("span", { className: job.late ? "bad" : "", textContent: `${T.due} ${job.due}` })))));
}

// ---- today, help
async function showToday() {
  try {
    const { data } = await ask("today");
    const head = [T.order, T.operation, T.good, T.pay];
    view.replaceChildren(button(`← ${T.back}`, () => showJobs()), make("h1", { textContent: T.today }),
      make("table", {}, make("tr", {}, ...head.map((text, i) => make("th", { textContent: text, className: i > 1 ? "num" : "" }))),
        ...data.lines.map((line) => make("tr", {}, make("td", { textContent: `${line.order} ${line.item}` }), make("td", { textContent: line.operation }), make("td", { className: "num", textContent: line.good }), make("td", { className: "num", textContent: line.pay }))),
        make("tr", {}, make("th", { textContent: T.total }), make("th", {}), make("th", { className: "num", textContent: data.total.good }), make("th", { className: "num", textContent: data.total.pay }))),
      data.undo ? button(`${T.undo} ${data.undo.number}`, (event) => undo(event.currentTarget, data.undo), { id: "undo", className: "wide" }) : "");
  } catch { say(T.failed, "bad"); }
}

async function undo(asked, last) {
  if (!asked.dataset.sure) { asked.dataset.sure = "1"; asked.className = "wide call"; asked.textContent = `${T.sure} ${last.number}`; return; }
  asked.disabled = true;
  try {
    const answer = await ask("act", { act: "undo", report: last.id, request_id: crypto.randomUUID() });
    if (answer.ok) say(T.undone);
    else say(reason(answer.data), "bad");
    showToday();
  } catch { asked.disabled = false; say(T.failed, "bad"); }
}

function showHelp(job = null) {
  const call = (kind) => doAct({ act: "help", kind, operation: job?.id ?? "" }, `${T.help}: ${T[`help_${kind}`]}`, T.called);
  view.replaceChildren(button(`← ${T.back}`, () => (job ? showJob(job) : showJobs())),
    make("div", { className: "calls" }, ...["material", "quality", "machine", "help"].map((kind) => button(T[`help_${kind}`], () => call(kind), { className: "call", id: `help-${kind}` }))));
}

Object.assign(views, { login: showLogin, jobs: showJobs, job: showJob, help: showHelp, load });
at("show-today").onclick = showToday;
at("show-help").onclick = () => showHelp();
at("log-out").onclick = showLogin;
at("waiting").onclick = showWaiting;
addEventListener("online", () => flush(true));
setInterval(flush, 15000);
setInterval(lookForHelp, 4000);
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/shop/sw.js", { scope: "/shop/" }).catch(() => {});
count();
if (state.me) welcome(state.me);
else ask("token").then(({ data }) => (data.token ? welcome(data) : showLogin())).catch(() => showLogin());
