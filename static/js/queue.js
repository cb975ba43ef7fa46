/* What is saved without a network waits on this phone, encrypted, and is sent in order, each entry once.
   docs/offline.md says how. Without this script every page works as before. */
(function () {
  "use strict";
  const bar = document.getElementById("queue");
  if (!bar || !window.indexedDB || !window.crypto || !crypto.subtle) return;
  const words = bar.dataset;
  const PROGRAMME = "/offline/programme/";
  const PATHS = { log: "/api/v1/logs/", set: "/api/v1/sets/" };
  const YOUNG = 20000; /* a form that was sent just now may still arrive */
  const FRESH = 600000; /* how long a programme is good enough, in milliseconds */
  let owner = words.key;
  let signedOut = words.place === "sign-in";
  let fails = 0;
  let timer = 0;
  let sent = 0;
  let busy = false;
  let wiped = false;
  /* The form that this tab sent last was answered: this page is the answer. */
  const answered = sessionStorage.getItem("sent");
  if (words.key) sessionStorage.removeItem("sent");
  const isYoung = (entry) => entry.tried && entry.body.id !== answered && Date.now() - entry.at < YOUNG;

  /* ---- the store ---- */
  function open() {
    return new Promise(function (done, fail) {
      const asked = indexedDB.open("waiting", 1);
      asked.onupgradeneeded = function () {
        asked.result.createObjectStore("entries", { keyPath: "n", autoIncrement: true });
        asked.result.createObjectStore("kept");
      };
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => fail(asked.error);
    });
  }

  async function act(mode, work) {
    if (wiped) throw new Error("wiped");
    const db = await open();
    try {
      return await new Promise(function (done, fail) {
        const all = db.transaction(["entries", "kept"], mode, { durability: "strict" });
        const asked = work(all.objectStore("entries"), all.objectStore("kept"));
        all.oncomplete = () => done(asked.result);
        all.onerror = all.onabort = () => fail(all.error);
      });
    } finally {
      db.close();
    }
  }

  async function key() {
    const look = () => act("readonly", (_entries, kept) => kept.get("key"));
    const found = await look();
    if (found) return found;
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    /* Another tab may have been faster: then its key stands. */
    await act("readwrite", (_entries, kept) => kept.add(made, "key")).catch(() => 0);
    return look();
  }

  async function seal(value) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(value));
    return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key(), plain) };
  }

  async function unseal(row) {
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv }, await key(), row.data);
    return JSON.parse(new TextDecoder().decode(plain));
  }

  const remove = (entry) => act("readwrite", (entries) => entries.delete(entry.n));

  async function all() {
    const found = [];
    for (const row of await act("readonly", (entries) => entries.getAll())) {
      try {
        found.push(Object.assign(await unseal(row), { n: row.n, who: row.who }));
      } catch (_unreadable) {
        await remove(row); /* its key is gone for good */
      }
    }
    return found;
  }

  async function write(entry) {
    const { n, who, ...rest } = entry;
    const row = Object.assign(await seal(rest), { who }, n ? { n } : {});
    await act("readwrite", (entries) => entries.put(row));
  }

  /* An entry with the same id was not sent yet: the new one takes its place. */
  async function add(kind, body, more) {
    const old = (await all()).find((one) => one.body.id === body.id && one.who === owner);
    await write(Object.assign({ kind, body, at: Date.now(), state: "" }, more, { who: owner }, old ? { n: old.n } : {}));
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist().catch(() => 0);
  }

  async function programme() {
    const row = await act("readonly", (_entries, kept) => kept.get("programme"));
    return row ? unseal(row).catch(() => null) : null;
  }

  async function keepProgramme(found) {
    const row = found && (await seal(found));
    await act("readwrite", (_entries, kept) => (row ? kept.put(row, "programme") : kept.delete("programme")));
  }

  function wipe() {
    wiped = true;
    clearTimeout(timer);
    sessionStorage.clear();
    return new Promise(function (done) {
      const asked = indexedDB.deleteDatabase("waiting");
      asked.onsuccess = asked.onerror = asked.onblocked = done;
    });
  }

  /* ---- time and ids ---- */
  function uuid() {
    if (crypto.randomUUID) return crypto.randomUUID();
    const hex = (one) => (one ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (one / 4)))).toString(16);
    return "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (one) => hex(+one));
  }

  function stamp() {
    const now = new Date();
    const minutes = -now.getTimezoneOffset();
    const two = (number) => String(Math.floor(Math.abs(number))).padStart(2, "0");
    const wall = new Date(now.getTime() + minutes * 60000).toISOString().slice(0, 23);
    const found = { done_at: wall + (minutes < 0 ? "-" : "+") + two(minutes / 60) + ":" + two(minutes % 60) };
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (zone && zone !== "Etc/Unknown") found.time_zone = zone;
    return found;
  }

  function dayIn(zone) {
    const parts = {};
    const shape = { year: "numeric", month: "2-digit", day: "2-digit" };
    let format = new Intl.DateTimeFormat("en-GB", shape);
    try {
      format = new Intl.DateTimeFormat("en-GB", Object.assign({ timeZone: zone }, shape));
    } catch (_unknown) {
      /* A zone that this phone does not know: its own day is the best guess. */
    }
    format.formatToParts(new Date()).forEach((one) => (parts[one.type] = one.value));
    return parts.year + "-" + parts.month + "-" + parts.day;
  }

  /* ---- sending ---- */
  async function call(path, options) {
    const stop = new AbortController();
    const late = setTimeout(() => stop.abort(), 20000);
    try {
      const shape = { cache: "no-store", credentials: "same-origin", redirect: "error", signal: stop.signal };
      const answer = await fetch(path, Object.assign(shape, options));
      const text = await answer.text();
      const isJson = /json/.test(answer.headers.get("Content-Type") || "");
      return { status: answer.status, json: isJson && text ? JSON.parse(text) : null };
    } finally {
      clearTimeout(late);
    }
  }

  /* Ask who is signed in, with a fresh token; the phone keeps today's programme along the way. */
  async function ask() {
    const { status, json } = await call(PROGRAMME);
    signedOut = status === 401;
    if (status === 401) await keepProgramme(null);
    if (status !== 200 || !json || !json.who) return null;
    const { token, ...rest } = json;
    await keepProgramme(Object.assign(rest, { at: Date.now() }));
    return { who: json.who, token };
  }

  const same = (mine, theirs) => JSON.stringify(mine === undefined ? null : mine) === JSON.stringify(theirs === undefined ? null : theirs);

  /* Of two devices the later answer stands. Say so where it is not this one's. */
  function differing(body, day) {
    const asked = Object.keys(body).filter((name) => !/^(id|recovery|day|done_at|time_zone|exercises_.*)$/.test(name));
    return asked.some((name) => !same(body[name], day[name]));
  }

  /* Returns "done", "wait" (try again later) or "stop" (nothing can be sent now). */
  async function sendOne(entry, me) {
    const path = PATHS[entry.kind];
    if (entry.tried) {
      const known = await call(path + entry.body.id + "/");
      if (known.status === 200 && known.json && known.json.id === entry.body.id) {
        await remove(entry);
        return "done";
      }
      if (known.status !== 404) return "stop";
      if (isYoung(entry)) return "wait";
    }
    const headers = { "Content-Type": "application/json", "X-CSRFToken": me.token };
    const answer = await call(path, { method: "POST", headers, body: JSON.stringify(entry.body) });
    const { status, json } = answer;
    if (status === 401) signedOut = true;
    if (status === 401 || status === 403 || status === 408 || status === 429 || status >= 500 || !json) return "stop";
    if (status === 200 || status === 201) {
      if (json.id !== entry.body.id) return "stop"; /* not our server: a Wi-Fi's own sign-in page, say */
      if (entry.kind === "log" && differing(entry.body, json)) {
        await write(Object.assign(entry, { state: "differs", now: json.pain_rest }));
      } else await remove(entry);
      sent += 1;
      return "done";
    }
    if (status === 404) {
      const now = await ask();
      if (!now || now.who !== entry.who) return "stop";
    }
    if (status === 409 && entry.kind === "log") {
      const known = await call(path + entry.body.id + "/");
      if (known.status !== 200 || !known.json) return "stop";
      if (!differing(entry.body, known.json)) {
        await remove(entry); /* the form itself was faster */
        return "done";
      }
      entry.now = known.json.pain_rest;
    }
    const said = (json.errors || []).map((one) => one.detail).join(" ");
    await write(Object.assign(entry, { state: status === 409 ? "differs" : "refused", said }));
    return "done";
  }

  async function turn() {
    const waiting = async (who) => (await all()).filter((one) => one.who === who && !one.state);
    if (!(await waiting(owner)).length) return true;
    const me = await ask();
    if (!me) return signedOut;
    const skipped = new Set();
    for (;;) {
      const list = (await waiting(me.who)).filter((one) => !skipped.has(one.n));
      if (!list.length) return !skipped.size;
      for (const entry of list) {
        const end = await sendOne(entry, me);
        if (end === "stop") return false;
        if (end === "wait") skipped.add(entry.n);
        else await show();
      }
    }
  }

  /* Only one tab sends at a time. */
  async function alone(work) {
    if (navigator.locks) return navigator.locks.request("queue", { ifAvailable: true }, (lock) => (lock ? work() : false));
    const lease = (until) => (_entries, kept) => {
      const asked = kept.get("lease");
      asked.onsuccess = () => {
        asked.mine = !until || !(asked.result > Date.now());
        if (asked.mine) kept.put(until, "lease");
      };
      return { get result() { return asked.mine; } };
    };
    if (!(await act("readwrite", lease(Date.now() + 60000)))) return false;
    try {
      return await work();
    } finally {
      await act("readwrite", lease(0)).catch(() => 0);
    }
  }

  async function send() {
    clearTimeout(timer);
    if (wiped || words.place === "sign-in") return show();
    let done = false;
    try {
      done = await alone(turn);
    } catch (_away) {
      /* No network, or no answer in time: the entries stay where they are. */
    }
    fails = done ? 0 : fails + 1;
    if (!done && !wiped) timer = setTimeout(send, Math.min(FRESH, 5000 * Math.pow(3, Math.min(fails, 6) - 1)));
    return show();
  }

  /* ---- what the page says ---- */
  function element(name, css, text) {
    const made = document.createElement(name);
    if (css) made.className = css;
    if (text) made.textContent = text;
    return made;
  }

  function button(text, press) {
    const made = element("button", "btn alt", text);
    made.type = "button";
    made.addEventListener("click", press);
    return made;
  }

  const count = (number, name) => (number === 1 ? words[name] : words[name + "s"]).replace("%s", number);

  function titleOf(entry) {
    const noon = new Date(entry.body.day + "T12:00:00");
    const lang = document.documentElement.lang;
    const day = noon.toLocaleDateString(lang === "en" ? "en-GB" : lang, { weekday: "long", day: "numeric", month: "long" });
    return day + ": " + (entry.kind === "log" ? words.pain.replace("%s", entry.body.pain_rest) : words.set);
  }

  function question(entry) {
    const box = element("div", "stack-s");
    const again = (more) => async () => {
      const body = Object.assign({}, entry.body, more());
      await write(Object.assign({}, entry, { body, state: "", said: "", tried: false }));
      send();
    };
    const drop = async () => {
      await remove(entry);
      show();
    };
    const row = element("div", "row");
    if (entry.state === "differs") {
      const theirs = typeof entry.now === "number" && entry.now !== entry.body.pain_rest;
      box.append(element("p", "", words.differs + " " + titleOf(entry) + ". " + (theirs ? words.theirs.replace("%s", entry.now) : "")));
      row.append(button(words.keepmine, again(() => Object.assign({ id: uuid() }, stamp()))), button(words.keeptheirs, drop));
    } else {
      box.append(element("p", "", words.refused + " " + titleOf(entry) + ". " + (entry.said || "")));
      row.append(button(words.again, again(() => ({}))), button(words.drop, drop));
    }
    box.append(row);
    return box;
  }

  async function show() {
    if (wiped) return;
    let list = [];
    try {
      list = await all();
    } catch (_gone) {
      return; /* the phone took the store away: nothing waits */
    }
    const online = navigator.onLine;
    const mine = words.place === "sign-in" ? list : list.filter((one) => one.who === owner);
    const waiting = mine.filter((one) => !one.state && !(online && isYoung(one)));
    const parts = [];
    if (!online && words.place !== "offline") parts.push(element("p", "", words.offline));
    if (waiting.length && signedOut) {
      const link = element("a", "", count(waiting.length, "signin"));
      link.href = words.login;
      parts.push(words.place === "sign-in" ? element("p", "", link.textContent) : link);
    } else if (waiting.length) {
      const row = element("div", "row between");
      row.append(element("p", "", count(waiting.length, "waiting")));
      if (online) row.append(button(words.send, send));
      parts.push(row);
    } else if (sent && !mine.length) {
      const link = element("a", "", words.look);
      link.href = location.pathname + location.search;
      const row = element("div", "row between");
      row.append(element("p", "", words.sent), link);
      parts.push(row);
    }
    const asked = mine.find((one) => one.state); /* one question at a time */
    if (asked && words.place !== "sign-in") parts.push(question(asked));
    const body = element("div", "grow stack-s");
    body.append(...parts);
    const whole = element("div", waiting.length || !sent ? "bar" : "bar ok");
    whole.append(body);
    if (parts.length && bar.innerHTML === whole.outerHTML) return;
    const hadFocus = bar.contains(document.activeElement);
    bar.textContent = "";
    if (parts.length) bar.append(whole);
    if (hadFocus) bar.focus();
  }

  /* ---- forms of the pages ---- */
  /* What is no number goes on as it was typed: the server says what is wrong with it. */
  const number = (all) => (isNaN(all[0].replace(",", ".")) ? all[0] : Number(all[0].replace(",", ".")));
  const READ = {
    int: number,
    decimal: number,
    angle: number,
    bool: (all) => all[0] === "yes",
    multi: (all) => all,
    checklist: (all) => all,
    list3_0_10: (all) => all,
  };

  /* Only a goal with a score is an answer, as on the page. */
  const goals = (data) =>
    [1, 2, 3]
      .map((one) => ({ goal: (data.get("goal_" + one) || "").trim(), score: data.get("goal_" + one + "_score") }))
      .filter((one) => one.goal && one.score)
      .map((one) => ({ goal: one.goal, score: Number(one.score) }));

  function logBody(form) {
    const data = new FormData(form);
    const filled = String(data.get("filled") || "").split(" ");
    const body = Object.assign({ id: data.get("save_id"), recovery: form.dataset.recovery, day: form.dataset.day }, stamp());
    form.dataset.kinds.split(" ").forEach(function (pair) {
      const [name, kind] = pair.split(":");
      const all = kind === "list3_0_10" ? goals(data) : data.getAll(name).filter((one) => one !== "");
      if (all.length) body[name] = READ[kind] ? READ[kind](all) : all[0];
      else if (filled.includes(name)) body[name] = READ[kind] === READ.multi || kind === "checklist" ? [] : null;
      if (name === "exercises_done" && body[name]) body.exercises_shown = filled.filter((one) => one.length === 36);
    });
    return body;
  }

  function setBody(form) {
    const data = new FormData(form);
    const body = Object.assign({ id: data.get("set_id"), exercise: form.dataset.exercise, day: form.dataset.day }, stamp());
    if (data.get("pain")) body.pain = Number(data.get("pain"));
    const spots = Array.from(form.querySelectorAll('[name="spot"]:checked'), (one) => one.closest("label").textContent.trim());
    const where = spots.concat(data.get("where") || []).join(", ");
    if (where) body.where = where;
    return body;
  }

  function pass(form, pressed) {
    form.dataset.passed = "1";
    const id = form.elements.save_id || form.elements.set_id;
    if (id) sessionStorage.setItem("sent", id.value);
    if (form.requestSubmit) form.requestSubmit(pressed || undefined);
    else form.submit();
    delete form.dataset.passed;
  }

  function say(form) {
    const note = element("div", "note ok", words.kept);
    note.tabIndex = -1;
    note.setAttribute("role", "status");
    const old = form.parentNode.querySelector(".queue-note");
    if (old) old.remove();
    note.classList.add("queue-note");
    form.before(note);
    note.focus();
  }

  async function keepForm(form) {
    const kind = form.dataset.queue;
    const body = kind === "log" ? logBody(form) : setBody(form);
    if (kind === "log" && typeof body.pain_rest !== "number") {
      if (navigator.onLine || form.reportValidity()) return true;
      return false;
    }
    await add(kind, body, { tried: navigator.onLine });
    if (navigator.onLine) return true;
    (form.elements.save_id || form.elements.set_id).value = uuid(); /* the next press is another act */
    if (body.check === "wrong") location.assign("/help/");
    else say(form);
    await show();
    return false;
  }

  async function leave(form) {
    const list = await all().catch(() => []);
    const asked = document.getElementById("leave");
    if (!list.length || !asked) {
      await wipe();
      return true;
    }
    form.hidden = true;
    asked.hidden = false;
    asked.querySelector("[data-count]").textContent = count(list.length, "unsent");
    const press = (name, work) => (asked.querySelector("[data-leave=" + name + "]").onclick = work);
    asked.querySelector("[data-leave=drop]").textContent = count(list.length, "leave");
    press("drop", async () => {
      await wipe();
      pass(form);
    });
    press("send", async () => {
      await send();
      const left = (await all()).length;
      asked.querySelector("[data-count]").textContent = count(left, "unsent");
      form.hidden = left > 0;
      asked.hidden = !form.hidden;
      (form.hidden ? asked : form.querySelector("button")).focus();
    });
    asked.focus();
    return false;
  }

  document.addEventListener(
    "submit",
    function (event) {
      const form = event.target;
      if (!form.dataset.queue || form.dataset.passed) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (busy) return;
      busy = true;
      const pressed = event.submitter;
      const late = new Promise((done) => setTimeout(done, 2000, navigator.onLine));
      const kept = form.dataset.queue === "leave" ? leave(form) : Promise.race([keepForm(form), late]);
      kept
        .catch(() => true)
        /* Not within the event that was stopped: there the browser ignores a second press. */
        .then((goes) => new Promise((done) => setTimeout(done, 0, goes)))
        .then(function (goes) {
          busy = false;
          if (goes) pass(form, pressed);
        });
    },
    true
  );

  /* A form that came back with its errors is still being filled in: it does not wait. */
  async function dropEdited() {
    if (!document.querySelector(".errors")) return;
    const ids = Array.from(document.querySelectorAll("[name=save_id], [name=set_id]"), (one) => one.value);
    for (const entry of await all()) if (entry.tried && ids.includes(entry.body.id)) await remove(entry);
  }

  async function start() {
    const known = await programme();
    if (words.place === "offline") owner = (known && known.who) || "";
    await dropEdited();
    await show();
    if (document.readyState !== "complete") await new Promise((done) => addEventListener("load", done));
    const isOld = !known || known.who !== owner || Date.now() - known.at > FRESH;
    if (words.key && (isOld || answered)) await ask().catch(() => 0);
    if (owner) await send();
  }

  addEventListener("online", send);
  addEventListener("offline", show);
  document.addEventListener("visibilitychange", () => document.hidden || send());
  window.queue = { add, all, dayIn, programme, send, show, stamp, uuid, words };
  window.queue.ready = start().catch(() => 0);
})();
