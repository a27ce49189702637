// Keyboard, saving once, toasts and dialogs. Everything is asked for by attributes; docs/design.md lists them.
(() => {
  "use strict";

  const mac = /Mac|iPhone|iPad/.test(navigator.platform);
  const visible = (element) => element.checkVisibility(); // not in a folded <details>, either
  const typing = (element) =>
    element.isContentEditable || /^(TEXTAREA|SELECT)$/.test(element.tagName) ||
    (element.tagName === "INPUT" && !/^(checkbox|radio|button|submit|reset|file|range|color)$/.test(element.type));

  // --- Single keys: data-key="n" on a link, button or field. WCAG 2.1.4: they can be switched off.

  const remembered = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
  const remember = (name, value) => { try { localStorage.setItem(name, value); } catch { /* a locked-down browser forgets */ } };
  const keysOn = () => remembered("single-keys") !== "off";

  function showKeys() {
    document.documentElement.classList.toggle("keys-off", !keysOn());
    for (const element of document.querySelectorAll("[data-key]")) {
      if (keysOn()) element.setAttribute("aria-keyshortcuts", element.dataset.key);
      else element.removeAttribute("aria-keyshortcuts");
    }
    for (const box of document.querySelectorAll("[data-keys-switch]")) box.checked = keysOn();
  }

  function listKeys(dialog) {
    const list = dialog.querySelector("[data-keys-list]");
    if (!list) return;
    list.querySelectorAll("[data-own]").forEach((row) => row.remove());
    for (const element of [...document.querySelectorAll("[data-key]")].filter(visible).reverse()) {
      const key = document.createElement("dt"), what = document.createElement("dd"), cap = document.createElement("kbd");
      cap.textContent = element.dataset.key;
      key.append(cap);
      const words = element.cloneNode(true);
      words.querySelectorAll?.("kbd").forEach((hint) => hint.remove());
      what.textContent = element.getAttribute("aria-label") || words.textContent.trim();
      key.dataset.own = what.dataset.own = "";
      list.prepend(key, what);
    }
  }

  function pressSingleKey(event) {
    if (!keysOn() || typing(event.target) || document.querySelector("dialog[open]")) return;
    const match = [...document.querySelectorAll("[data-key]")].find((e) => e.dataset.key === event.key && visible(e));
    if (!match) return;
    event.preventDefault();
    if (typing(match)) { match.focus(); match.select?.(); } else match.click();
  }

  // --- Forms: Enter goes on, Ctrl S saves, Ctrl Enter saves and starts the next.

  function fieldsOf(form) {
    const seen = new Set();
    return [...form.elements].filter((field) => {
      if (field.disabled || field.type === "hidden" || field.tagName === "FIELDSET" || field.tagName === "OUTPUT") return false;
      if (field.tabIndex < 0 || !visible(field) || (field.type === "button" && !field.matches("[data-save-next]"))) return false;
      if (field.type !== "radio") return true;
      const chosen = [...form.elements].find((e) => e.type === "radio" && e.name === field.name && e.checked);
      if (seen.has(field.name) || (chosen && chosen !== field)) return false;
      seen.add(field.name);
      return true;
    });
  }

  function goOn(from) {
    const fields = fieldsOf(from.form);
    const same = (field) => field === from || (from.type === "radio" && field.type === "radio" && field.name === from.name);
    const next = fields[fields.findIndex(same) + 1];
    if (!next) return;
    next.focus();
    if (typing(next)) next.select?.();
  }

  function enterGoesOn(event) {
    const field = event.target, form = field.form;
    if (!form || form.dataset.enter !== "next" || field.tagName === "TEXTAREA" || field.tagName === "BUTTON") return;
    if (/^(submit|button|reset|image|file)$/.test(field.type)) return;
    event.preventDefault();
    goOn(field);
  }

  function formToSave(event) {
    const field = event.target.form && event.target.tagName !== "BUTTON" ? event.target : null;
    return field?.closest("form[method=post]") || document.querySelector("dialog[open] form[method=post]") || document.querySelector("form[data-save]");
  }

  function save(event, selector) {
    const form = formToSave(event);
    if (!form) return;
    event.preventDefault();
    const button = form.querySelector(selector) || form.querySelector("button:not([type=button]):not([type=reset]), input[type=submit]");
    form.requestSubmit(button || undefined);
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.repeat) return;
    const command = mac ? event.metaKey || event.ctrlKey : event.ctrlKey;
    if (command && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "s") return save(event, "[data-save-button]");
    if (command && !event.altKey && event.key === "Enter") return save(event, "[data-save-next]");
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter") enterGoesOn(event);
    else if (event.key === "Escape") leaveSheet(event);
    else if (event.key.length === 1) pressSingleKey(event);
  });
  document.addEventListener("go-on", (event) => event.target.form && goOn(event.target));

  // --- What somebody else saved meanwhile stands in the fields of a form that were not changed here.

  function isChanged(field) {
    if (field.type === "hidden" || field.type === "file") return true; // it cannot be told
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
    const chosen = [...field.options].filter((option) => option.defaultSelected);
    return chosen.length ? [...field.options].some((option) => option.selected !== option.defaultSelected) : field.selectedIndex > 0;
  }
  document.addEventListener("submit", ({ target: form }) => {
    const place = form.elements.changed;
    if (!place) return;
    const before = place.value.split(" ").filter((name) => name && name !== "?");
    const now = [...form.elements].filter((field) => field.name && isChanged(field)).map((field) => field.name);
    place.value = [...new Set([...before, ...now])].join(" ");
  }, true);

  // --- A form is sent once, and leaving it half filled asks first (data-warn-unsaved).

  const buttonsOf = (form) => [...form.elements].filter((e) => e.tagName === "BUTTON" || e.type === "submit");
  function release(form) {
    delete form.dataset.sending;
    buttonsOf(form).forEach((button) => { if (button.dataset.held) { button.disabled = false; delete button.dataset.held; } });
  }
  function hold(form) {
    form.dataset.sending = "";
    buttonsOf(form).filter((button) => !button.disabled).forEach((button) => { button.dataset.held = "1"; button.disabled = true; });
  }

  // Signing in elsewhere changes the token; a page that was already open must not lose its typing for that.
  function token() {
    const name = document.body.dataset.csrfCookie;
    return name ? document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) : "";
  }
  function freshen(form) {
    const field = form.elements.csrfmiddlewaretoken;
    if (field && token()) field.value = token();
  }
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.target.tagName === "FORM") freshen(event.target);
    if (token() && event.detail.verb !== "get") {
      event.detail.headers["X-CSRFToken"] = token();
      if ("csrfmiddlewaretoken" in event.detail.parameters) event.detail.parameters.csrfmiddlewaretoken = token();
    }
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if ("sending" in form.dataset) { event.preventDefault(); event.stopImmediatePropagation(); }
  }, true);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (event.submitter?.formTarget) return freshen(form); // a preview beside the form: the page stays as it is
    form.dataset.sending = "";
    delete form.dataset.changed;
    freshen(form);
    setTimeout(() => hold(form)); // after the browser has taken the pressed button's name
    setTimeout(() => release(form), 15000); // an answer that is a file leaves the page standing
  });
  document.addEventListener("htmx:beforeRequest", (event) => { if (event.target.tagName === "FORM") { delete event.target.dataset.changed; event.target.dataset.sent = ""; hold(event.target); } });
  document.addEventListener("htmx:afterRequest", (event) => { if (event.target.tagName === "FORM") release(event.target); });
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sending]").forEach(release));

  document.addEventListener("input", (event) => { const form = event.target.form; if (form?.method === "post") { form.dataset.changed = ""; delete form.dataset.sent; } });
  let previewing;
  document.addEventListener("input", (event) => {
    const form = event.target.form, preview = form?.querySelector("[data-live]");
    if (!preview) return;
    clearTimeout(previewing);
    previewing = setTimeout(() => form.requestSubmit(preview), 500);
  });
  addEventListener("beforeunload", (event) => { if (document.querySelector("form[data-warn-unsaved][data-changed]")) event.preventDefault(); });

  // --- Toasts: from the page, or from a response's HX-Trigger: {"toast": {"text", "tone", "undo"}}.

  function fade(toast) {
    const stays = toast.querySelector("form") || toast.matches(".note-error, .note-warning");
    if (stays) return;
    setTimeout(() => (toast.matches(":hover, :focus-within") ? fade(toast) : toast.remove()), 8000);
  }
  function toast({ text, tone = "success", undo = "" }) {
    if (tone === "success") document.querySelectorAll(".toasts > .note-success").forEach((older) => older.remove()); // or they cover the rows
    const note = document.getElementById("toast").content.firstElementChild.cloneNode(true);
    note.className = `note note-${tone}`;
    note.querySelector("span").textContent = text;
    if (undo) note.querySelector("form").action = undo; else note.querySelector("form").remove();
    document.querySelector(".toasts").append(note);
    fade(note);
  }
  document.addEventListener("toast", (event) => toast(event.detail));

  // What a full page would have said after an htmx request failed.
  document.addEventListener("htmx:responseError", (event) => {
    const { status, responseText } = event.detail.xhr;
    if (status === 401) return document.dispatchEvent(new Event("signed-out"));
    const page = new DOMParser().parseFromString(responseText, "text/html");
    const words = page.querySelector("main .panel p")?.textContent.trim() || "That did not work, and nothing was changed. Reload the page and try again.";
    toast({ text: words, tone: "error" });
  });
  document.addEventListener("htmx:sendError", () => toast({ text: "The server cannot be reached. Nothing was changed; try again in a moment.", tone: "error" }));

  // --- Clicks: dialogs, closing, copying, going back, the phone's menu.

  function openDialog(id) {
    const dialog = document.getElementById(id);
    if (!dialog) return false;
    listKeys(dialog);
    dialog.showModal();
    return true;
  }
  function closeSheets(except) {
    for (const sheet of document.querySelectorAll("details:is([data-sheet], .drop)[open]")) if (!except || !sheet.contains(except)) sheet.open = false;
  }
  function leaveSheet(event) {
    const summary = event.target.closest?.("details:is([data-sheet], .drop)[open]")?.querySelector("summary");
    closeSheets(null);
    summary?.focus();
  }
  async function copy(button) {
    await navigator.clipboard.writeText(button.dataset.copy);
    toast({ text: `Copied: ${button.dataset.copy}` });
  }

  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest(selector);
    closeSheets(event.target);
    const opener = at("[data-dialog]"), closer = at("[data-close]"), copier = at("[data-copy]");
    if (opener && openDialog(opener.dataset.dialog)) event.preventDefault();
    else if (closer) (closer.closest("dialog") ? closer.closest("dialog").close() : closer.closest("[data-toast]")?.remove());
    else if (copier) copy(copier);
    else if (at("[data-back]")) history.back();
    else if (at("[data-print]")) print();
    else if (event.target.matches("dialog.dialog") && event.target.id !== "idle") event.target.close(); // the veil around it
  });
  document.addEventListener("toggle", (event) => { // a drop opens with its first field ready
    if (!event.target.matches?.(".drop[open]") || event.target.querySelector(":focus:not(summary)")) return;
    event.target.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  }, true);

  // --- Several rows at once: boxes in cells .pick, [data-pick-all] in the heading, [data-picked] counts.

  document.addEventListener("change", (event) => {
    const table = event.target.closest(".pick") && event.target.closest("[data-pick], form");
    if (!table) return;
    const boxes = [...table.querySelectorAll(".pick input[name]")], all = table.querySelector("[data-pick-all]");
    if (event.target === all) boxes.forEach((box) => { box.checked = all.checked; });
    const picked = boxes.filter((box) => box.checked).length;
    if (all) { all.checked = picked > 0 && picked === boxes.length; all.indeterminate = picked > 0 && picked < boxes.length; }
    table.querySelectorAll("[data-picked]").forEach((place) => { place.textContent = picked; });
  });

  // --- A row that finished itself leaves the focus on what stands in its place, not at the top of the page.

  let place = null;
  const rows = () => [...document.querySelectorAll("#content .item")];
  document.addEventListener("htmx:beforeRequest", ({ detail: { target } }) => {
    if (!target.contains(document.activeElement) || (place && target.id === "content")) return;
    const parent = target.parentElement;
    place = { parent, index: [...parent.children].indexOf(target), row: rows().indexOf(target.closest(".item")) };
  }, true); // before the pressed button is held and loses the focus
  document.addEventListener("htmx:afterSettle", () => {
    if (!place || document.activeElement !== document.body) return;
    const { parent, index, row } = place; // where the whole page was refreshed, the row that moved up
    const next = parent.isConnected ? parent.children[index] || parent : rows()[row] || document.getElementById("content");
    next.tabIndex = -1;
    next.focus({ preventScroll: true });
    place = null;
  });

  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-keys-switch]")) return;
    remember("single-keys", event.target.checked ? "on" : "off");
    showKeys();
  });

  // --- Where this browser is, as a first answer: data-guess="country" or "time_zone" on a select.

  function guess(select) {
    const here = { country: new Intl.Locale(navigator.language).region, time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone };
    const option = [...select.options].find((one) => one.value === here[select.dataset.guess]);
    if (option) option.selected = true;
  }

  // --- Start

  document.querySelectorAll("select[data-guess]").forEach(guess);
  document.querySelectorAll(".toasts > *").forEach(fade);
  document.querySelectorAll("[data-back][hidden]").forEach((button) => { button.hidden = history.length < 2; });
  showKeys();
  document.addEventListener("htmx:load", showKeys);
  const wrong = document.querySelector("main :is(input, select, textarea).is-invalid");
  if (wrong && !document.querySelector("main [autofocus]")) wrong.focus();
})();
