// The AND/OR query builder: a tree of conditions edited in place, sent as JSON in the field `where`.
import { make, text } from "./say.js";

export function buildQuery(holder, form, send) {
  const settings = JSON.parse(holder.querySelector("script").textContent);
  const field = holder.querySelector("[name=where]");
  const tree = holder.querySelector(".gf-q-tree");
  let root = { all: [] };
  try {
    if (field.value) root = JSON.parse(field.value);
  } catch (error) {
    root = { all: [] };
  }
  const columns = new Map(settings.columns.map((column) => [column.path, column]));

  function changed() {
    field.value = count(root) ? JSON.stringify(clean(root)) : "";
  }

  function select(options, value, onChange) {
    const box = make("select", { class: "form-select" });
    for (const [key, label] of options) box.append(make("option", { value: key, selected: key === value ? true : null }, label));
    box.addEventListener("change", () => onChange(box.value));
    return box;
  }

  function drawValue(leaf, column) {
    if (["empty", "filled", "yes", "no"].includes(leaf.op)) return null;
    if (column.kind === "choice" || leaf.op === "within") {
      const options = leaf.op === "within" ? settings.periods : column.choices;
      const value = Array.isArray(leaf.value) ? leaf.value[0] : leaf.value;
      if (value === undefined || value === "") leaf.value = options[0]?.[0];
      return select(options, value, (chosen) => {
        leaf.value = leaf.op === "within" ? chosen : [chosen];
        changed();
      });
    }
    const input = make("input", { class: "form-control", type: column.kind === "date" ? "date" : "text", value: leaf.value ?? "" });
    input.addEventListener("input", () => {
      leaf.value = input.value;
      changed();
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
        send();
      }
    });
    return input;
  }

  function drawLeaf(leaf, parent) {
    const column = columns.get(leaf.path) || settings.columns[0];
    leaf.path = column.path;
    const operators = settings.operators[column.kind];
    if (!operators.some(([key]) => key === leaf.op)) leaf.op = operators[0][0];
    return make("div", { class: "gf-q-leaf" },
      select(settings.columns.map((one) => [one.path, one.title]), leaf.path, (path) => {
        leaf.path = path;
        leaf.value = "";
        draw();
      }),
      select(operators, leaf.op, (op) => {
        leaf.op = op;
        leaf.value = "";
        draw();
      }),
      drawValue(leaf, column), removal(leaf, parent));
  }

  function removal(node, parent) {
    const button = make("button", { type: "button", class: "gf-icon-btn", "aria-label": text("remove") }, make("i", { class: "ti ti-x" }));
    button.addEventListener("click", () => {
      const list = parent.all || parent.any;
      list.splice(list.indexOf(node), 1);
      draw();
    });
    return button;
  }

  function adder(label, group, fresh) {
    const button = make("button", { type: "button", class: "btn btn-sm" }, make("i", { class: "ti ti-plus" }), label);
    button.addEventListener("click", () => {
      (group.all || group.any).push(fresh());
      draw();
    });
    return button;
  }

  function drawGroup(group, parent) {
    const box = make("div", { class: "gf-q-group" });
    const joiner = group.any ? "any" : "all";
    const leaf = () => ({ path: settings.columns[0].path, op: "", value: "" });
    box.append(make("div", { class: "gf-q-head" },
      select([["all", text("and")], ["any", text("or")]], joiner, (key) => {
        const list = group.all || group.any;
        delete group.all;
        delete group.any;
        group[key] = list;
        changed();
      }),
      adder(text("add_condition"), group, leaf), adder(text("add_group"), group, () => ({ any: [leaf()] })),
      parent ? removal(group, parent) : null));
    for (const node of group.all || group.any) box.append(node.all || node.any ? drawGroup(node, group) : drawLeaf(node, group));
    return box;
  }

  function draw() {
    tree.replaceChildren(drawGroup(root, null));
    changed();
  }

  form.querySelector("[data-gf-query]")?.addEventListener("click", () => {
    holder.hidden = !holder.hidden;
    if (!holder.hidden && !(root.all || root.any).length) {
      (root.all || root.any).push({ path: settings.columns[0].path, op: "", value: "" });
      draw();
    }
  });
  holder.querySelector("[data-gf-query-clear]")?.addEventListener("click", () => {
    root = { all: [] };
    draw();
    send();
  });
  draw();
}

function count(node) {
  const list = node.all || node.any;
  return list ? list.reduce((sum, child) => sum + count(child), 0) : 1;
}

function clean(node) {
  const list = node.all || node.any;
  if (!list) return node;
  return { [node.any ? "any" : "all"]: list.filter((child) => count(child)).map(clean) };
}
