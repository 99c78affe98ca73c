// Ctrl+K: any page, document number, item, partner or verb.
import { make, text } from "./say.js";

export function startPalette() {
  const dialog = document.getElementById("gf-palette");
  if (!dialog) return;
  const input = document.getElementById("gf-palette-q");
  const list = document.getElementById("gf-palette-list");
  let rows = [];
  let chosen = 0;
  let timer = 0;
  let asked = 0;

  function choose(index) {
    chosen = (index + rows.length) % Math.max(rows.length, 1);
    rows.forEach((row, place) => row.setAttribute("aria-selected", place === chosen ? "true" : "false"));
    rows[chosen]?.scrollIntoView({ block: "nearest" });
  }

  function show(groups) {
    list.replaceChildren();
    rows = [];
    for (const group of groups) {
      list.append(make("div", { class: "gf-palette-group" }, group.title));
      for (const entry of group.rows) {
        const row = make("a", { class: "gf-palette-row", role: "option", href: entry.url },
          make("i", { class: `ti ti-${entry.icon}`, "aria-hidden": "true" }), make("span", {}, entry.text),
          entry.detail ? make("small", {}, entry.detail) : null);
        rows.push(row);
        list.append(row);
      }
    }
    if (!rows.length) list.append(make("div", { class: "gf-none" }, text("nothing")));
    choose(0);
  }

  async function ask() {
    const turn = ++asked;
    const answer = await fetch("/-/palette?q=" + encodeURIComponent(input.value), { headers: { Accept: "application/json" } });
    if (answer.ok && turn === asked) show((await answer.json()).groups);
  }

  document.addEventListener("gf:palette", () => {
    if (dialog.open) return;
    dialog.showModal();
    input.value = "";
    input.focus();
    ask();
  });
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 140);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && rows[chosen]) {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) window.open(rows[chosen].href, "_blank");
      else window.location.href = rows[chosen].href;
    }
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}
