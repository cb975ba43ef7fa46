/* Offers to put the app on the phone, once the browser says that it can. "Not now" is kept. */
(function () {
  "use strict";
  var offer = document.getElementById("install");
  if (!offer) return;
  var yes = offer.querySelector("[data-install=yes]");
  var no = offer.querySelector("[data-install=no]");

  function stop() {
    var secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = "install=no; Max-Age=34560000; Path=/; SameSite=Lax" + secure;
    offer.hidden = true;
  }

  addEventListener("beforeinstallprompt", function (event) {
    event.preventDefault();
    yes.hidden = offer.hidden = false;
    yes.onclick = function () {
      event.prompt();
      stop();
    };
  });
  /* Only iPhones know this property, and there people have to do it by hand. */
  if (navigator.standalone === false) offer.querySelector("[data-install=how]").hidden = offer.hidden = false;
  no.onclick = stop;
})();
