/* Reads the steps aloud and prints, where the browser can. The page says the same without it. */
(function () {
  "use strict";
  var voice = window.speechSynthesis;
  var speak = document.querySelector("[data-speak]");
  var print = document.querySelector("[data-print]");
  function show(button) {
    button.closest("[data-script]").hidden = false;
  }
  if (print && window.print) {
    show(print);
    print.addEventListener("click", function () { window.print(); });
  }
  if (!speak || !voice || !window.SpeechSynthesisUtterance) return;
  var start = speak.textContent, turn = 0;
  function stop() {
    turn += 1; /* what an earlier turn still says at its end no longer counts */
    voice.cancel();
    speak.textContent = start;
    speak.removeAttribute("data-on");
  }
  function read() {
    var steps = document.querySelectorAll(speak.getAttribute("data-speak")), mine = turn;
    speak.textContent = speak.getAttribute("data-stop");
    speak.setAttribute("data-on", "");
    steps.forEach(function (step, place) {
      var words = new SpeechSynthesisUtterance(step.textContent);
      words.lang = document.documentElement.lang;
      words.rate = 0.9;
      words.onerror = function () { if (mine === turn) stop(); };
      if (place === steps.length - 1) words.onend = words.onerror;
      voice.speak(words);
    });
  }
  show(speak);
  speak.addEventListener("click", function () {
    var on = speak.hasAttribute("data-on");
    stop();
    if (!on) read();
  });
  window.addEventListener("pagehide", stop);
})();
