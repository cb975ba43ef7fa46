/* Offers the phone's own time zone. The page works without it: the server then keeps the zone it knows. */
(function () {
  "use strict";
  var zone = "";
  try {
    zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
  } catch (_error) {
    return; /* a browser without zones */
  }
  if (!zone) return;
  document.querySelectorAll("input[name=time_zone]").forEach(function (input) {
    if (!input.value) input.value = zone;
  });
  document.querySelectorAll("[data-zone]").forEach(function (place) {
    place.textContent = zone.replace(/_/g, " ");
  });
})();
