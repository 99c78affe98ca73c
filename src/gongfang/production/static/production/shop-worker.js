// Keeps the terminal's page and its files for work without network. Calls for data always go to the network.
const STORE = "gongfang-shop-1";
const DATA = /^\/shop\/(login|token|jobs|today|calls|lists|files|act)/;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(STORE).then((cache) => cache.add("/shop/")).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name !== STORE).map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin || DATA.test(url.pathname)) return;
  if (!url.pathname.startsWith("/shop/") && !url.pathname.startsWith("/static/")) return;
  event.respondWith(
    fetch(event.request)
      .then((answer) => {
        if (answer.ok) { const copy = answer.clone(); caches.open(STORE).then((cache) => cache.put(event.request, copy)); }
        return answer;
      })
      .catch(() => caches.match(event.request, { ignoreSearch: url.pathname === "/shop/" }).then((kept) => kept ?? Response.error())),
  );
});
