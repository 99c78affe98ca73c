// What every part of the terminal shares: texts, state, building the page, asking the server.
export const T = JSON.parse(document.getElementById("texts").textContent);
export const view = document.getElementById("view");
export const at = (id) => document.getElementById(id);
export const BAD = ["scrap_material", "scrap_worker", "rework"];
export const KINDS = ["good", ...BAD];
export const views = {}; // the pages that other parts go to: login, jobs, job, help

const kept = (store, name, usual) => JSON.parse(store.getItem(name) ?? usual);
export const state = {
  me: kept(sessionStorage, "shop", "null"),
  jobs: kept(localStorage, "shop-jobs", "[]"),
  causes: kept(localStorage, "shop-causes", "[]"),
  people: kept(localStorage, "shop-people", "[]"), // the first is the person at the terminal
  machines: kept(localStorage, "shop-machines", "{}"), // by work centre
  centres: kept(localStorage, "shop-centre-list", "[]"),
  here: kept(localStorage, "shop-centres", "[]"), // the work centres that this terminal stands for; none: all
  calls: [],
  watched: kept(sessionStorage, "shop-first", "{}"), // operation → what to call it, while its first piece waits
  lines: kept(sessionStorage, "shop-many", "[]"), // scanned for one report
  opened: null, // the job on the screen: what is done to it elsewhere is shown there too
  skew: Number(localStorage.getItem("shop-skew") ?? 0), // how far the server's clock is ahead of this device's
};

export const now = () => Math.round(Date.now() + state.skew);

export function make(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in node && name !== "list") node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== ""));
  return node;
}

export const button = (textContent, onclick, properties = {}) => make("button", { type: "button", textContent, onclick, ...properties });

export function say(text, tone = "") {
  at("says").textContent = text;
  at("says").className = `shown ${tone}`;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { at("says").className = ""; }, tone === "bad" ? 6000 : 2600);
}

export async function ask(path, data, token = state.me?.token) {
  const answer = await fetch(`/shop/${path}`, {
    method: data ? "POST" : "GET",
    headers: { Accept: "application/json", ...(data ? { "Content-Type": "application/json" } : {}), ...(token ? { Authorization: `Shop ${token}` } : {}) },
    body: data ? JSON.stringify(data) : undefined,
    credentials: path === "token" ? "same-origin" : "omit",
  });
  setClock(Date.parse(answer.headers.get("Date") ?? ""));
  if (answer.status >= 500) throw new TypeError("server");
  return { ok: answer.ok, status: answer.status, data: await answer.json() };
}

export async function fetchFile(path) {
  // a picture or paper as an address of this page; it is kept in memory until the page is left
  if (!fetchFile.known.has(path)) {
    const answer = await fetch(`/shop/${path}`, { headers: { Authorization: `Shop ${state.me?.token}` }, credentials: "omit" });
    if (!answer.ok) throw new TypeError(String(answer.status));
    fetchFile.known.set(path, URL.createObjectURL(await answer.blob()));
  }
  return fetchFile.known.get(path);
}
fetchFile.known = new Map();

function setClock(server) {
  // a device whose clock is wrong still tells the right moment of what it keeps; a few seconds are the way of the answer
  if (!server) return;
  const ahead = server - Date.now();
  const skew = Math.abs(ahead) > 5000 ? ahead : 0;
  if (Math.abs(skew - state.skew) < 3000) return;
  state.skew = skew;
  localStorage.setItem("shop-skew", String(skew));
}

export const lineOf = (problem) => /^lines\.(\d+)/.exec(problem.where ?? "")?.[1];

export function reason(data, labels = []) {
  // a line of a list is named before what is wrong with it, unless the sentence names its order itself
  const told = (data.problems ?? []).map((problem) => {
    const label = labels[lineOf(problem)];
    return label && !problem.message.includes(label.split(" ")[0]) ? `${label}: ${problem.message}` : problem.message;
  });
  return told.join(" ") || T.failed;
}

export function offline(is) {
  at("net").hidden = !is;
  at("net").textContent = T.offline;
}

export function pad(press) {
  const keys = ["7", "8", "9", "4", "5", "6", "1", "2", "3", ".", "0", "⌫"];
  return make("div", { className: "pad" }, ...keys.map((key) => button(key, () => press(key), { "aria-label": key === "⌫" ? T.clear : key })));
}

export function rest(ready, taken) {
  // what is left of the pieces that can be reported once the bad ones are counted; exact to six places
  const left = Math.round(Number(ready) * 1e6) - taken.reduce((sum, one) => sum + Math.round(Number(one || 0) * 1e6), 0);
  return left > 0 ? String(left / 1e6) : "";
}

export function keepJobs() {
  localStorage.setItem("shop-jobs", JSON.stringify(state.jobs));
}

export function keepLines() {
  sessionStorage.setItem("shop-many", JSON.stringify(state.lines));
}

export function dialog(...children) {
  // over what is being entered, which stays; answers with the value of the button that closed it
  const box = make("dialog", {}, make("form", { method: "dialog" }, ...children));
  box.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target instanceof HTMLInputElement) event.preventDefault(); }); // it would go back
  document.body.append(box);
  box.showModal();
  return new Promise((answer) => box.addEventListener("close", () => { box.remove(); answer(box.returnValue); }));
}
