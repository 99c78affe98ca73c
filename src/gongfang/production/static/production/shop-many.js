// Several orders in one report: scanned one after another, each with its pieces; all of them or none.
import { BAD, KINDS, T, at, button, keepLines, lineOf, make, rest, say, state, view, views } from "./shop-base.js";
import { crewButton, usualMachine } from "./shop-crew.js";
import { doAct, refused } from "./shop-sending.js";

const LINES_MAX = 100;
const labelOf = (line) => `${line.order} ${line.operation}`;

async function scanned(code) {
  // an order's code takes the first operation with pieces to report that is not in the list; order/20 takes that one
  const [number, operation] = code.toUpperCase().split("/").map((part) => part.trim());
  const found = (await views.load(number)).filter((job) => job.order.toUpperCase() === number && (!operation || job.operation.split(" ")[0] === operation));
  if (!state.me) return;
  const fresh = found.filter((job) => !state.lines.some((line) => line.id === job.id));
  const job = fresh.find((one) => one.ready !== "0") ?? fresh[0];
  if (!found.length) say(`${T.many_unknown} ${code}`, "bad");
  else if (!job) say(`${T.many_twice}: ${code}`, "warn");
  else if (state.lines.length >= LINES_MAX) say(T.many_full, "bad");
  else state.lines.push({ id: job.id, order: job.order, operation: job.operation, item: job.item, unit: job.unit, ready: job.ready, centre_id: job.centre_id, good: job.ready === "0" ? "" : job.ready, machine: usualMachine(job), wrong: "" });
  keepLines();
}

function moreOf(line, good) {
  // bad pieces with their cause, and the machine; good pieces that were only proposed become what is left
  const field = (name, properties = {}) => make("label", {}, make("span", { textContent: T[name] }), make("input", { autocomplete: "off", value: line[name] ?? "", "data-name": name, "aria-label": `${T[name]} ${labelOf(line)}`, ...properties,
    oninput: (event) => {
      line[name] = event.currentTarget.value.trim();
      if (BAD.includes(name) && !line.own) good.value = line.good = rest(line.ready, BAD.map((bad) => line[bad]));
      keepLines();
    } }));
  return make("div", { className: "more", hidden: !line.open }, ...BAD.map((name) => field(name, { inputMode: "decimal" })),
    field("cause", { className: "word", maxLength: 100, list: "causes" }), field("machine", { className: "word", maxLength: 40, list: `machines-${line.centre_id}` }));
}

function rowOf(line, redraw) {
  const good = make("input", { inputMode: "decimal", autocomplete: "off", className: "good", value: line.good, "aria-label": `${T.good} ${labelOf(line)}`, oninput: () => { line.good = good.value.trim(); line.own = true; keepLines(); } });
  const more = moreOf(line, good);
  const opener = button("⋯", () => { line.open = more.hidden; more.hidden = !more.hidden; opener.setAttribute("aria-expanded", String(line.open)); keepLines(); }, { "aria-label": `${T.more} ${labelOf(line)}`, "aria-expanded": String(Boolean(line.open)) });
  const marked = BAD.some((name) => Number(line[name]) > 0);
  opener.classList.toggle("marked", marked);
  return make("div", { className: "line", "data-line": line.id },
    make("div", {}, make("b", { textContent: line.item }), make("span", { textContent: labelOf(line) }), make("span", { className: "soft num", textContent: line.ready === "0" ? T.many_short : `${line.ready} ${line.unit} ${T.ready}` })),
    good, opener, button("✕", () => { state.lines = state.lines.filter((one) => one !== line); keepLines(); redraw(); }, { "aria-label": `${T.drop} ${labelOf(line)}` }),
    more, line.wrong ? make("p", { className: "bad", textContent: line.wrong }) : "");
}

function choicesFor() {
  const ids = [...new Set(state.lines.map((line) => line.centre_id))];
  return [make("datalist", { id: "causes" }, ...state.causes.map((text) => make("option", { value: text }))),
    ...ids.map((id) => make("datalist", { id: `machines-${id}` }, ...(state.machines[id] ?? []).map((one) => make("option", { value: one.code, textContent: one.name }))))];
}

const linesOf = (lines) => lines.map((line) => ({ operation: line.id, machine: line.machine ?? "", cause: BAD.some((name) => Number(line[name]) > 0) ? line.cause ?? "" : "", ...Object.fromEntries(KINDS.map((name) => [name, line[name] ?? ""])) }));

export function showMany() {
  let people = [];
  const scan = make("input", { id: "scan", autocomplete: "off", placeholder: T.many_scan, "aria-label": T.many_scan });
  const list = make("div", { className: "lines" });
  const lists = make("div", { hidden: true });
  const general = make("p", { className: "bad", id: "many-wrong" });
  const sender = make("button", { type: "button", className: "go wide", id: "report-many" });
  const draw = () => {
    list.replaceChildren(...(state.lines.length ? state.lines.map((line) => rowOf(line, draw)) : [make("p", { className: "soft", textContent: T.many_none })]));
    lists.replaceChildren(...choicesFor());
    sender.textContent = state.lines.length ? `${T.many_send} (${state.lines.length})` : T.many_send;
    sender.disabled = !state.lines.length;
  };
  let turn = Promise.resolve(); // scans are looked up one after another, as fast as they come
  scan.addEventListener("keydown", (event) => {
    const code = scan.value.trim();
    if (event.key !== "Enter" || !code) return;
    scan.value = "";
    turn = turn.then(() => scanned(code)).then(() => { if (state.me) draw(); });
  });
  sender.onclick = async () => {
    sender.disabled = true;
    await turn;
    const sent = state.lines;
    for (const line of sent) line.wrong = KINDS.some((name) => Number(line[name]) > 0) ? "" : T.zero;
    general.textContent = "";
    if (sent.some((line) => line.wrong)) { say(T.zero, "bad"); return draw(); }
    const labels = sent.map(labelOf);
    state.lines = []; // what is under way is in the queue, not in the list: sent once
    keepLines();
    const data = { act: "report_many", lines: linesOf(sent), people };
    if (await doAct(data, labels.map((label, n) => `${label}: ${sent[n].good || 0}`).join("\n"), T.sent, true, labels)) return;
    state.lines = sent;
    keepLines();
    for (const problem of refused().kind === "confirm" ? [] : refused().problems ?? []) {
      const line = sent[lineOf(problem)];
      if (line) line.wrong = [line.wrong, problem.message].filter(Boolean).join(" ");
      else general.textContent = `${general.textContent} ${problem.message}`.trim();
    }
    draw();
  };
  view.replaceChildren(make("div", { className: "many" }, button(`← ${T.back}`, () => views.jobs(), { className: "back" }), make("h1", { textContent: T.many }), scan, general, list, lists,
    make("div", { className: "choices" }, crewButton(people, (chosen) => { people = chosen; }, "crew-many")), sender));
  at("show-help").onclick = () => views.help();
  draw();
  scan.focus();
}
