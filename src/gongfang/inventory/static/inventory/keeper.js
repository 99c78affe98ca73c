// The keeper's page: any code opens what it stands for.
import { ScanBox, post } from "../ui/js/scan.js";

const box = new ScanBox(document.querySelector("[data-gf-scan]"), async (code) => {
  const answer = await post("/inventory/scan/resolve", { code });
  if (!answer.ok) return box.bad((answer.data.problems || []).join(" "));
  box.ok(answer.data.found.title);
  if (answer.data.found.url) window.location.href = answer.data.found.url;
});
