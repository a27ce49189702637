// Writing a report: kept while typing pauses, phrases put in at the caret (;; or the dialog), pages shown on request.
(() => {
  "use strict";

  const form = document.querySelector("form[data-keep]");
  if (!form) return;
  const PAUSE = 1500; // milliseconds without typing until what is there is kept
  const kept = document.getElementById("kept");
  let pausing, changes = 0, running = Promise.resolve(), stopped = false;

  function token() {
    const name = document.body.dataset.csrfCookie;
    const pair = document.cookie.split("; ").find((part) => part.startsWith(`${name}=`));
    return pair ? pair.slice(name.length + 1) : form.elements.csrfmiddlewaretoken.value;
  }
  function words() {
    const data = new URLSearchParams(new FormData(form));
    data.set("csrfmiddlewaretoken", token());
    return data;
  }

  // Answers stay in order, because each carries the version that the next one needs.
  const keep = () => { clearTimeout(pausing); running = running.then(post); return running; };
  async function post() {
    if (stopped || !changes || "sending" in form.dataset) return;
    const seen = changes;
    try {
      const answer = await fetch(form.dataset.keep, { method: "POST", body: words(), headers: { "HX-Request": "true" } });
      if (answer.status === 401) document.dispatchEvent(new Event("signed-out"));
      if (!answer.ok) throw new Error(String(answer.status));
      kept.innerHTML = await answer.text(); // a fragment our own server has escaped
      const version = kept.querySelector("[data-version]")?.dataset.version;
      if (!version) { stopped = true; return; } // somebody else was first: saving shows what they wrote
      form.elements.version.value = version;
      const missing = kept.querySelector("template")?.content;
      if (missing) document.getElementById("missing-parts").replaceChildren(missing);
      if (changes === seen) { changes = 0; delete form.dataset.changed; }
    } catch {
      kept.innerHTML = '<span class="tag tag-soon">not kept</span> It is tried again.';
      pausing = setTimeout(keep, 10000);
    }
  }

  form.addEventListener("input", () => { changes += 1; clearTimeout(pausing); pausing = setTimeout(keep, PAUSE); });
  form.addEventListener("focusout", () => { if (changes) keep(); });
  addEventListener("online", keep);
  // A button must not overtake what is being kept: it would carry an older version.
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button:not([type=button])");
    if (!button || "waited" in button.dataset) return;
    event.preventDefault();
    clearTimeout(pausing);
    running.then(() => { button.dataset.waited = ""; form.requestSubmit(button); delete button.dataset.waited; });
  });
  addEventListener("pagehide", () => { if (changes && !stopped && !("sending" in form.dataset)) navigator.sendBeacon(form.dataset.keep, words()); });

  // --- Phrases

  const dialog = document.getElementById("phrases"), list = document.getElementById("phrase");
  let field = null;
  function offer(at) {
    field = at;
    dialog.showModal();
    if (!list) return;
    list.selectedIndex = 0;
    show();
    list.focus();
  }
  function show() { dialog.querySelector("[data-phrase-text]").textContent = list.value; }
  function put() {
    if (!field || !list?.value) return;
    const start = field.value.slice(0, field.selectionStart).endsWith(";;") ? field.selectionStart - 2 : field.selectionStart;
    field.setRangeText(list.value, start, field.selectionEnd, "end");
    dialog.close();
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  form.addEventListener("input", (event) => {
    const at = event.target;
    if (at.matches("[data-phrases]") && event.data === ";" && at.value.slice(0, at.selectionStart).endsWith(";;")) offer(at);
  });
  form.addEventListener("focusin", (event) => { if (event.target.matches("[data-phrases]")) field = event.target; });
  document.querySelector("[data-offer-phrases]")?.addEventListener("click", () => offer(field || form.querySelector("[data-phrases]")));
  list?.addEventListener("change", show);
  list?.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); put(); } });
  list?.addEventListener("dblclick", put);
  dialog.querySelector("[data-phrase-put]")?.addEventListener("click", put);
  dialog.addEventListener("close", () => field?.focus());

  // --- The pages come into view when they are asked for.

  form.querySelector("[data-shows]")?.addEventListener("click", () => {
    const pages = document.getElementById("pages");
    pages.hidden = false;
    pages.scrollIntoView({ block: "start" });
  });
})();
