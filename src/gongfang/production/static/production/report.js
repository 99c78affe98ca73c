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

// Who did one line: people with shares and minutes, kept as id:share:minutes;… in a hidden field.
const crew = document.getElementById("crew");
const rows = [...(crew?.querySelectorAll("[data-person]") ?? [])];
const parts = (row) => [row.querySelector("[type=checkbox]"), row.querySelector("[data-share]"), row.querySelector("[data-minutes]")];
const names = new Map(rows.map((row) => [row.dataset.person, row.dataset.name]));
let asked = null; // the button whose line is being answered

function read(text) {
  return new Map(text.split(";").filter(Boolean).map((one) => [one.split(":")[0], one.split(":").slice(1)]));
}

function label(button) {
  const people = [...read(button.previousElementSibling.value)];
  button.querySelector(".pf-crew-names").textContent = people.map(([pk, [share]]) => (share ? `${names.get(pk)} ${share}` : names.get(pk))).join(" · ");
  button.classList.toggle("btn-ghost-secondary", people.length === 0);
}

for (const button of document.querySelectorAll(".pf-crew")) {
  label(button);
  button.addEventListener("click", () => {
    asked = button;
    const people = read(button.previousElementSibling.value);
    for (const row of rows) {
      const [tick, share, minutes] = parts(row);
      tick.checked = people.has(row.dataset.person);
      [share.value, minutes.value] = people.get(row.dataset.person) ?? ["", ""];
    }
    crew.returnValue = "";
    all();
    crew.showModal();
  });
}
for (const row of rows) {
  const [tick, share, minutes] = parts(row);
  for (const field of [share, minutes]) field.addEventListener("input", () => { tick.checked = true; });
}
crew?.addEventListener("close", () => {
  if (crew.returnValue !== "take") return;
  const clean = (field) => field.value.trim().replaceAll(/[:;]/g, "");
  asked.previousElementSibling.value = rows.filter((row) => parts(row)[0].checked).map((row) => [row.dataset.person, clean(parts(row)[1]), clean(parts(row)[2])].join(":")).join(";");
  label(asked);
});

// Few of many people: whoever fits what is typed, and whoever is ticked.
function sift(field, people) {
  const show = () => {
    const text = field.value.trim().toLowerCase();
    for (const one of people) one.hidden = !one.dataset.find.toLowerCase().includes(text) && !one.querySelector("[type=checkbox]").checked;
  };
  field.addEventListener("input", show);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // it would send the report; the only one who fits is ticked instead
    const fits = people.filter((one) => !one.hidden && !one.querySelector("[type=checkbox]").checked);
    if (fits.length !== 1) return;
    fits[0].querySelector("[type=checkbox]").checked = true;
    field.value = "";
    show();
  });
  return () => { field.value = ""; show(); };
}
const general = document.getElementById("people-find");
if (general) sift(general, [...document.querySelectorAll(".pf-people [data-find]")]);
const all = crew && sift(document.getElementById("crew-find"), rows);
