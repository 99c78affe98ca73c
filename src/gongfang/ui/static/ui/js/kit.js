// The shell's behaviour: menu, theme, keys, toasts, dialogs; wakes the other parts on the page and in every fetched fragment.
import { closeDialog, enterDialog } from "./dialogs.js";
import { startPalette } from "./palette.js";
import { wakeLists } from "./list.js";
import { wakeLookups } from "./lookup.js";
import { wakeGrids } from "./grid.js";
import { wakeScans } from "./entryscan.js";
import { wakeAnswers } from "./answers.js";
import { wakeDates } from "./dates.js";
import { wakeForms } from "./entry.js";
import { wakeTicks } from "./ticks.js";
import { text, toast } from "./say.js";

const root = document.documentElement;

function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch (error) {
    /* private mode */
  }
}

function toggleMenu() {
  if (window.matchMedia("(max-width: 991px)").matches) {
    root.classList.toggle("gf-menu-open");
  } else {
    remember("gf-narrow", root.classList.toggle("gf-narrow") ? "1" : "0");
  }
}

function toggleTheme() {
  const next = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
  root.setAttribute("data-bs-theme", next);
  remember("gf-theme", next);
  document.dispatchEvent(new CustomEvent("gf:theme"));
}

const ACTIONS = {
  menu: toggleMenu,
  theme: toggleTheme,
  keys: () => document.getElementById("gf-keys")?.showModal(),
  palette: () => document.dispatchEvent(new CustomEvent("gf:palette")),
  "close-dialog": closeDialog,
  print: () => window.print(),
  back: () => history.back(),
};

document.addEventListener("click", (event) => {
  const trigger = event.target.closest("[data-gf]");
  if (trigger && ACTIONS[trigger.dataset.gf]) {
    ACTIONS[trigger.dataset.gf](trigger);
  }
  for (const open of document.querySelectorAll("details.gf-filter[open]")) {
    if (!open.contains(event.target)) open.removeAttribute("open");
  }
});

document.addEventListener("toggle", (event) => {
  const group = event.target;
  if (group.classList?.contains("gf-group") && group.open) {
    for (const other of document.querySelectorAll(".gf-group[open]")) if (other !== group) other.open = false;
  }
}, true);

function typing(target) {
  return target.closest?.("input, textarea, select, [contenteditable]");
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    ACTIONS.palette();
  } else if (event.altKey && event.key.toLowerCase() === "n") {
    const link = document.querySelector("[data-gf-new]");
    if (link) {
      event.preventDefault();
      link.click();
    }
  } else if (!typing(event.target) && !event.ctrlKey && !event.metaKey && !event.altKey) {
    if (event.key === "?") ACTIONS.keys();
    if (event.key === "/") {
      const quick = document.querySelector(".gf-quick input");
      if (quick) {
        event.preventDefault();
        quick.focus();
        quick.select();
      }
    }
  }
});

// -------------------------------------------------------------------------------------------- what comes back from the server
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  if (status === 401) window.location.href = "/login?next=" + encodeURIComponent(window.location.pathname + window.location.search);
  else toast(status === 403 ? text("forbidden") : text("failed"), "error");
});
document.addEventListener("htmx:sendError", () => toast(text("offline"), "error"));
document.addEventListener("gf:toast", (event) => toast(event.detail.value || event.detail.text, event.detail.kind));
document.addEventListener("gf:close-dialog", closeDialog);

function wake(scope) {
  wakeLists(scope);
  wakeLookups(scope);
  wakeGrids(scope);
  wakeScans(scope);
  wakeAnswers(scope);
  wakeForms(scope);
  wakeTicks(scope);
  wakeDates(scope);
  const charts = scope.querySelectorAll("[data-gf-chart]");
  if (charts.length) import("./charts.js").then((module) => charts.forEach(module.draw));
  if (scope === document) return;
  (scope.querySelector("[autofocus], [data-gf-focus]") || scope.querySelector("[data-gf-refused] .is-invalid"))?.focus();
  enterDialog(scope);
}

document.addEventListener("htmx:load", (event) => {
  if (event.detail.elt !== document.body) wake(event.detail.elt.parentNode || document);
});
wake(document);
startPalette();
for (const shown of document.querySelectorAll(".gf-toast")) setTimeout(() => shown.remove(), 6000);

// A tab strip: the first click on a tab fetches it.
document.addEventListener("click", (event) => {
  const tab = event.target.closest(".gf-tabs [role=tab]");
  if (!tab) return;
  const strip = tab.closest(".gf-tabs");
  for (const other of strip.querySelectorAll("[role=tab]")) {
    const on = other === tab;
    other.setAttribute("aria-selected", on ? "true" : "false");
    const panel = document.getElementById(other.getAttribute("aria-controls"));
    if (panel) panel.hidden = !on;
  }
});
document.addEventListener("keydown", (event) => {
  const tab = event.target.closest?.(".gf-tabs [role=tab]");
  if (!tab || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  const tabs = [...tab.closest(".gf-tabs").querySelectorAll("[role=tab]")];
  const next = tabs[(tabs.indexOf(tab) + (event.key === "ArrowRight" ? 1 : tabs.length - 1)) % tabs.length];
  next.focus();
  next.click();
});
