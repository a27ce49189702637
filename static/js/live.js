// A list (#content with data-live) learns within seconds that somebody changed something and refreshes in place.
// It never does so under somebody's hands: then a quiet line says it, and the list waits.
(() => {
  "use strict";

  const EVERY = 6000, AFTER_A_MOVE = 1200, AT_LONGEST = 2500;
  const HELD = "form[data-sending], .htmx-request, [aria-expanded=true][role=combobox]";
  const content = () => document.getElementById("content");
  const line = () => document.getElementById("live-line");
  const said = document.getElementById("live-said");
  let timer, asking = false, moved = 0;

  const label = (element) => element.getAttribute("aria-label") || element.textContent.trim();
  const row = (element) => element?.closest?.("[data-row]")?.dataset.row;

  function isTyped(field) {
    if (field.type === "hidden" || field.disabled) return false;
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.tagName === "SELECT") return [...field.options].some((option) => option.selected !== option.defaultSelected) && field.selectedIndex > 0;
    return "defaultValue" in field && field.value !== field.defaultValue;
  }
  const typedIn = () => [...content().querySelectorAll("input, textarea, select")].filter(isTyped);

  function isInUse(fresh) {
    const main = content(), active = document.activeElement;
    if (document.querySelector("dialog[open], #bar details[open]") || main.querySelector(HELD)) return true;
    if (main.contains(active) && active.matches("input, textarea, select, [contenteditable]")) return true;
    if (main.querySelectorAll("details[open]").length !== fresh.querySelectorAll("details[open]").length) return true;
    if (getSelection().type === "Range" && main.contains(getSelection().anchorNode)) return true;
    return typedIn().length > 0;
  }

  // --- What has the focus, and where the rows stand, before and after

  function same(element, within) {
    const alike = [...within.querySelectorAll(element.tagName)].filter((other) => label(other) === label(element));
    return alike.find((other) => row(other) === row(element)) || null;
  }

  function anchor() {
    const under = document.querySelector("#content [data-row]:hover") || document.activeElement.closest("#content [data-row]");
    const first = [...document.querySelectorAll("#content [data-row]")].find((one) => one.getBoundingClientRect().bottom > 0);
    const held = under || (scrollY > 0 ? first : null);
    return held && { key: held.dataset.row, top: held.getBoundingClientRect().top };
  }

  // --- What was typed while the answer was on its way; a form that was sent has had its turn

  function typing() {
    const active = document.activeElement, isOpen = active.id && active.closest(".drop[open]") && active.tagName !== "SUMMARY";
    const fields = [...new Set([...typedIn(), ...(isOpen && content().contains(active) ? [active] : [])])];
    const unsent = fields.filter((field) => field.id && !("sent" in (field.form?.dataset || {})));
    return { active: unsent.includes(active) ? active.id : null, fields: unsent.map(({ id, value, checked }) => ({ id, value, checked })) };
  }

  function typeAgain({ active, fields }) {
    for (const { id, value, checked } of fields) {
      const field = document.getElementById(id);
      if (!field) continue;
      Object.assign(field, { value, checked });
      if (field.closest(".drop")) field.closest(".drop").open = true;
    }
    if (active) document.getElementById(active)?.focus({ preventScroll: true });
  }

  let typed = null;
  document.addEventListener("htmx:beforeSwap", ({ detail }) => { if (detail.shouldSwap && detail.target === content()) typed = typing(); });
  document.addEventListener("htmx:afterSettle", () => { if (typed) typeAgain(typed); typed = null; });

  function put(html) {
    const active = content().contains(document.activeElement) && document.activeElement !== content() ? document.activeElement : null;
    const hold = anchor(), kept = typing();
    htmx.swap("#content", html, { swapStyle: "outerHTML", swapDelay: 0, settleDelay: 0, ignoreTitle: true }, { select: "#content", selectOOB: "#rail,#bar" });
    typeAgain(kept);
    if (active && !document.contains(active) && !kept.active) (same(active, content()) || content()).focus({ preventScroll: true });
    const stands = hold && document.querySelector(`#content [data-row="${CSS.escape(hold.key)}"]`);
    if (stands) scrollBy({ top: stands.getBoundingClientRect().top - hold.top, behavior: "instant" });
  }

  // --- Asking, and what follows

  async function fetched(address) {
    const answer = await fetch(address, { headers: { "X-Background": "1" }, redirect: "manual", cache: "no-store" });
    return answer.status === 200 ? answer : null;
  }

  async function refresh(who, { pressed = false } = {}) {
    const answer = await fetched(location.href);
    if (!answer) return;
    const html = await answer.text(), fresh = new DOMParser().parseFromString(html, "text/html").getElementById("content");
    if (!fresh) return;
    const active = document.activeElement, inside = content().contains(active) && active !== content();
    if (!pressed && (isInUse(fresh) || (inside && !same(active, fresh)))) return tell(who);
    put(html);
    line()?.remove();
    said.textContent = pressed ? "The list is up to date." : `${who} changed something. The list is up to date.`;
  }

  function tell(who) {
    if (line()) return;
    const note = document.getElementById("toast").content.firstElementChild.cloneNode(true);
    [note.id, note.className] = ["live-line", "note note-info note-live"];
    note.querySelector("span").textContent = `${who} changed something.`;
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "btn btn-sm btn-plain", textContent: "Refresh" });
    button.addEventListener("click", () => refresh(who, { pressed: true }));
    note.querySelector("form").replaceWith(button);
    document.querySelector(".toasts").prepend(note);
  }

  function calm() { // nothing moves away under a pointer that is on its way to a button
    const until = Date.now() + AT_LONGEST;
    return new Promise((done) => {
      const wait = () => (Date.now() - moved > AFTER_A_MOVE || Date.now() > until ? done() : setTimeout(wait, 200));
      wait();
    });
  }

  async function look() {
    const address = content()?.dataset.live;
    if (!address || document.hidden || asking) return;
    asking = true;
    try {
      const answer = await fetched(address);
      const news = answer && (await answer.json());
      if (news) await calm();
      if (news && content()?.dataset.live === address) await refresh(news.who);
    } catch { /* the server cannot be reached: the next question comes by itself */ }
    asking = false;
  }

  function again() {
    clearTimeout(timer);
    timer = setTimeout(async () => { await look(); again(); }, EVERY);
  }

  document.addEventListener("pointermove", (event) => { if (event.target.closest?.("#content")) moved = Date.now(); }, { passive: true });
  document.addEventListener("visibilitychange", async () => { if (!document.hidden) { await look(); again(); } });
  again();
})();
