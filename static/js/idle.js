// Warns a minute before the server signs an unused browser out. Other tabs and every foreground request count as use;
// a request with the header X-Background: 1 does not, here as on the server.
(() => {
  "use strict";

  const { idleSeconds, idleWarn, idlePing } = document.body.dataset;
  const dialog = document.getElementById("idle");
  if (!idlePing || !dialog) return;
  const stay = dialog.querySelector("[data-idle-stay]"), title = dialog.querySelector("h2"), text = dialog.querySelector("p");
  const words = { title: title.textContent, text: text.textContent, stay: stay.textContent };
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("use") : null;
  let last = Date.now(), touched = 0, over = false;

  function used({ tell = true } = {}) {
    last = Date.now();
    over = false;
    if (tell) tabs?.postMessage("used");
    if (!dialog.open) return;
    dialog.classList.remove("cover");
    [title.textContent, text.textContent, stay.textContent] = [words.title, words.text, words.stay];
    dialog.close();
  }

  function signedOut() {
    over = true;
    title.textContent = "You were signed out";
    text.textContent = "What you typed is kept. Sign in and go on.";
    stay.textContent = "Sign in";
    dialog.classList.add("cover");
    if (!dialog.open) dialog.showModal();
  }

  function look() {
    const unused = (Date.now() - last) / 1000;
    if (unused >= Number(idleSeconds)) { if (!over) signedOut(); }
    else if (unused >= Number(idleWarn) && !dialog.open) {
      const atWork = (Date.now() - touched) / 1000 < Number(idleSeconds) - Number(idleWarn);
      if (atWork) stayOrSignIn(); // somebody writing a long note is not away
      else dialog.showModal();
    }
  }

  // The ping is asked first even when time is up: if another tab kept the session alive, nothing is sent and nothing is lost.
  async function stayOrSignIn() {
    let alive = false;
    try {
      const answer = await fetch(idlePing, { redirect: "manual", cache: "no-store", headers: { "X-Requested-With": "fetch" } });
      alive = answer.ok;
    } catch { return; } // the server cannot be reached: stay as we are
    if (alive) return used();
    if (!dialog.open) return signedOut();
    const form = document.querySelector("form[method=post][data-changed]");
    // An expired POST is not carried out: the sign-in page keeps its body and fills the form again.
    if (form) { form.removeAttribute("data-warn-unsaved"); form.submit(); } else location.reload();
  }

  stay.addEventListener("click", stayOrSignIn);
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); stayOrSignIn(); });
  document.addEventListener("signed-out", signedOut);
  tabs?.addEventListener("message", () => used({ tell: false }));
  document.addEventListener("htmx:afterRequest", (event) => {
    const sent = event.detail.requestConfig?.headers || {};
    if (event.detail.successful && !sent["X-Background"]) used();
  });
  document.addEventListener("visibilitychange", look);
  for (const sign of ["keydown", "pointerdown"]) document.addEventListener(sign, () => { touched = Date.now(); }, { passive: true });
  tabs?.postMessage("used");
  setInterval(look, 1000);
})();
