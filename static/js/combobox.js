// The ARIA APG editable combobox with list autocomplete, over a plain text field and a hidden one.
//   Enter   chooses the highlight and goes on; the first real match is highlighted as soon as it is there.
//   Tab     chooses only what the arrow keys pointed at: leaving a field must not pick a partner nobody looked at.
//           Text left as it is goes to the server, which resolves it or asks.
//   Enter before the matches are there waits for them, and chooses only if exactly one real match comes.
(() => {
  "use strict";

  const PAUSE = 120; // ms without a key before asking
  let count = 0;

  function combobox(root) {
    const input = root.querySelector("input:not([type=hidden])"), hidden = root.querySelector("input[type=hidden]");
    const list = document.createElement("ul"), status = document.createElement("div"), name = `combo-${++count}`;
    let at = null, pointed = false, timer = 0, request = null, asked = 0, waiting = false, shownFor = null;

    Object.assign(list, { id: `${name}-list`, className: "combo-menu", hidden: true });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.labels?.[0]?.textContent.trim() || "Matches");
    status.className = "visually-hidden";
    status.setAttribute("role", "status");
    root.append(list, status);
    for (const [key, value] of Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, autocomplete: "off", autocapitalize: "off", spellcheck: "false",
    })) input.setAttribute(key, value);

    const options = () => [...list.children];
    const real = () => options().filter((option) => !("create" in option.dataset));
    const isOpen = () => !list.hidden;
    const labelOf = (option) => option.dataset.label || option.textContent.trim();

    function highlight(option, { byPerson = false } = {}) {
      at?.setAttribute("aria-selected", "false");
      at = option;
      pointed = byPerson && Boolean(option);
      if (!option) return input.removeAttribute("aria-activedescendant");
      option.setAttribute("aria-selected", "true");
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    }

    function open() { list.hidden = false; input.setAttribute("aria-expanded", "true"); }
    function close() { list.hidden = true; input.setAttribute("aria-expanded", "false"); highlight(null); }
    function stop() { clearTimeout(timer); request?.abort(); asked += 1; waiting = false; }

    function set(value, label) {
      const changed = hidden.value !== value;
      hidden.value = value;
      root.classList.toggle("combo-chosen", Boolean(value));
      if (changed) hidden.dispatchEvent(new Event("change", { bubbles: true }));
      root.dispatchEvent(new CustomEvent(value ? "combobox:chosen" : "combobox:cleared", { bubbles: true, detail: { value, label } }));
    }

    function choose(option) {
      stop();
      input.value = shownFor = labelOf(option);
      close();
      status.textContent = `${input.value} chosen`;
      set(option.dataset.value || "", input.value);
      input.dispatchEvent(new Event("input", { bubbles: true, cancelable: false }));
    }

    function createOption(text) {
      const option = document.createElement("li"), words = document.createElement("span");
      option.setAttribute("role", "option");
      Object.assign(option.dataset, { create: "", value: "new", label: text });
      words.textContent = `Add “${text}” as ${root.dataset.create}…`;
      option.append(words);
      return option;
    }

    function show(html, text) {
      const box = document.createElement("template");
      box.innerHTML = html; // a fragment our own server has escaped
      list.replaceChildren(...box.content.querySelectorAll("[role=option]"));
      if (root.dataset.create) list.append(createOption(text));
      options().forEach((option, index) => { option.id = `${name}-${index}`; option.setAttribute("aria-selected", "false"); });
      at = null;
      shownFor = text;
      const found = real().length;
      status.textContent = found === 1 ? "1 match" : found ? `${found} matches` : "No match";
      if (!options().length) return close();
      open();
      highlight(real()[0] || null);
      if (waiting && found === 1) { choose(at); goOn(); }
      waiting = false;
    }

    async function ask() {
      const text = input.value.trim(), mine = ++asked;
      request?.abort();
      request = new AbortController();
      try {
        const address = new URL(root.dataset.url, location.href);
        address.searchParams.set("q", text);
        const answer = await fetch(address, { signal: request.signal, headers: { "X-Requested-With": "fetch" }, redirect: "manual" });
        if (answer.type === "opaqueredirect") { document.dispatchEvent(new Event("signed-out")); return; }
        if (!answer.ok) throw new Error(String(answer.status));
        const html = await answer.text();
        if (mine === asked && document.activeElement === input) show(html, text);
      } catch (error) {
        if (error.name === "AbortError" || mine !== asked) return;
        waiting = false;
        status.textContent = "The list cannot be reached. Type the name; it is looked up when you save.";
        close();
      }
    }

    function typed(event) {
      if (event.isTrusted === false && input.value === shownFor) return; // our own echo after choosing
      stop();
      if (hidden.value) set("", "");
      if (!input.value.trim()) { shownFor = null; return close(); }
      highlight(null);
      timer = setTimeout(ask, PAUSE);
    }

    function move(step) {
      if (!isOpen()) { if (input.value.trim()) ask(); return; }
      const all = options(), from = all.indexOf(at);
      const next = from < 0 ? (step > 0 ? 0 : all.length - 1) : (from + step + all.length) % all.length;
      highlight(all[next], { byPerson: true });
    }

    const goOn = () => input.dispatchEvent(new CustomEvent("go-on", { bubbles: true }));

    function enter(event) {
      const pending = input.value.trim() && !hidden.value && input.value.trim() !== shownFor;
      if (isOpen() && at && !pending) { event.preventDefault(); choose(at); goOn(); }
      else if (pending) { event.preventDefault(); waiting = true; clearTimeout(timer); ask(); }
      else if (isOpen()) close();
    }

    input.addEventListener("keydown", (event) => {
      if (event.isComposing || event.ctrlKey || event.metaKey) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); if (!event.altKey) move(event.key === "ArrowDown" ? 1 : -1); else if (event.key === "ArrowUp") close(); else move(1); }
      else if (event.key === "Enter") enter(event);
      else if (event.key === "Escape" && isOpen()) { event.preventDefault(); stop(); close(); }
      else if (event.key === "Tab") { if (isOpen() && at && pointed) choose(at); stop(); close(); }
      else if ((event.key === "Home" || event.key === "End") && isOpen() && pointed) { event.preventDefault(); highlight(options().at(event.key === "Home" ? 0 : -1), { byPerson: true }); }
    });
    input.addEventListener("input", typed);
    input.addEventListener("blur", () => { stop(); close(); });
    list.addEventListener("mousedown", (event) => event.preventDefault()); // keeps the focus in the field
    list.addEventListener("click", (event) => { const option = event.target.closest("[role=option]"); if (option) { choose(option); goOn(); } });
    root.classList.toggle("combo-chosen", Boolean(hidden.value));
    if (hidden.value) shownFor = input.value;
  }

  function start(scope) {
    const boxes = [...scope.querySelectorAll("[data-combobox]:not([data-ready])")];
    if (scope.matches?.("[data-combobox]:not([data-ready])")) boxes.push(scope);
    for (const box of boxes) { box.dataset.ready = ""; combobox(box); }
  }

  start(document);
  document.addEventListener("htmx:load", (event) => start(event.detail.elt));
})();
