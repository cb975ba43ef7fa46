/* The offline pages: what the phone knows of today's programme, a short log, sets done, the clinic's phone. */
(function () {
  "use strict";
  const queue = window.queue;
  if (!queue) return;
  const find = (id) => document.getElementById(id);
  const form = find("day");
  const phones = find("phones");
  let known = null;

  function element(name, css, text) {
    const made = document.createElement(name);
    made.className = css;
    made.textContent = text || "";
    return made;
  }

  function showPhones() {
    const list = phones.querySelector("ul");
    const lines = [[known.clinic, list.dataset.clinic, known.hours], [known.out_of_hours, list.dataset.closed, ""]];
    lines.filter((line) => line[0]).forEach(function ([number, name, hours]) {
      const item = element("li", "");
      const link = element("a", "link-row", "");
      const words = element("span", "");
      link.href = "tel:" + number.replace(/(?!^\+)[^0-9*#]/g, "");
      words.append(element("b", "", name + ": " + number));
      if (hours) words.append(element("span", "small mute", hours));
      link.append(words);
      item.append(link);
      list.append(item);
      phones.hidden = false;
    });
  }

  function showBones() {
    if (known.recoveries.length < 2) return;
    const tiles = find("bones").querySelector(".tiles");
    known.recoveries.forEach(function (one, place) {
      const label = element("label", "tile");
      const box = element("input", "");
      const words = element("span", "t");
      box.type = "radio";
      box.name = "recovery";
      box.value = one.id;
      box.checked = place === 0;
      words.append(element("span", "", one.name));
      label.append(box, words);
      tiles.append(label);
    });
    find("bones").hidden = false;
  }

  async function showMoves() {
    const list = find("moves").querySelector("ul");
    const day = queue.dayIn(known.zone);
    const waiting = (await queue.all()).filter((one) => one.kind === "set" && one.body.day === day);
    list.textContent = "";
    known.exercises.forEach(function (one) {
      const before = known.day === day ? one.done : 0;
      const done = before + waiting.filter((entry) => entry.body.exercise === one.id).length;
      const item = element("li", "pad row between");
      const words = element("span", "grow");
      const says = list.dataset.words.replace("%1", done).replace("%2", one.planned);
      words.append(element("b", "block", one.name), element("span", "small mute", says));
      const press = element("button", "btn alt", list.dataset.done);
      press.type = "button";
      press.setAttribute("aria-label", list.dataset.done + ": " + one.name);
      press.addEventListener("click", () => doSet(one, press));
      item.append(words, press);
      list.append(item);
    });
    find("moves").hidden = !known.exercises.length;
  }

  async function doSet(one, press) {
    press.disabled = true;
    await queue.add("set", Object.assign({ id: queue.uuid(), exercise: one.id, day: queue.dayIn(known.zone) }, queue.stamp()));
    await showMoves();
    const again = find("moves").querySelector('[aria-label="' + CSS.escape(press.getAttribute("aria-label")) + '"]');
    if (again) again.focus();
    await queue.show();
    if (navigator.onLine) queue.send();
  }

  function answers() {
    const data = new FormData(form);
    const found = {};
    ["pain_rest", "pain_move"].forEach((name) => data.get(name) && (found[name] = Number(data.get(name))));
    ["swelling", "check", "note"].forEach((name) => data.get(name) && (found[name] = data.get(name)));
    return found;
  }

  async function save(event) {
    event.preventDefault();
    const given = answers();
    find("needed").hidden = "pain_rest" in given;
    if (!find("needed").hidden) return find("needed").focus();
    const recovery = new FormData(form).get("recovery") || known.recoveries[0].id;
    const head = { id: queue.uuid(), recovery, day: queue.dayIn(known.zone) };
    await queue.add("log", Object.assign(head, queue.stamp(), given));
    if (given.check === "wrong") return location.assign("/help/");
    find("saved").hidden = false;
    find("high").hidden = given.pain_rest < known.pain_high;
    form.hidden = true;
    find("saved").focus();
    await queue.show();
    if (navigator.onLine) queue.send();
  }

  async function start() {
    await queue.ready;
    known = await queue.programme();
    if (!known) return; /* nobody has signed in here, or the phone forgot: Help is all there is */
    if (phones) showPhones();
    if (!form || !known.recoveries.length) return;
    showBones();
    await showMoves();
    /* A form that this phone sent a moment ago did not get through. */
    find("saved").hidden = !(await queue.all()).some((one) => one.tried && !one.state);
    form.addEventListener("submit", save);
    find("kept").hidden = false;
  }

  start();
})();
