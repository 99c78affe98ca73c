// The machine board: operations as bars; a dragged bar is checked by the server at once.
const holder = document.getElementById("pl-gantt");
const board = JSON.parse(document.getElementById("pl-board").textContent);
const reasons = document.getElementById("pl-reasons");

function token() {
  return JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
}

function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function local(moment) {
  const pad = (figure) => String(figure).padStart(2, "0");
  return `${moment.getFullYear()}-${pad(moment.getMonth() + 1)}-${pad(moment.getDate())}T${pad(moment.getHours())}:${pad(moment.getMinutes())}:00`;
}

async function post(what, values) {
  const body = new URLSearchParams({ ...values, request_id: newId() });
  const answer = await fetch(`/planning/gantt/${what}`, { method: "POST", body, headers: { "X-CSRFToken": token() } });
  return { ok: answer.ok, reasons: (await answer.json().catch(() => ({ reasons: [String(answer.status)] }))).reasons };
}

function send(place, fit) {
  return post("move", { schedule: holder.dataset.schedule, operation: place.operation, centre: place.centre, start: place.start, fit: fit ? "1" : "" });
}

// A pinned bar is let go where it is: later schedules place it anew.
async function unpin(event) {
  const answer = await post("unpin", { slot: event.extendedProps.slot });
  if (answer.ok) window.location.reload();
  else reasons.replaceChildren(listed(answer.reasons));
}

function button(label, action, css) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `btn btn-sm ${css}`;
  made.textContent = label;
  made.addEventListener("click", action);
  return made;
}

function listed(texts) {
  const box = document.createElement("div");
  box.className = "gf-problems";
  const list = box.appendChild(document.createElement("ul"));
  for (const text of texts) list.append(Object.assign(document.createElement("li"), { textContent: text }));
  return box;
}

// Ask the server; what it refuses is told with its reasons, and the others may be asked to make room.
async function attempt(place, undone) {
  reasons.replaceChildren();
  const answer = await send(place, false);
  if (answer.ok) {
    window.location.reload();
    return;
  }
  const fit = button(holder.dataset.fit, async () => {
    const second = await send(place, true);
    if (second.ok) window.location.reload();
    else reasons.replaceChildren(listed(second.reasons), undo);
  }, "btn-primary me-2");
  const undo = button(holder.dataset.back, () => {
    undone();
    reasons.replaceChildren();
  }, "");
  reasons.replaceChildren(listed(answer.reasons), fit, undo);
  reasons.scrollIntoView({ block: "nearest" });
}

function dropped(info) {
  const [centre] = info.event.resourceIds;
  attempt({ operation: info.event.id, centre, start: local(info.event.start) }, info.revert);
}

function field(label, input) {
  const made = document.createElement("label");
  made.className = "d-inline-flex align-items-center gap-2 me-2";
  made.append(label, input);
  return made;
}

// Without a mouse: press a bar, choose machine and time.
function pressed(info) {
  const { event } = info;
  if (holder.dataset.may !== "1" || event.editable === false || !event.extendedProps.ways) return;
  const centres = document.createElement("select");
  centres.className = "form-select w-auto";
  for (const one of board.resources.filter((row) => event.extendedProps.ways.includes(row.id))) {
    centres.add(new Option(one.title, one.id, false, one.id === event.resourceIds[0]));
  }
  const start = Object.assign(document.createElement("input"), { type: "datetime-local", value: local(event.start).slice(0, 16) });
  start.className = "form-control w-auto";
  const form = document.createElement("form");
  form.className = "pl-place";
  form.append(Object.assign(document.createElement("b"), { textContent: event.extendedProps.full }));
  form.append(field(holder.dataset.centre, centres), field(holder.dataset.start, start));
  form.append(Object.assign(document.createElement("button"), { className: "btn btn-sm btn-primary", textContent: holder.dataset.move }));
  if (event.extendedProps.pinned) form.append(button(holder.dataset.unpin, () => unpin(event), "ms-2"));
  form.addEventListener("submit", (submitted) => {
    submitted.preventDefault();
    if (start.value) attempt({ operation: event.id, centre: centres.value, start: `${start.value}:00` }, () => {});
  });
  reasons.replaceChildren(form);
  reasons.scrollIntoView({ block: "nearest" });
  centres.focus();
}

const narrow = window.innerWidth < 700;

// A bar says what is done and for which order; when, the axis says. Machines fill the window, however many there are.
function label(info) {
  const made = document.createElement("div");
  made.className = "ec-event-title";
  made.textContent = info.event.title;
  return { domNodes: [made] };
}

// Dates as everywhere: 2026-11-27.
const day = (moment) => local(moment).slice(0, 10);
const weekday = new Intl.DateTimeFormat(board.language, { weekday: "short" });
const dates = {
  titleFormat: (start, end) => (day(start) === day(end) ? day(start) : `${day(start)} – ${day(end)}`),
  dayHeaderFormat: (moment) => `${day(moment).slice(5)} ${weekday.format(moment)}`,
};

EventCalendar.create(holder, {
  views: Object.fromEntries(["resourceTimelineDay", "resourceTimelineWeek", "resourceTimelineMonth"].map((name) => [name, dates])),
  view: narrow ? "resourceTimelineDay" : "resourceTimelineWeek",
  date: board.date,
  locale: board.language,
  firstDay: new Date(`${board.date}T00:00`).getDay(), // seven days from where the plan begins: what is past needs no room
  height: board.resources.length > 8 ? "max(420px, calc(100vh - 150px))" : "auto",
  slotDuration: "02:00",
  slotMinTime: board.hours[0],
  slotMaxTime: board.hours[1],
  slotWidth: narrow ? 64 : 46,
  slotLabelFormat: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  eventContent: label,
  headerToolbar: { start: "prev,next today", center: "title", end: "resourceTimelineDay,resourceTimelineWeek,resourceTimelineMonth" },
  ...(board.language === "en" ? {} : { buttonText: (texts) => ({ ...texts, today: "今天", resourceTimelineDay: "日", resourceTimelineWeek: "周", resourceTimelineMonth: "月", prev: "上一段", next: "下一段" }) }),
  resources: board.resources,
  events: board.events,
  editable: holder.dataset.may === "1",
  eventDurationEditable: false,
  eventDrop: dropped,
  eventClick: pressed,
  eventDidMount: (info) => {
    const extra = info.event.extendedProps;
    const span = `${local(info.event.start).replace("T", " ")} – ${local(info.event.end).replace("T", " ")}`;
    if (extra.setup) {
      info.el.title = `${extra.setup}: ${info.event.title}\n${span}`;
      return;
    }
    const held = extra.held.length ? `\n+ ${extra.held.join("\n+ ")}` : "";
    info.el.title = `${extra.pinned ? "◆ " : ""}${extra.full}\n${extra.item}\n${span}\n→ ${extra.due}${held}`;
    info.el.dataset.operation = info.event.id;
    if (holder.dataset.may !== "1" || info.event.editable === false) return;
    info.el.tabIndex = 0;
    info.el.setAttribute("role", "button");
    info.el.addEventListener("keydown", (key) => {
      if (key.key === "Enter") pressed(info);
    });
  },
});
