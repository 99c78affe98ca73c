// Report page: one click takes everything that can be reported as good; Enter goes down the column, as in a sheet.
for (const choice of document.querySelectorAll("[data-submit]")) choice.addEventListener("change", () => choice.form.requestSubmit());
const table = document.querySelector("#report table");
table?.addEventListener("click", (event) => {
  const button = event.target.closest(".pf-all");
  if (!button) return;
  const good = button.closest("tr").querySelector("[name=good]");
  good.value = good.value ? "" : button.dataset.quantity;
  good.focus();
});
table?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
  event.preventDefault();
  const column = [...table.querySelectorAll(`[name=${event.target.name}]`)];
  column[column.indexOf(event.target) + 1]?.focus();
});
