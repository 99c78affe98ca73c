// What waits to be sent: one IndexedDB store, in the order it was entered; the key is the request id.
const opened = new Promise((resolve, reject) => {
  const request = indexedDB.open("gongfang-shop", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("waiting", { keyPath: "id" });
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

async function run(mode, act) {
  const store = (await opened).transaction("waiting", mode).objectStore("waiting");
  return new Promise((resolve, reject) => {
    const request = act(store);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export const add = (entry) => run("readwrite", (store) => store.add(entry));
export const put = (entry) => run("readwrite", (store) => store.put(entry));
export const remove = (id) => run("readwrite", (store) => store.delete(id));
export const all = async () => (await run("readonly", (store) => store.getAll())).sort((one, other) => one.at - other.at);
