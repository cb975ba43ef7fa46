/* After a page load, take the reader to what changed: the error box first, else the message. */
(function () {
  "use strict";
  var target = document.querySelector(".errors[data-focus]") || document.querySelector("[data-focus]");
  if (target && !location.hash) target.focus();
})();
