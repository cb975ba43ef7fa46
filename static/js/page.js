/* On every page: take the reader to what changed, and keep Help on the phone for when the network is away. */
(function () {
  "use strict";
  var target = document.querySelector(".errors[data-focus]") || document.querySelector("[data-focus]");
  if (target && !location.hash) target.focus();
  /* Nobody may read on with Back after somebody signed out. */
  addEventListener("pageshow", function (event) {
    if (event.persisted) location.reload();
  });
  if ("serviceWorker" in navigator && isSecureContext) {
    addEventListener("load", function () {
      var address = "/sw.js?lang=" + encodeURIComponent(document.documentElement.lang);
      navigator.serviceWorker.register(address).catch(function () {
        /* A browser that keeps nothing: the pages work without. */
      });
    });
  }
})();
