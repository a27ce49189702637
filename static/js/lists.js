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
})();
