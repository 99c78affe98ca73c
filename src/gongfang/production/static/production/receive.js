// A further row for another lot of the same output; Enter goes down the column, as in a sheet.
import { wakeLookups } from "../ui/js/lookup.js";

const form = document.getElementById("receive");

form?.addEventListener("click", (event) => {
  const button = event.target.closest(".pf-more");
  if (!button) return;
  const row = button.closest("tr");
  const more = row.cloneNode(true);
  for (const input of more.querySelectorAll("input:not([name=order]):not([name=output])")) input.value = "";
  for (const holder of more.querySelectorAll(".gf-ref")) delete holder.dataset.awake;
  row.after(more);
  wakeLookups(more);
  more.querySelector("[name=quantity]").focus();
});

form?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !["quantity", "second", "lot", "serials"].includes(event.target.name)) return;
  event.preventDefault();
  const column = [...form.querySelectorAll(`[name=${event.target.name}]:not([type=hidden])`)];
  column[column.indexOf(event.target) + 1]?.focus();
});
