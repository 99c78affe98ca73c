// Counting a sheet with a phone: each scan is one more; figures may be typed; what cannot be sent waits and is sent once.
import { ScanBox, newId, post } from "../ui/js/scan.js";
import { grouped, make, toast } from "../ui/js/say.js";

const data = JSON.parse(document.getElementById("count-data").textContent);
const words = JSON.parse(document.getElementById("count-texts").textContent);
const say = (name, values = {}) => (words[name] || name).replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
const list = document.getElementById("count-lines");
const show = document.getElementById("count-show");
const waiting = [];
let round = data.round;

const mine = (line) => (round > 1 ? line.recounted : line.counted);
const wanted = (line) => round === 1 || line.again;

function place(line) {
  const at = data.lines.findIndex((one) => one.id === line.id);
  if (at < 0) data.lines.push(line);
  else data.lines[at] = line;
}

function draw(touched = null) {
  const lines = data.lines.filter(wanted);
  const done = lines.filter((line) => mine(line) !== null);
  document.getElementById("count-progress").textContent = say("progress", { done: done.length, all: lines.length });
  const shown = show.value === "all" ? lines : lines.filter((line) => mine(line) === null || line.id === touched);
  list.replaceChildren(...shown.map(row));
  if (!shown.length) list.append(make("li", { class: "gf-none" }, say("none")));
}

function row(line) {
  const figure = make("input", { class: "form-control", inputmode: "decimal", autocomplete: "off", value: mine(line) ?? "", "aria-label": say("set") + " " + line.code });
  figure.addEventListener("keydown", (event) => event.key === "Enter" && figure.blur());
  figure.addEventListener("change", () => {
    if (figure.value.trim() !== "") send({ item: line.item, lot: line.lot, quantity: figure.value, adds: false });
  });
  const about = [line.name, line.spec, line.lotCode].filter(Boolean).join(" · ");
  const book = line.book === null ? "" : ` · ${say("book")} ${grouped(line.book)}`;
  return make("li", { class: "gs-line" + (mine(line) !== null ? " gs-done" : line.again ? " gs-again" : ""), "data-line": line.id },
    make("span", {}, make("b", {}, line.code), make("small", {}, about + book)),
    make("span", { class: "gs-figure" }, figure, make("small", {}, line.unit)));
}

function now(line) {
  const holder = document.getElementById("count-now");
  holder.hidden = false;
  holder.replaceChildren(make("small", {}, `${line.code} ${line.name} ${line.lotCode}`), make("div", {}, make("b", {}, grouped(mine(line) ?? "0")), ` ${line.unit}`));
}

const box = new ScanBox(document.querySelector("[data-gf-scan]"), (code) => send({ code, quantity: "1", adds: true }));
box.box.dataset.noCamera = say("camera");

async function send(body) {
  body.request_id = body.request_id || newId();
  body.at = body.at || new Date().toISOString();
  let answer;
  try {
    answer = await post(data.tally, body);
  } catch (error) {
    waiting.push(body);
    waits();
    return;
  }
  if (answer.ok) {
    for (const line of answer.data.lines || [answer.data.line]) place(line);
    draw(answer.data.line.id);
    now(answer.data.line);
    box.ok((answer.data.lines || [answer.data.line]).map((line) => `${line.code} ${line.lotCode} = ${grouped(mine(line))}`).join(", "));
    return;
  }
  const text = (answer.data.problems || [say("failed")]).join(" ");
  const there = (answer.data.codes || []).includes("not_on_sheet");
  box.bad(text, there ? { title: say("add"), run: () => send({ ...body, new: true, request_id: newId() }) } : null);
  draw();
}

function waits() {
  const holder = document.getElementById("count-waiting");
  holder.hidden = !waiting.length;
  holder.textContent = say("waiting", { count: waiting.length });
}

setInterval(async () => {
  while (waiting.length) {
    const body = waiting[0];
    try {
      const answer = await post(data.tally, body);
      waiting.shift();
      if (answer.ok) for (const line of answer.data.lines || [answer.data.line]) place(line);
      else box.bad((answer.data.problems || []).join(" "));
    } catch (error) {
      break;
    }
    draw();
    waits();
  }
}, 4000);

async function finish(rest) {
  const answer = await post(data.finish, { request_id: newId(), rest_is_zero: rest });
  if (!answer.ok) return box.bad((answer.data.problems || [say("failed")]).join(" "));
  data.lines = answer.data.lines;
  if (answer.data.round > round) {
    round = answer.data.round;
    show.value = "open";
    draw();
    return box.bad(say("recount"));
  }
  toast(say("sent"));
  window.location.href = data.back;
}

document.getElementById("count-finish").addEventListener("click", () => {
  const rest = round === 1 ? data.lines.filter((line) => line.counted === null).length : 0;
  if (!rest) return finish(false);
  box.bad(say("rest", { count: rest }), { title: say("yes"), run: () => finish(true) });
});
show.addEventListener("change", () => draw());
draw();
