// The first piece: called for at the terminal, and how it stands told as soon as it is known; calls for help beside it.
import { T, ask, at, make, offline, reason, say, state } from "./shop-base.js";

export function drawCalls() {
  at("calls")?.replaceChildren(...state.calls.map((one) => make("div", { className: `mycall ${one.state}` }, make("b", { textContent: one.kind }), make("span", { textContent: one.place }), make("span", { className: "fill" }), make("span", { textContent: `${one.shown} ${one.who}` }))));
}

export async function lookForHelp() {
  const ids = Object.keys(state.watched);
  if (!state.me || (!state.calls.length && !ids.length) || document.hidden) return;
  try {
    const answer = await ask(`calls?first=${ids.join(",")}`);
    if (!answer.ok) return;
    state.calls = answer.data.calls;
    drawCalls();
    for (const id of ids) tellFirst(id, answer.data.first[id]);
  } catch { /* the next look tells */ }
}

export function watch(job, stands) {
  state.watched[job.id] = `${job.order} ${job.operation}`;
  sessionStorage.setItem("shop-first", JSON.stringify(state.watched));
  if (stands) drawFirst(job.id, stands);
}

export function tellFirst(id, stands) {
  drawFirst(id, stands);
  if (stands === "waiting" || stands === "needed") return; // needed: its call still waits here to be sent
  if (stands) say(`${state.watched[id]}: ${T[`first_${stands}`]}`, stands === "passed" ? "" : "bad");
  delete state.watched[id];
  sessionStorage.setItem("shop-first", JSON.stringify(state.watched));
}

export function drawFirst(id, stands) {
  for (const job of state.jobs) if (String(job.id) === String(id)) job.first = stands;
  const shown = document.querySelector(`[data-first="${id}"]`);
  if (!shown || !stands) return;
  shown.className = `first ${stands}`;
  shown.querySelector("b").textContent = T[`first_${stands}`];
  const caller = shown.querySelector("button");
  caller.hidden = stands === "waiting" || stands === "passed";
  caller.textContent = stands === "failed" ? T.first_again : T.first_call;
}

export function firstOf(job) {
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
