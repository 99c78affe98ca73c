// Keeps a board fresh: asks once a second with the tag of what is shown, and puts the answer in its place when there is a new one.
const PERIOD = 1000, PATIENCE = 8000;
const board = document.querySelector("[data-live]");
let tag = board.dataset.tag || "", heard = Date.now();

async function look() {
  try {
    const answer = await fetch(board.dataset.live, { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store", credentials: "same-origin" });
    if (answer.status === 200) {
      const scrolled = [...board.querySelectorAll(".pf-lanes")].map((lanes) => lanes.scrollLeft);
      board.innerHTML = await answer.text();
      board.querySelectorAll(".pf-lanes").forEach((lanes, index) => { lanes.scrollLeft = scrolled[index] || 0; });
      tag = answer.headers.get("ETag") || "";
    }
    if (answer.ok || answer.status === 304) heard = Date.now();
    if (answer.status === 401 || answer.status === 403) window.location.reload();
  } catch { /* the network is away: the mark below says so */ }
  board.classList.toggle("pf-stale", Date.now() - heard > PATIENCE);
  setTimeout(look, document.hidden ? PERIOD * 5 : PERIOD);
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-full-screen]")) document.documentElement.requestFullscreen?.();
});
setTimeout(look, PERIOD);
