// Forms: Ctrl+S, number fields, and a draft kept on this device until the server has it.
import { make, text } from "./say.js";

export function wakeForms(scope) {
  for (const form of scope.querySelectorAll("form[data-gf-entry]:not([data-awake])")) wake(form);
}

function wake(form) {
  form.dataset.awake = "1";
  const key = "gf-draft:" + form.dataset.gfEntry;
  const grids = () => [...form.querySelectorAll(".gf-grid-entry")];
  let timer = 0;
  let sent = false;

  function read() {
    const fields = {};
    for (const field of form.elements) {
      if (!field.name || field.type === "file" || ["csrfmiddlewaretoken", "request_id", "version"].includes(field.name)) continue;
      if (field.closest(".gf-grid-entry, .gf-ticks")) continue;
      const shown = field.closest(".gf-ref")?.querySelector("input[type=text]");
      fields[field.name] = { value: field.type === "checkbox" ? field.checked : field.value, shown: shown && shown !== field ? shown.value : null };
    }
    return { at: Date.now(), version: form.elements.version?.value || "", fields, grids: grids().map((holder) => holder.gfGrid.state()) };
  }

  function save() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (!sent) {
        try {
          localStorage.setItem(key, JSON.stringify(read()));
        } catch (error) {
          /* full or private: the page itself still holds it */
        }
      }
    }, 700);
  }

  function drop() {
    clearTimeout(timer);
    localStorage.removeItem(key);
  }

  function restore(draft) {
    for (const [name, kept] of Object.entries(draft.fields)) {
      const field = form.elements.namedItem(name);
      if (!field || field instanceof RadioNodeList) continue;
      if (field.type === "checkbox") field.checked = kept.value;
      else field.value = kept.value;
      const shown = field.closest(".gf-ref")?.querySelector("input[type=text]");
      if (shown && shown !== field && kept.shown !== null) {
        shown.value = kept.shown;
        shown.dataset.picked = kept.shown;
      }
    }
    grids().forEach((holder, index) => draft.grids[index] && holder.gfGrid.restore(draft.grids[index]));
  }

  function offer() {
    let draft = null;
    try {
      draft = JSON.parse(localStorage.getItem(key) || "null");
    } catch (error) {
      drop();
    }
    if (!draft || form.dataset.gfRefused || Date.now() - draft.at > 7 * 86400e3 || draft.version !== (form.elements.version?.value || "")) return;
    const bar = make("div", { class: "gf-draft" }, make("i", { class: "ti ti-history" }), make("span", {}, text("draft_found")));
    const take = make("button", { type: "button", class: "btn btn-sm" }, text("draft_restore"));
    const leave = make("button", { type: "button", class: "btn btn-sm" }, text("draft_drop"));
    take.addEventListener("click", () => {
      restore(draft);
      bar.remove();
    });
    leave.addEventListener("click", () => {
      drop();
      bar.remove();
    });
    bar.append(take, leave);
    form.prepend(bar);
  }

  form.addEventListener("input", save);
  form.addEventListener("change", save);
  form.addEventListener("gf:changed", save);
  form.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt !== form) return;
    for (const holder of grids()) {
      holder.gfGrid.sync();
      event.detail.formData.set(holder.dataset.relation, JSON.stringify(holder.gfGrid.collect()));
    }
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    // htmx does not call an answer that redirects "successful".
    if (event.detail.elt === form && event.detail.xhr.getResponseHeader("HX-Redirect")) {
      sent = true;
      drop();
    }
  });
  form.addEventListener("keydown", (event) => {
    // Enter in a header field goes on, it does not send the form.
    if (event.key !== "Enter" || event.isComposing || event.defaultPrevented) return;
    const field = event.target;
    if (field.tagName !== "INPUT" || field.closest(".gf-grid-entry") || ["submit", "button"].includes(field.type)) return;
    event.preventDefault();
    const fields = [...form.elements].filter((one) => one.offsetParent !== null && !one.disabled && one.type !== "hidden" && one.tabIndex >= 0 && one.tagName !== "BUTTON");
    fields[fields.indexOf(field) + 1]?.focus();
  });
  offer();
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
    const form = document.querySelector(".gf-modal form") || document.querySelector("form[data-gf-entry]");
    if (form) {
      event.preventDefault();
      document.activeElement?.blur?.();
      form.requestSubmit();
    }
  }
});
