// One job: what it is, its clock, and the pieces to report, three touches.
import { BAD, KINDS, T, at, button, dialog, fetchFile, make, now, pad, rest, say, state, view, views } from "./shop-base.js";
import { crewButton, machineButton, usualMachine } from "./shop-crew.js";
import { drawFirst, firstOf, lookForHelp, watch } from "./shop-first.js";
import { doAct, follow } from "./shop-sending.js";

const clockTime = (milliseconds) => { const day = new Date(milliseconds - state.skew); return `${String(day.getHours()).padStart(2, "0")}:${String(day.getMinutes()).padStart(2, "0")}`; };

function startsOf(job, label) {
  // acknowledge, start, stop, go on: what fits how the job and the person's clock stand
  const row = make("div", { className: "starts" });
  const told = make("span", { className: "num", id: "my-time" });
  const act = async (name, done) => {
    if (!await doAct({ act: name, operation: job.id }, `${label}: ${T[name]}`, done, false)) return;
    if (!state.jobs.includes(job)) follow(job, name, now()); // found by a search, or seen before the list was fresh
    if (name === "begin" && job.first && job.first !== "passed") { watch(job); lookForHelp(); } // beginning calls the inspector
    draw();
  };
  const tell = () => {
    const clock = job.clock;
    const minutes = Number(clock.minutes) + (clock.since ? Math.max(now() - clock.since, 0) / 60000 : 0);
    told.textContent = clock.since ? `${T.my_time} ${Math.floor(minutes)} ${T.min} · ${T.since} ${clockTime(clock.since)}` : `${T.my_time} ${Math.floor(minutes)} ${T.min}`;
  };
  const draw = () => {
    const clock = job.clock;
    const starts = clock ? !clock.since : job.state === "open";
    row.replaceChildren(...[
      job.ack ? button(T.acknowledge, () => act("acknowledge", T.acknowledged), { id: "acknowledge", className: "go" }) : "",
      starts ? button(clock && Number(clock.minutes) > 0 ? T.go_on : T.begin, () => act("begin", T.begun), { id: "begin" }) : "",
      clock?.since ? button(T.stop, () => act("stop", T.stopped), { id: "stop", className: "stop" }) : "",
      clock && (clock.since || Number(clock.minutes) > 0) ? told : "",
    ].filter(Boolean));
    if (clock) tell();
  };
  draw();
  const timer = setInterval(() => { if (!row.isConnected) clearInterval(timer); else if (job.clock?.since) tell(); }, 10000);
  return { row, draw };
}

function papersOf(job) {
  // pictures as small ones that grow, PDF by name
  if (!job.files?.length) return "";
  const address = (one) => `files?operation=${job.id}&file=${one.id}`;
  const lost = () => say(T.no_file, "bad");
  const picture = (one) => {
    const small = make("img", { alt: one.name });
    const opener = make("button", { type: "button", className: "picture", title: one.name, "aria-label": one.name, onclick: async () => {
      try { await dialog(make("img", { src: await fetchFile(address(one)), alt: one.name, className: "large" }), make("div", { className: "row" }, make("button", { value: "", textContent: T.close }))); } catch { lost(); }
    } }, small);
    fetchFile(address(one)).then((url) => { small.src = url; }).catch(() => { opener.replaceChildren(one.name); });
    return opener;
  };
  const paper = (one) => button(one.name, async () => {
    const page = open("", "_blank"); // at once: later it would count as a pop-up
    try { const url = await fetchFile(address(one)); if (page) page.location = url; else location.assign(url); } catch { page?.close(); lost(); }
  }, { className: "paper" });
  return make("div", { className: "papers" }, ...job.files.map((one) => (one.kind === "image" ? picture(one) : paper(one))));
}

export function showJob(job) {
  const counts = { good: job.ready === "0" ? "" : job.ready, scrap_material: "", scrap_worker: "", rework: "", minutes: "" };
  const label = `${job.order} ${job.operation}`;
  let kind = "good";
  let cause = "";
  let people = [];
  let machine = usualMachine(job);
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
    ...state.causes.map((text) => button(text, () => { cause = cause === text ? "" : text; words.value = ""; draw(); })), words);
  const send = async () => {
    if (!KINDS.some((name) => Number(counts[name]) > 0)) return say(T.zero, "bad");
    const bad = BAD.some((name) => Number(counts[name]) > 0);
    await doAct({ act: "report", operation: job.id, ...counts, cause: bad ? cause.trim() : "", machine, people }, `${label}: ${counts.good || 0}`, T.sent);
  };
  const starts = startsOf(job, label);
  const counted = make("p", { className: "num" });
  const tell = () => { counted.textContent = `${job.done} ${T.of} ${job.planned} ${job.unit} · ${job.ready} ${T.ready}`; };
  state.opened = (found) => {
    const seen = found.find((one) => one.id === job.id);
    if (!seen) return;
    Object.assign(job, { done: seen.done, ready: seen.ready, state: seen.state, clock: seen.clock, ack: seen.ack });
    if (!own) counts.good = rest(job.ready, BAD.map((name) => counts[name]));
    tell();
    starts.draw();
    draw();
  };
  view.replaceChildren(make("div", { className: "work" },
    make("section", { className: "info" },
      button(`← ${T.back}`, () => views.jobs(), { className: "back" }),
      make("h1", { textContent: job.item }), make("p", { className: "soft", textContent: `${job.code} ${job.spec}` }),
      make("p", { textContent: `${T.order} ${job.order}` }), make("p", { textContent: `${T.operation} ${job.operation} · ${job.centre}` }),
      counted,
      make("p", { className: job.late ? "bad" : "soft", textContent: `${T.due} ${job.due}${job.late ? ` · ${T.late}` : ""}` }),
      job.drawing ? make("p", { textContent: `${T.drawing} ${job.drawing}` }) : "", job.instruction ? make("p", { textContent: `${T.instruction}: ${job.instruction}` }) : "",
      papersOf(job),
      job.remark ? make("p", { className: "soft", textContent: job.remark }) : "",
      job.first ? firstOf(job) : "",
      starts.row),
    make("section", {}, make("div", { className: "kinds" }, ...Object.values(buttons)), why,
      make("div", { className: "choices" }, crewButton(people, (chosen) => { people = chosen; }), machineButton(job, machine, (chosen) => { machine = chosen; })),
      pad(key), button(T.report, send, { className: "go wide", id: "report" }))));
  draw();
  tell();
  if (job.first) drawFirst(job.id, job.first);
  if (job.first === "waiting") watch(job);
  at("show-help").onclick = () => views.help(job);
}
