// Dialogs: the focus goes in, stays inside and comes back; what was typed is not lost by a slip of the mouse.
const FOCUSABLE = "a[href], button:not([disabled]), input:not([type=hidden]):not([disabled]), select:not([disabled]), textarea:not([disabled])";

let opener = null; // what was pressed
let pressed = null; // where the mouse went down

function holder() {
  return document.getElementById("gf-dialog");
}

export function closeDialog() {
  if (!holder()?.firstElementChild) return;
  holder().replaceChildren();
  const back = opener?.offsetParent ? opener : opener?.closest(".dropdown")?.querySelector("[data-bs-toggle]");
  back?.focus();
  opener = null;
}

function reachable(scope) {
  return [...scope.querySelectorAll(FOCUSABLE)].filter((one) => one.tabIndex >= 0 && one.offsetParent !== null);
}

// The first field, or the button that does it where nothing is asked; after a refusal the first faulty field.
export function enterDialog(scope) {
  const box = scope.querySelector?.(".gf-modal-box");
  if (!box || box.contains(document.activeElement)) return;
  const body = box.querySelector(".gf-modal-body");
  const first = box.querySelector(".is-invalid") || (body && reachable(body).find((one) => one.matches("input, select, textarea")));
  (first || box.querySelector("[autofocus], .btn-go") || reachable(box)[0])?.focus();
  if (first?.type === "text") first.select(); // typing replaces what is proposed
}

function changed(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.options) return field.selectedIndex !== [...field.options].findIndex((option) => option.defaultSelected) && field.value !== "";
  return field.type !== "hidden" && field.value !== field.defaultValue;
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target === holder() && !holder().contains(document.activeElement)) opener = document.activeElement;
});

document.addEventListener("mousedown", (event) => {
  pressed = event.target;
});

document.addEventListener("click", (event) => {
  if (!event.target.classList?.contains("gf-modal") || pressed !== event.target) return;
  if (![...event.target.querySelectorAll("input, select, textarea")].some(changed)) closeDialog();
});

document.addEventListener("keydown", (event) => {
  const box = holder()?.querySelector(".gf-modal-box");
  if (!box || event.defaultPrevented) return;
  if (event.key === "Escape") closeDialog();
  if (event.key !== "Tab") return;
  const places = reachable(box);
  const at = places.indexOf(document.activeElement);
  if (!places.length || (at > 0 && at < places.length - 1)) return;
  if (at < 0 || (event.shiftKey ? at === 0 : at === places.length - 1)) {
    event.preventDefault();
    places[event.shiftKey ? places.length - 1 : 0].focus();
  }
});
