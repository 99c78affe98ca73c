// Who did it, with shares, on which machine, and whose work the terminal shows: buttons, each with a list to choose or scan from.
import { T, ask, button, dialog, make, state } from "./shop-base.js";

const SHOWN = 60;
let usual = JSON.parse(sessionStorage.getItem("shop-machine") ?? "{}"); // work centre → machine named last

export async function loadLists() {
  try {
    const answer = await ask("lists");
    if (!answer.ok) return;
    [state.people, state.machines, state.centres] = [answer.data.people, answer.data.machines, answer.data.centres];
    localStorage.setItem("shop-people", JSON.stringify(state.people));
    localStorage.setItem("shop-machines", JSON.stringify(state.machines));
    localStorage.setItem("shop-centre-list", JSON.stringify(state.centres));
  } catch { /* what was kept serves */ }
}

export function forgetChoices() {
  usual = {};
  sessionStorage.removeItem("shop-machine");
}

const nameOf = (id) => state.people.find((one) => one.id === id)?.name ?? "";

export function crewText(people) {
  return people.length ? people.map((one) => (one.share ? `${nameOf(one.employee)} ${one.share}` : nameOf(one.employee))).join(" · ") : T.only_me;
}

export function crewButton(people, changed, id = "crew") {
  // people: empty is the person at the terminal alone
  const draw = () => opener.replaceChildren(make("span", { textContent: T.who }), make("b", { textContent: crewText(people) }));
  const opener = button("", async () => {
    const chosen = await chooseCrew(people);
    if (!chosen) return;
    people = chosen;
    changed(people);
    draw();
  }, { id, className: "choice" });
  draw();
  return opener;
}

async function chooseCrew(before) {
  const people = before.length ? before.map((one) => ({ ...one })) : state.people.slice(0, 1).map((one) => ({ employee: one.id, share: "", minutes: "" }));
  const find = make("input", { id: "crew-find", autocomplete: "off", placeholder: T.find_person, "aria-label": T.find_person });
  const chosen = make("div", { className: "crew" });
  const others = make("div", { className: "chips" });
  const share = (one) => {
    const all = people.reduce((sum, other) => sum + Number(other.share || 1), 0);
    return all > 0 ? `${Math.round((Number(one.share || 1) / all) * 1000) / 10} %` : "";
  };
  const field = (one, name, label, usual = "") => make("input", { inputMode: "decimal", autocomplete: "off", value: one[name] ?? "", placeholder: usual, "aria-label": `${label} ${nameOf(one.employee)}`, oninput: (event) => { one[name] = event.currentTarget.value.trim(); parts(); } });
  const parts = () => { for (const [n, row] of [...chosen.querySelectorAll(".member:not(.head)")].entries()) row.querySelector(".part").textContent = share(people[n]); };
  const draw = () => {
    chosen.replaceChildren(make("div", { className: "member head" }, make("span"), make("span"), make("span", { textContent: T.share }), make("span", { textContent: T.minutes }), make("span")), ...people.map((one) => make("div", { className: "member" }, make("b", { textContent: nameOf(one.employee) }), make("span", { className: "part soft num" }), field(one, "share", T.share, "1"), field(one, "minutes", T.minutes),
      button("✕", () => { people.splice(people.indexOf(one), 1); draw(); }, { "aria-label": `${T.drop} ${nameOf(one.employee)}` }))));
    const text = find.value.trim().toLowerCase();
    const fits = state.people.filter((one) => !people.some((other) => other.employee === one.id) && (!text || one.name.toLowerCase().includes(text) || one.code.toLowerCase().includes(text)));
    others.replaceChildren(...fits.slice(0, SHOWN).map((one) => button(`${one.code} ${one.name}`.trim(), () => take(one))));
    parts();
    return fits;
  };
  const take = (one) => { people.push({ employee: one.id, share: "", minutes: "" }); find.value = ""; draw(); };
  find.addEventListener("input", draw);
  find.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // a scanned number, or the only name that fits
    const fits = draw();
    const exact = fits.find((one) => one.code.toLowerCase() === find.value.trim().toLowerCase());
    if (exact ?? fits.length === 1) take(exact ?? fits[0]);
  });
  draw();
  const answer = await dialog(make("h2", { textContent: T.who_title }), chosen, find, others,
    make("div", { className: "row" }, make("button", { value: "", textContent: T.back }), make("button", { value: "take", id: "crew-take", className: "go", textContent: T.take })));
  if (answer !== "take") return null;
  const alone = people.length === 1 && people[0].employee === state.people[0]?.id && !people[0].minutes;
  return alone ? [] : people;
}

export function usualMachine(job) {
  return job.machine || usual[job.centre_id] || "";
}

export function machineButton(job, machine, changed) {
  // machine: a code, "" where none is named
  const draw = () => opener.replaceChildren(make("span", { textContent: T.machine }), make("b", { textContent: machine || T.no_machine }));
  const opener = button("", async () => {
    const chosen = await chooseMachine(job, machine);
    if (chosen === null) return;
    machine = chosen;
    usual[job.centre_id] = machine;
    sessionStorage.setItem("shop-machine", JSON.stringify(usual));
    changed(machine);
    draw();
  }, { id: "machine", className: "choice" });
  draw();
  return opener;
}

async function chooseMachine(job, machine) {
  const find = make("input", { id: "machine-find", autocomplete: "off", maxLength: 40, placeholder: T.find_machine, "aria-label": T.find_machine });
  const chip = (code, name) => make("button", { value: code || "-", "aria-pressed": String(code === machine), textContent: `${code} ${name}`.trim() });
  find.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (find.value.trim()) find.closest("dialog").close(find.value.trim());
  });
  const answer = await dialog(make("h2", { textContent: T.machine }), find, make("div", { className: "chips" }, ...(state.machines[job.centre_id] ?? []).map((one) => chip(one.code, one.name)), chip("", T.no_machine)),
    make("div", { className: "row" }, make("button", { value: "", textContent: T.back }), button(T.take, () => { if (find.value.trim()) find.closest("dialog").close(find.value.trim()); }, { className: "go" })));
  return answer === "" ? null : answer === "-" ? "" : answer;
}

export function centreButton(changed) {
  // the device keeps the choice, whoever logs in: a terminal stands at its machines
  const names = () => state.centres.filter((one) => state.here.includes(one.id)).map((one) => one.name);
  return button(names().join(" · ") || T.all_centres, async () => {
    const chosen = await chooseCentres();
    if (!chosen) return;
    state.here = chosen;
    localStorage.setItem("shop-centres", JSON.stringify(chosen));
    changed();
  }, { id: "centres", className: "centres", "aria-label": `${T.centres}: ${names().join(", ") || T.all_centres}` });
}

async function chooseCentres() {
  const chosen = new Set(state.here.filter((id) => state.centres.some((one) => one.id === id)));
  const flip = (ids) => { const all = ids.every((id) => chosen.has(id)); for (const id of ids) if (all) chosen.delete(id); else chosen.add(id); draw(); };
  const chip = (text, ids) => button(text, () => flip(ids), { "aria-pressed": String(ids.length > 0 && ids.every((id) => chosen.has(id))) });
  const shops = [...new Set(state.centres.map((one) => one.workshop))].sort();
  const list = make("div", { className: "shops" });
  const draw = () => list.replaceChildren(
    make("div", { className: "chips" }, button(T.all_centres, () => { chosen.clear(); draw(); }, { "aria-pressed": String(!chosen.size) })),
    ...shops.map((shop) => {
      const here = state.centres.filter((one) => one.workshop === shop);
      return make("div", { className: "chips" }, shop && shops.length > 1 ? chip(shop, here.map((one) => one.id)) : "", ...here.map((one) => chip(one.name, [one.id])));
    }));
  draw();
  const answer = await dialog(make("h2", { textContent: T.centres_title }), list,
    make("div", { className: "row" }, make("button", { value: "", textContent: T.back }), make("button", { value: "take", id: "centres-take", className: "go", textContent: T.take })));
  return answer === "take" ? [...chosen] : null;
}
