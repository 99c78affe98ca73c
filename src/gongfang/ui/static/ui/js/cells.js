// Values of the entry grid: what a text means for a kind, formulas, blocks from the clipboard. No page elements here.

export const NUMBERS = ["number", "quantity", "price", "money", "percent", "progress"];

// One typed or pasted text brought to the plain form of its kind: {value} or {fault}.
export function settled(field, typed) {
  const value = String(typed ?? "").trim();
  if (value === "") return { value: "" };
  if (NUMBERS.includes(field.kind)) {
    const plain = value.replace(/[,，\s¥￥]/g, "").replace(/[０-９]/g, (d) => String.fromCharCode(d.charCodeAt(0) - 65248)).replace(/[%％]$/, "");
    return /^[-+]?(\d+\.?\d*|\.\d+)$/.test(plain) ? { value: plain.replace(/^\+/, "") } : { value, fault: "not_a_number" };
  }
  if (field.kind === "date") return settledDate(value);
  if (field.kind === "bool") return { value: /^(1|true|yes|y|on|是|√|✓)$/i.test(value) ? "1" : "" };
  if (field.kind === "choice") {
    const found = field.choices.find(([key, label]) => key === value || label === value);
    return found ? { value: found[0] } : { value, fault: "not_a_choice" };
  }
  return { value };
}

function settledDate(value) {
  let text = value.replace(/[/.年月]/g, "-").replace(/日$/, "");
  if (/^\d{8}$/.test(text)) text = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`;
  const today = new Date();
  if (/^\d{1,2}-\d{1,2}$/.test(text)) text = `${today.getFullYear()}-${text}`;
  const parts = text.split("-").map(Number);
  const date = new Date(Date.UTC(parts[0], parts[1] - 1, parts[2]));
  const right = parts.length === 3 && date.getUTCFullYear() === parts[0] && date.getUTCMonth() === parts[1] - 1 && date.getUTCDate() === parts[2];
  return right ? { value: date.toISOString().slice(0, 10) } : { value, fault: "not_a_date" };
}

// "quantity * price * (1 + tax_rate)": + - * / and brackets over field names; a reckoning for the eye, the server has the say.
export function reckon(formula, lookup) {
  const tokens = formula.match(/[A-Za-z_]\w*|\d+\.?\d*|[-+*/()]/g) || [];
  let at = 0;
  function factor() {
    const token = tokens[at++];
    if (token === "(") {
      const inner = sum();
      at += 1;
      return inner;
    }
    if (token === "-") return -factor();
    return /^[A-Za-z_]/.test(token) ? lookup(token) : Number(token);
  }
  function product() {
    let value = factor();
    while (tokens[at] === "*" || tokens[at] === "/") value = tokens[at++] === "*" ? value * factor() : value / factor();
    return value;
  }
  function sum() {
    let value = product();
    while (tokens[at] === "+" || tokens[at] === "-") value = tokens[at++] === "+" ? value + product() : value - product();
    return value;
  }
  const result = sum();
  return Number.isFinite(result) ? result : null;
}

export function rounded(value, kind) {
  if (value === null) return "";
  const places = kind === "money" ? 2 : 6;
  return String(Number((Math.round((value + Number.EPSILON * Math.sign(value)) * 10 ** places) / 10 ** places).toFixed(places)));
}

// A block copied from a sheet: rows of cells; quoted cells may hold line breaks.
export function block(text) {
  const rows = [];
  let row = [];
  let cell = "";
  let quoted = false;
  const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let index = 0; index < source.length; index += 1) {
    const sign = source[index];
    if (quoted) {
      if (sign === '"' && source[index + 1] === '"') {
        cell += '"';
        index += 1;
      } else if (sign === '"') quoted = false;
      else cell += sign;
    } else if (sign === '"' && cell === "") quoted = true;
    else if (sign === "\t" || sign === "\n") {
      row.push(cell);
      cell = "";
      if (sign === "\n") {
        rows.push(row);
        row = [];
      }
    } else cell += sign;
  }
  row.push(cell);
  rows.push(row);
  return rows;
}
