{% autoescape off %}/* Keeps files that are the same for everybody, so that Help and the offline page open without a network.
   No private page and no answer of the API ever enters a cache. */
"use strict";
const CACHE = "{{ version }}";
const HELP = "{% url "recovery:offline_help" %}";
const OFFLINE = "{% url "recovery:offline" %}";
const FILES = {{ files }};
const HASHED = /\.[0-9a-f]{12}\./;
const lang = new URL(location.href).searchParams.get("lang") || "";

async function keep(cache, address) {
  /* Without cookies, so that a page comes as it does to somebody who is signed out. */
  const headers = lang ? { "Accept-Language": lang } : {};
  const answer = await fetch(address, { cache: "reload", credentials: "omit", headers });
  if (!answer.ok || answer.redirected) throw new Error(address);
  await cache.put(address, answer);
}

async function kept(address) {
  const cache = await caches.open(CACHE);
  return (await cache.match(address, { ignoreVary: true })) || Response.error();
}

async function page(request) {
  /* A bar of signal that carries nothing is no network either. A form is never given up on. */
  const late = new Promise((_done, fail) => setTimeout(fail, 12000));
  late.catch(() => 0);
  try {
    return await (request.method === "GET" ? Promise.race([fetch(request), late]) : fetch(request));
  } catch (_away) {
    return kept(new URL(request.url).pathname.startsWith("/help/") ? HELP : OFFLINE);
  }
}

async function file(request, path) {
  if (HASHED.test(path)) {
    const found = await kept(path);
    return found.ok ? found : fetch(request);
  }
  try {
    return await fetch(request);
  } catch (_away) {
    return kept(path);
  }
}

addEventListener("install", (event) => {
  const all = (cache) => Promise.all([HELP, OFFLINE, ...FILES].map((one) => keep(cache, one)));
  event.waitUntil(caches.open(CACHE).then(all).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name !== CACHE).map((name) => caches.delete(name));
  event.waitUntil(caches.keys().then((names) => Promise.all(old(names))).then(() => clients.claim()));
});

addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (origin !== location.origin) return;
  if (event.request.mode === "navigate") event.respondWith(page(event.request));
  else if (FILES.includes(pathname)) event.respondWith(file(event.request, pathname));
});
{% endautoescape %}
