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

async function send(event, fit) {
  const body = new URLSearchParams({
    schedule: holder.dataset.schedule, operation: event.id, start: local(event.start), request_id: newId(), fit: fit ? "1" : "",
  });
  const answer = await fetch("/planning/gantt/move", { method: "POST", body, headers: { "X-CSRFToken": token() } });
  return { ok: answer.ok, reasons: (await answer.json().catch(() => ({ reasons: [String(answer.status)] }))).reasons };
}

function button(label, action, css) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `btn btn-sm ${css}`;
  made.textContent = label;
  made.addEventListener("click", action);
  return made;
}

async function dropped(info) {
  reasons.replaceChildren();
  const answer = await send(info.event, false);
  if (answer.ok) {
    window.location.reload();
    return;
  }
  const list = document.createElement("ul");
  list.className = "gf-problems";
  for (const reason of answer.reasons) {
    const item = document.createElement("li");
    item.textContent = reason;
    list.append(item);
  }
  const fit = button(holder.dataset.fit, async () => {
    const second = await send(info.event, true);
    if (second.ok) window.location.reload();
    else list.replaceChildren(...second.reasons.map((reason) => Object.assign(document.createElement("li"), { textContent: reason })));
  }, "btn-primary me-2");
  const undo = button(holder.dataset.back, () => {
    info.revert();
    reasons.replaceChildren();
  }, "");
  reasons.replaceChildren(list, fit, undo);
}

const narrow = window.innerWidth < 700;

// A bar says what is done and for which order; when, the axis says. Machines fill the window, however many there are.
function label(info) {
  const made = document.createElement("div");
  made.className = "ec-event-title";
  made.textContent = info.event.title;
  return { domNodes: [made] };
}

EventCalendar.create(holder, {
  view: narrow ? "resourceTimelineDay" : "resourceTimelineWeek",
  date: board.date,
  locale: board.language,
  firstDay: 1,
  height: board.resources.length > 8 ? "max(420px, calc(100vh - 150px))" : "auto",
  slotDuration: "02:00",
  slotMinTime: "06:00",
  slotMaxTime: "24:00",
  slotWidth: narrow ? 64 : 44,
  eventContent: label,
  headerToolbar: { start: "prev,next today", center: "title", end: "resourceTimelineDay,resourceTimelineWeek,resourceTimelineMonth" },
  ...(board.language === "en" ? {} : { buttonText: (texts) => ({ ...texts, today: "今天", resourceTimelineDay: "日", resourceTimelineWeek: "周", resourceTimelineMonth: "月", prev: "上一段", next: "下一段" }) }),
  resources: board.resources,
  events: board.events,
  editable: holder.dataset.may === "1",
  eventDurationEditable: false,
  eventDrop: dropped,
  eventDidMount: (info) => {
    const extra = info.event.extendedProps;
    const span = `${local(info.event.start).replace("T", " ")} – ${local(info.event.end).replace("T", " ")}`;
    if (extra.setup) {
      info.el.title = `${extra.setup}: ${info.event.title}\n${span}`;
      return;
    }
    const held = extra.held.length ? `\n+ ${extra.held.join("\n+ ")}` : "";
    info.el.title = `${extra.full}\n${extra.item}\n${span}\n→ ${extra.due}${held}`;
    info.el.dataset.operation = info.event.id;
  },
});
