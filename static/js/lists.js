// Lists: columns are put in order without a reload, and the focus stays on what was pressed.
(() => {
  "use strict";

  // --- Columns: ↑ and ↓ move a column; a ticked one goes to the end of those shown.

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-columns] [name=up], [data-columns] [name=down]");
    if (!button) return;
    event.preventDefault();
    const row = button.closest("li"), other = button.name === "up" ? row.previousElementSibling : row.nextElementSibling;
    if (!other || other.querySelector("[name=up]").hidden) return;
    if (button.name === "up") other.before(row); else other.after(row);
    button.focus();
  });
  document.addEventListener("change", (event) => {
    const row = event.target.closest("[data-columns] li");
    if (!row) return;
    const rows = [...row.parentElement.children].filter((other) => other !== row);
    const lastShown = rows.filter((other) => !other.querySelector("[type=checkbox]")?.matches(":not(:checked)")).at(-1);
    lastShown?.after(row);
    row.querySelectorAll("button").forEach((button) => { button.hidden = !event.target.checked; });
    event.target.focus();
  });

  // --- Choosing rows: Shift and a click takes all between; ↑ ↓ go from box to box, with Shift they choose.

  let last = null;
  const boxesOf = (box) => [...box.closest("[data-pick], form").querySelectorAll(".pick input[name]")];
  function choose(boxes, from, to, checked) {
    const [first, end] = [boxes.indexOf(from), boxes.indexOf(to)].sort((one, other) => one - other);
    boxes.slice(first, end + 1).forEach((box) => { box.checked = checked; });
    to.dispatchEvent(new Event("change", { bubbles: true }));
  }
  document.addEventListener("click", (event) => {
    const box = event.target.closest?.(".pick input[name]");
    if (!box) return;
    if (event.shiftKey && last?.isConnected) choose(boxesOf(box), last, box, box.checked);
    last = box;
  });
  document.addEventListener("keydown", (event) => {
    const box = event.target.closest?.(".pick input[name]"), step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!box || !step || event.ctrlKey || event.metaKey || event.altKey) return;
    const boxes = boxesOf(box), next = boxes[boxes.indexOf(box) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
    if (event.shiftKey) choose(boxes, box, next, box.checked || !next.checked);
    last = next;
  });
})();
