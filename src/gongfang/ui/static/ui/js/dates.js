// Dates as yyyy-mm-dd everywhere, typed in any usual way or picked from a calendar that loads when first needed.
import { settled } from "./cells.js";

let loading = null;

function script(name) {
  return new Promise((done, fail) => {
    const element = document.createElement("script");
    element.src = new URL("../../vendor/flatpickr/" + name, import.meta.url).href;
    element.onload = done;
    element.onerror = fail;
    document.head.append(element);
  });
}

function library() {
  loading = loading || (async () => {
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = new URL("../../vendor/flatpickr/flatpickr.min.css", import.meta.url).href;
    document.head.append(style);
    await script("flatpickr.min.js");
    if (document.documentElement.lang.startsWith("zh")) await script("zh.js");
    return window.flatpickr;
  })();
  return loading;
}

// What was typed is brought to yyyy-mm-dd before the calendar reads it; what is no date stays and is marked.
function tidy(event) {
  const input = event.target;
  const { value, fault } = settled({ kind: "date" }, input.value);
  input.classList.toggle("is-invalid", Boolean(fault));
  if (fault) event.stopImmediatePropagation();
  else if (value !== input.value) input.value = value;
}

async function open(input) {
  const flatpickr = await library();
  if (!input.isConnected || (document.activeElement !== input && !input.dataset.calendar)) return;
  if (!input._flatpickr) {
    flatpickr(input, {
      allowInput: true, clickOpens: false, dateFormat: "Y-m-d", disableMobile: true,
      locale: document.documentElement.lang.startsWith("zh") ? { ...flatpickr.l10ns.zh, firstDayOfWeek: 1 } : { firstDayOfWeek: 1 },
      onChange: () => input.dispatchEvent(new Event("change", { bubbles: true })),
    });
  }
  input._flatpickr.open();
}

export function attachDate(input) {
  if (input.dataset.dated) return;
  input.dataset.dated = "1";
  input.addEventListener("blur", tidy, true);
  input.addEventListener("click", () => open(input));
  input.addEventListener("keydown", (event) => {
    if (event.key === "F7" || (event.altKey && event.key === "ArrowDown")) {
      event.preventDefault();
      open(input);
    } else if (input._flatpickr?.isOpen && (event.key === "Escape" || event.key === "Enter")) {
      input._flatpickr.close();
      if (event.key === "Escape") event.stopPropagation(); // the dialog around it stays
    }
  });
}

export function wakeDates(scope) {
  for (const input of scope.querySelectorAll("input[data-gf-date]")) attachDate(input);
}
