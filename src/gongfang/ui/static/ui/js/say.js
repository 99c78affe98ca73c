// Words of the person's language, and short messages.
let words = null;

export function text(name, values = {}) {
  if (words === null) {
    const holder = document.getElementById("gf-texts");
    words = holder ? JSON.parse(holder.textContent) : {};
  }
  return (words[name] || name).replace(/\{(\w+)\}/g, (_, key) => (key in values ? values[key] : `{${key}}`));
}

export function toast(message, kind = "", action = null) {
  const holder = document.getElementById("gf-toasts");
  if (!holder || !message) return;
  const box = document.createElement("div");
  box.className = `gf-toast gf-toast-${kind}`;
  box.textContent = message;
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = action.title;
    button.addEventListener("click", () => {
      action.run();
      box.remove();
    });
    box.append(button);
  }
  holder.append(box);
  setTimeout(() => box.remove(), kind === "error" ? 9000 : 5000);
}

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") element.className = value;
    else if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

// "12,345.60" of a plain number text, with thousands separators; empty stays empty.
export function grouped(value, least = 0) {
  const plain = String(value ?? "").replace(/,/g, "").trim();
  if (plain === "" || Number.isNaN(Number(plain))) return String(value ?? "");
  const negative = plain.startsWith("-");
  let [whole, places = ""] = plain.replace("-", "").split(".");
  places = places.replace(/0+$/, "").padEnd(least, "0");
  whole = (whole || "0").replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return (negative ? "-" : "") + whole + (places ? "." + places : "");
}
