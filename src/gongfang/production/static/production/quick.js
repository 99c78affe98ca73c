// The quick order: a further material row on demand; Enter goes to the next cell, on the last one to a new row.
const body = document.getElementById("rows");

function addRow() {
  const row = body.rows[0].cloneNode(true);
  for (const input of row.querySelectorAll("input")) input.value = "";
  body.append(row);
  return row;
}

if (body) {
  document.getElementById("add-row").addEventListener("click", () => addRow().querySelector("input").focus());
  body.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault();
    const cells = [...body.querySelectorAll("input")];
    const next = cells[cells.indexOf(event.target) + 1];
    (next ?? addRow().querySelector("input")).focus();
  });
}
