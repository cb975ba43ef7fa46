/* Times a hold. What is kept is the instant at which it ends, so that a locked phone or a reload loses nothing. */
(function () {
  "use strict";
  var box = document.querySelector("[data-timer]");
  if (!box) return;
  var LATE = 3600000; /* an end that is an hour old belongs to another day */
  var shown = box.querySelector("[role=timer]"), said = box.querySelector("[role=status]");
  var button = box.querySelector("button"), start = button.textContent;
  var key = "hold:" + box.getAttribute("data-key"), seconds = Number(box.getAttribute("data-timer"));
  var end = 0, ticking = 0, lock = null;
  function keep(value) {
    try {
      if (value) sessionStorage.setItem(key, String(value)); else sessionStorage.removeItem(key);
    } catch (_error) { end = value; /* no storage: the timer then lives as long as the page */ }
  }
  function kept() {
    try { return Number(sessionStorage.getItem(key)) || 0; } catch (_error) { return end; }
  }
  function words(left) {
    var rest = left % 60;
    return Math.floor(left / 60) + ":" + (rest < 10 ? "0" : "") + rest;
  }
  function awake(on) {
    if (lock) { lock.release(); lock = null; }
    if (!on || !navigator.wakeLock) return;
    navigator.wakeLock.request("screen").then(function (got) {
      if (end) lock = got; else got.release();
    }, function () { lock = null; });
  }
  function finish(text) {
    clearInterval(ticking);
    end = 0;
    keep(0);
    awake(false);
    shown.textContent = text || words(seconds);
    said.textContent = text;
    button.textContent = start;
  }
  function look() {
    if (!end) return;
    var left = Math.ceil((end - Date.now()) / 1000);
    if (left > 0) { shown.textContent = words(left); return; }
    if (navigator.vibrate) navigator.vibrate(200);
    finish(said.getAttribute("data-said"));
  }
  function run(until) {
    end = until;
    said.textContent = "";
    button.textContent = button.getAttribute("data-stop");
    clearInterval(ticking);
    ticking = setInterval(look, 250);
    awake(true);
    look();
  }
  box.hidden = false;
  shown.textContent = words(seconds);
  button.addEventListener("click", function () {
    if (end) { finish(""); return; }
    var until = Date.now() + seconds * 1000;
    keep(until);
    run(until);
  });
  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState !== "visible") return;
    if (end) awake(true);
    look();
  });
  document.addEventListener("submit", function () { keep(0); }); /* the next set begins anew */
  var before = kept();
  if (before && Date.now() - before < LATE) run(before); else keep(0);
})();
