// Doing, with or without network: every act waits in the queue under its request id and with its moment until it is answered.
import { add, all, put, remove } from "./shop-queue.js";
import { KINDS, T, ask, at, button, dialog, keepJobs, make, now, offline, reason, rest, say, state, view, views } from "./shop-base.js";

const LATER = new Set(["out_of_sequence", "order_paused", "not_released", "first_piece", "clock_not_running"]); // may become right when others' acts arrive
const BY_DAY = new Set(["period_closed", "period_not_open", "too_old", "in_future"]); // its moment is what is wrong
const TRIES = 16; // of what may become right: after 15 s, 30 s, 1 min … at last every quarter of an hour, some three hours in all
const underWay = new Set(); // entered now and being sent: not the queue's business yet
let refusal = {}; // what was said to the last entry that was refused
let sending = false;

export const refused = () => refusal;

const confirmed = (entry) => ({ ...entry, data: { ...entry.data, confirm: [...new Set([...(entry.data.confirm ?? []), ...(entry.asks ?? [])])] } });
const asks = () => (refusal.kind === "confirm" ? refusal.problems.map((problem) => problem.code) : []);

export async function doAct(data, label, done, leave = true, labels = []) {
  let entry = { id: crypto.randomUUID(), at: Date.now(), moment: now(), token: state.me.token, label, labels, data };
  underWay.add(entry.id);
  await add(entry);
  let result = await send(entry, true);
  while (result === "refused" && asks().length && await agrees(reason(refusal, labels))) {
    entry = confirmed({ ...entry, asks: asks() });
    await put(entry);
    result = await send(entry, true);
  }
  if (result === "refused") await remove(entry.id);
  underWay.delete(entry.id);
  if (result === "sent") say(done);
  else if (result === "kept") say(T.kept, "warn");
  else { count(); return false; }
  count();
  reckon(data, entry.moment);
  if (leave) views.jobs();
  return true;
}

async function agrees(text) {
  const answer = await dialog(make("p", { textContent: text }), make("div", { className: "row" },
    make("button", { value: "", textContent: T.back }), make("button", { value: "yes", id: "anyway", className: "go", textContent: T.anyway })));
  return answer === "yes";
}

async function send(entry, here = false) {
  // sent, kept (no network) or refused; a warning is asked about by whoever is here
  let answer;
  try {
    answer = await ask("act", { ...entry.data, at: entry.moment ?? entry.at, request_id: entry.id }, entry.token);
  } catch {
    offline(true);
    return "kept";
  }
  offline(false);
  if (answer.ok) { await remove(entry.id); return "sent"; }
  refusal = answer.data;
  if (!here || !asks().length) say(reason(answer.data, entry.labels), "bad");
  return "refused";
}

function reckon({ act, operation, lines = [], minutes, ...counts }, moment) {
  // the list known here is right at once after an act, sent or kept; the next look at the server tells the rest
  const reported = act === "report" ? [{ operation, ...counts }] : lines;
  for (const line of reported) {
    if (line.cause && !state.causes.includes(line.cause)) state.causes = [line.cause, ...state.causes].slice(0, 6);
    for (const job of state.jobs) {
      if (job.id !== line.operation) continue;
      const pieces = KINDS.map((name) => line[name]);
      const done = pieces.slice(0, 3).reduce((sum, one) => sum + Math.round(Number(one || 0) * 1e6), Math.round(Number(job.done.replaceAll(",", "")) * 1e6));
      job.ready = rest(job.ready, pieces) || "0";
      job.done = (done / 1e6).toLocaleString("en-US", { maximumFractionDigits: 6 });
      if (job.clock && !minutes) job.clock = { minutes: "0", since: null };
    }
  }
  for (const job of state.jobs) if (job.id === operation) follow(job, act, moment);
  keepJobs();
}

export function follow(job, act, moment) {
  // how a job and the person's clock stand after an act
  if (act === "begin") { job.state = "started"; if (job.clock) job.clock.since ??= moment; }
  if (act === "stop" && job.clock) job.clock = { minutes: String(Number(job.clock.minutes) + Math.max(moment - (job.clock.since ?? moment), 0) / 60000), since: null };
  if (act === "acknowledge") job.ack = false;
}

async function putOff(entry) {
  // what may become right is tried again by itself, a bounded number of times; all else waits for a person
  const problems = refusal.problems ?? [];
  const tries = (entry.tries ?? 0) + 1;
  const later = problems.length > 0 && problems.every((problem) => LATER.has(problem.code)) && tries < TRIES;
  const byDay = problems.some((problem) => BY_DAY.has(problem.code));
  await put({ ...entry, tries, told: reason(refusal, entry.labels), asks: asks(), byDay, refused: !later, due: Date.now() + Math.min(15000 * 2 ** (tries - 1), 900000) });
}

export async function flush(atOnce = false) {
  // at once: what was put off is tried too
  if (sending) return;
  sending = true;
  let sent = false;
  try {
    for (const entry of await all()) {
      if (entry.refused || underWay.has(entry.id) || (!atOnce && entry.due > Date.now())) continue;
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

export async function count() {
  const entries = await all();
  at("waiting").hidden = entries.length === 0;
  at("waiting").textContent = `${entries.length} ${T.waits}`;
}

export async function showWaiting() {
  const entries = await all();
  const again = async (entry) => { await put({ ...entry, refused: false, tries: 0, due: 0, asks: [], byDay: false }); await flush(); showWaiting(); };
  const drop = async (entry) => { await remove(entry.id); count(); showWaiting(); };
  view.replaceChildren(button(`← ${T.back}`, () => (state.me ? views.jobs() : views.login())),
    ...entries.map((entry) => make("div", { className: "info" }, make("p", { textContent: entry.label }), make("p", { className: "soft num", textContent: `${T.entered} ${moment(entry.moment ?? entry.at)}` }),
      entry.told ? make("p", { className: entry.refused ? "bad" : "soft", textContent: `${entry.refused ? T.refused : T.again}: ${entry.told}` }) : "",
      make("div", { className: "row" },
        entry.asks?.length ? button(T.anyway, () => again(confirmed(entry)), { className: "go" }) : "",
        entry.byDay ? button(T.for_now, () => again({ ...entry, moment: now() })) : "",
        entry.asks?.length || entry.byDay ? "" : button(T.retry, () => again(entry)), button(T.drop, () => drop(entry))))));
}

function moment(milliseconds) {
  const two = (figure) => String(figure).padStart(2, "0");
  const day = new Date(milliseconds);
  return `${two(day.getMonth() + 1)}-${two(day.getDate())} ${two(day.getHours())}:${two(day.getMinutes())}`;
}
