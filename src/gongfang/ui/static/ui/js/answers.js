// A column that the server answers while lines are entered: all lines in one call, a moment after one of them has changed.
import { post } from "./scan.js";
import { valueOf } from "./lookup.js";

const QUIET = 600; // milliseconds

function wake(holder) {
  const grid = holder.gfGrid, settings = grid.config.answers, form = holder.closest("form");
  const field = grid.fields.find((one) => one.name === settings.name);
  let timer = 0, asked = "", turn = 0;

  function question() {
    const header = Object.fromEntries(settings.header.filter((name) => form.elements.namedItem(name)).map((name) => [name, valueOf(form, name)]));
    return { header, rows: grid.rows.map((row) => Object.fromEntries(settings.watched.map((name) => [name, String(row.values[name] ?? "")]))) };
  }

  async function ask() {
    const wanted = question(), text = JSON.stringify(wanted);
    if (text === asked || !wanted.rows.some((row) => row[settings.watched[0]])) return;
    asked = text;
    const mine = ++turn;
    const answer = await post(settings.url, wanted).catch(() => ({ ok: false }));
    if (mine !== turn) return; // a later question is on its way
    const found = answer.ok ? answer.data.answers : [];
    grid.rows.forEach((row, index) => {
      const one = found[index];
      row.labels[field.name] = one?.text ?? "";
      row.marks = { [field.name]: one ? { why: one.why, bad: one.bad } : null };
      const cell = grid.body.rows[index]?.cells[grid.fields.indexOf(field) + 1];
      if (cell) grid.fillShown(cell, row, field);
    });
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(ask, QUIET);
  }

  holder.addEventListener("gf:changed", later);
  form.addEventListener("change", later);
  later();
}

export function wakeAnswers(scope) {
  for (const holder of scope.querySelectorAll(".gf-grid-entry:not([data-answers])")) {
    if (!holder.gfGrid?.config.answers) continue;
    holder.dataset.answers = "1";
    wake(holder);
  }
}
