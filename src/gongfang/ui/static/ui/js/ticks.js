// Long lists of ticks or rows in groups: a search over text and code, how many of a group are ticked, all of a group.
export function wakeTicks(scope) {
  for (const holder of scope.querySelectorAll("[data-gf-ticks]:not([data-awake])")) wake(holder);
}

function wake(holder) {
  holder.dataset.awake = "1";
  const groups = [...holder.querySelectorAll("details")];
  const opened = new Map(groups.map((group) => [group, group.open]));
  const lines = (group) => [...group.querySelectorAll("[title]")];

  function count(group) {
    const shown = group.querySelector("[data-count]");
    if (shown) shown.textContent = group.querySelectorAll("input:checked").length;
  }

  holder.querySelector("input[type=search]").addEventListener("input", (event) => {
    const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const group of groups) {
      const name = group.querySelector("summary b").textContent.toLowerCase();
      let left = 0;
      for (const line of lines(group)) {
        const text = `${name} ${line.textContent.toLowerCase()} ${line.title.toLowerCase()}`;
        line.hidden = !words.every((word) => text.includes(word));
        left += !line.hidden;
      }
      group.hidden = !left;
      group.open = words.length ? left > 0 : opened.get(group);
    }
  });
  holder.querySelector("input[type=search]").addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  holder.addEventListener("change", (event) => {
    const group = event.target.closest("details");
    if (group) count(group);
  });
  holder.addEventListener("click", (event) => {
    const all = event.target.closest("[data-all]");
    if (!all) return;
    event.preventDefault();
    const boxes = lines(all.closest("details")).filter((line) => !line.hidden).map((line) => line.querySelector("input"));
    const tick = boxes.some((box) => !box.checked);
    for (const box of boxes) box.checked = tick;
    count(all.closest("details"));
  });
}
