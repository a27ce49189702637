// The grid of referrals: a plain table of fields with the keys of a spreadsheet.
//   Tab      the next field          Enter   the next row, at the field where this one was begun (Shift: back)
//   ↑ ↓      the row above or below  ← →     the next field from the end of the text
// What is typed is kept on the server as each field is left, and after a pause; nothing is stored in the browser.
(() => {
  "use strict";

  const form = document.querySelector("[data-grid]");
  if (!form) return;
  const body = form.querySelector("[data-grid-rows]"), blank = form.querySelector("template[data-grid-blank]");
  const BLANK = "00000000-0000-4000-8000-000000000000", PAUSE = 1200, MOST = 100;
  let begun = 0, pausing = 0;

  const rows = () => [...body.children];
  const rowOf = (element) => element.closest?.("[data-grid-row]");
  const cells = (row) => [...row.querySelectorAll("[data-cell]")].filter((cell) => cell.checkVisibility());
  const isEmpty = (row) => cells(row).every((cell) => cell.tagName === "SELECT" || !cell.value.trim());

  function newKey() { // a UUIDv7 a millisecond after the last row's, so that kept rows come back in their order
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x70;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const last = rows().at(-1)?.querySelector("[name=row]").value.replace("-", "").slice(0, 12);
    const time = ((last ? parseInt(last, 16) : Date.now()) + 1) % 2 ** 48;
    const random = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("").slice(12);
    const hex = time.toString(16).padStart(12, "0") + random;
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  function addRow() {
    if (rows().length >= MOST) return null;
    const number = rows().length + 1, box = document.createElement("template");
    box.innerHTML = blank.innerHTML.replaceAll(BLANK, newKey()).replaceAll("row 0", `row ${number}`); // our own markup
    const row = box.content.firstElementChild;
    row.querySelector("[data-number]").textContent = number;
    body.append(row);
    document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: row } })); // the type-ahead in it
    return row;
  }

  // --- Keeping: a row is posted when a field of it has changed, when typing pauses, and when it is left.

  const changes = new WeakMap(); // row → how often it was changed since it was kept
  const running = new WeakMap(); // row → the request under way, so that answers stay in order

  const touch = (row) => changes.set(row, (changes.get(row) || 0) + 1);
  const isDirty = (row) => Boolean(changes.get(row));
  function token() {
    const name = document.body.dataset.csrfCookie;
    const pair = document.cookie.split("; ").find((part) => part.startsWith(`${name}=`));
    return pair ? pair.slice(name.length + 1) : form.elements.csrfmiddlewaretoken.value;
  }

  function wordsOf(row) {
    const words = new URLSearchParams({ csrfmiddlewaretoken: token() });
    for (const field of [...form.querySelectorAll("[data-grid-head] :is(input, select)"), ...row.querySelectorAll("input, select")]) {
      if (field.name && !(field.type === "radio" && !field.checked)) words.append(field.name, field.value);
    }
    return words;
  }

  function keep(row, { left = false } = {}) {
    if (left) row.querySelector("[data-left]").value = "1";
    const request = (running.get(row) || Promise.resolve()).then(() => post(row));
    running.set(row, request);
    return request;
  }

  async function post(row) {
    if ("sending" in form.dataset) return; // all of it is on its way
    const seen = changes.get(row) || 0;
    try {
      const answer = await fetch(form.dataset.rowUrl, { method: "POST", body: wordsOf(row), headers: { "HX-Request": "true" } });
      if (answer.status === 401) document.dispatchEvent(new Event("signed-out"));
      if (!answer.ok) throw new Error(String(answer.status));
      const html = await answer.text();
      if ((changes.get(row) || 0) !== seen) return; // typed on meanwhile: the next answer speaks of that
      say(html);
      changes.set(row, 0);
      mark(row);
    } catch {
      touch(row); // sent again when the window is looked at again, or the next field is left
      row.querySelector("[data-state]").innerHTML = '<span class="tag tag-soon">not kept</span>';
    }
  }
  for (const event of ["focus", "online"]) addEventListener(event, () => rows().filter(isDirty).forEach((row) => keep(row)));

  function say(html) { // each note of the answer takes the place of the one at its cell
    const box = document.createElement("template");
    box.innerHTML = html; // a fragment our own server has escaped
    for (const note of [...box.content.children]) {
      const old = document.getElementById(note.id), focused = old?.contains(document.activeElement) && document.activeElement.id;
      old?.replaceWith(note);
      if (focused) document.getElementById(focused)?.focus();
    }
  }

  function mark(row) { // what the answer said, for the eye and for a screen reader
    for (const cell of row.querySelectorAll("[data-cell]")) {
      const wrong = Boolean(document.getElementById(cell.getAttribute("aria-describedby"))?.querySelector(".invalid-feedback"));
      if (wrong) cell.setAttribute("aria-invalid", "true"); else cell.removeAttribute("aria-invalid");
    }
  }

  body.addEventListener("input", (event) => {
    const row = rowOf(event.target);
    touch(row);
    row.classList.toggle("is-blank", isEmpty(row));
    clearTimeout(pausing);
    pausing = setTimeout(() => { if (isDirty(row)) keep(row); }, PAUSE);
  });
  body.addEventListener("change", (event) => {
    const row = rowOf(event.target);
    touch(row);
    setTimeout(() => { if (isDirty(row)) keep(row); }, 150); // after the type-ahead has set what it chose
  });
  form.querySelector("[data-grid-head]").addEventListener("change", () => rows().filter((row) => !isEmpty(row)).forEach((row) => { touch(row); keep(row); }));
  body.addEventListener("focusout", (event) => {
    const row = rowOf(event.target);
    if (!row || (event.relatedTarget && row.contains(event.relatedTarget))) return;
    if (!isEmpty(row) || isDirty(row)) keep(row, { left: true });
  });
  body.addEventListener("focusin", (event) => {
    const row = rowOf(event.target), cell = event.target.closest("[data-cell]");
    if (!row || !cell) return;
    if (!event.relatedTarget || !row.contains(event.relatedTarget)) begun = cells(row).indexOf(cell);
    row.querySelector("[data-left]").value = "";
    if (row === body.lastElementChild) addRow();
  });
  addEventListener("pagehide", () => {
    for (const row of "sending" in form.dataset ? [] : rows().filter(isDirty)) {
      navigator.sendBeacon(form.dataset.rowUrl, wordsOf(row));
    }
  });

  // --- Moving

  function go(cell) {
    if (!cell) return;
    cell.focus();
    cell.select?.();
  }
  function goRow(from, step, column) {
    const row = rowOf(from), all = rows(), next = all[all.indexOf(row) + step] || (step > 0 ? addRow() : null);
    if (next) go(cells(next)[column ?? cells(row).indexOf(from)]);
    return Boolean(next);
  }
  const isOpen = (cell) => cell.getAttribute("aria-expanded") === "true";
  const isSettled = (cell) => !cell.closest("[data-combobox]") || !cell.value.trim() || cell.closest("[data-combobox]").querySelector("input[type=hidden]").value;

  body.addEventListener("keydown", (event) => { // before the type-ahead, which takes arrow keys for its list
    const cell = event.target.closest("[data-cell]");
    if (!cell || cell.tagName === "SELECT" || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const all = cells(rowOf(cell)), at = all.indexOf(cell), atEnd = cell.selectionStart === cell.selectionEnd;
    let moved = false;
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !isOpen(cell) && isSettled(cell)) moved = goRow(cell, event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "ArrowRight" && atEnd && cell.selectionEnd === cell.value.length && all[at + 1]) { go(all[at + 1]); moved = true; }
    else if (event.key === "ArrowLeft" && atEnd && cell.selectionStart === 0 && all[at - 1]) { go(all[at - 1]); moved = true; }
    if (moved) { event.preventDefault(); event.stopPropagation(); }
  }, true);
  body.addEventListener("keydown", (event) => {
    const cell = event.target.closest("[data-cell]");
    if (!cell || event.key !== "Enter" || event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    goRow(cell, event.shiftKey ? -1 : 1, begun);
  });

  // --- Pasting a block of a spreadsheet: lines are rows, tabs are fields

  function put(cell, text) {
    const value = text.trim();
    if (cell.tagName === "SELECT") {
      const same = [...cell.options].find((option) => option.text.toLowerCase() === value.toLowerCase());
      if (!same && value) cell.add(new Option(`${value}?`, value)); // the server says that it is not offered
      cell.value = same ? same.value : value;
    } else cell.value = value;
    const chosen = cell.closest("[data-combobox]")?.querySelector("input[type=hidden]");
    if (chosen) chosen.value = "";
  }
  body.addEventListener("paste", (event) => {
    const cell = event.target.closest("[data-cell]"), text = event.clipboardData.getData("text/plain");
    if (!cell || !/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    const column = cells(rowOf(cell)).indexOf(cell);
    let row = rowOf(cell), last = row;
    for (const line of text.replace(/\r?\n$/, "").split(/\r?\n/)) {
      if (!row) break;
      line.split("\t").forEach((value, index) => { const target = cells(row)[column + index]; if (target) put(target, value); });
      touch(row);
      row.classList.toggle("is-blank", isEmpty(row));
      keep(row, { left: true });
      last = row;
      row = row.nextElementSibling || addRow();
    }
    go(cells(last)[column]);
  });

  form.querySelector("[data-grid-more]").addEventListener("click", (event) => { event.preventDefault(); go(cells(addRow() || body.lastElementChild)[1]); });
  const first = rows().find(isEmpty) || body.firstElementChild;
  if (!form.querySelector("[aria-invalid]")) go(cells(first)[1]);
  else go(form.querySelector("[aria-invalid]"));
  rows().filter((row) => !isEmpty(row) && !row.querySelector("[data-state]").textContent.trim().match(/ready|look/)).forEach((row) => keep(row, { left: true }));
})();
