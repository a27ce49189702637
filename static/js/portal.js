// The link's secret stands behind the # of the address, which no browser sends. It goes into the form here,
// and out of the address, so that neither a history nor a log keeps it.
(() => {
  "use strict";
  const field = document.querySelector("[data-link]");
  const secret = location.hash.slice(1);
  if (!field || !secret) return;
  field.value = secret;
  field.closest("[data-link-row]").hidden = true;
  document.querySelector("[data-link-here]").hidden = false;
  history.replaceState(null, "", location.pathname);
})();
