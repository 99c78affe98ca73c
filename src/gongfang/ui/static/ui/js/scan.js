// Scanning: a box that takes a keyboard-wedge scanner, typing, or the camera; a right code chirps, a wrong one is red and buzzes.
let audio = null;

function beep(tone, seconds, kind) {
  try {
    audio = audio || new AudioContext();
    const source = audio.createOscillator();
    const volume = audio.createGain();
    source.type = kind;
    source.frequency.value = tone;
    volume.gain.value = 0.12;
    source.connect(volume).connect(audio.destination);
    source.start();
    source.stop(audio.currentTime + seconds);
  } catch (error) {
    /* no sound on this device */
  }
}

export function chirp() {
  beep(1180, 0.07, "sine");
}

export function buzz() {
  beep(170, 0.45, "square");
  navigator.vibrate?.([120, 60, 120]);
  document.dispatchEvent(new CustomEvent("gf:buzz"));
}

export function newId() {
  return crypto.randomUUID ? crypto.randomUUID() : ([1e7] + -1e3 + -4e3 + -8e3 + -1e11).replace(/[018]/g, (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));
}

export async function post(url, body) {
  const token = JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"];
  const answer = await fetch(url, {
    method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json", "X-CSRFToken": token, Accept: "application/json" },
    body: JSON.stringify(body),
  });
  const data = await answer.json().catch(() => ({}));
  return { ok: answer.ok, status: answer.status, data };
}

const FORMATS = ["qr_code", "code_128", "ean_13", "ean_8", "code_39", "upc_a", "data_matrix", "itf"];
let reader = null;

function load(address) {
  return new Promise((done, fail) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = done;
    script.onerror = fail;
    document.head.append(script);
  });
}

// A function from an image source to the text of the first code in it, or null: the browser's own detector, else the vendored reader.
export async function codeReader() {
  if (reader) return reader;
  if ("BarcodeDetector" in window) {
    const known = await window.BarcodeDetector.getSupportedFormats().catch(() => []);
    if (known.includes("qr_code") && known.includes("code_128")) {
      const detector = new window.BarcodeDetector({ formats: FORMATS.filter((name) => known.includes(name)) });
      reader = async (image) => (await detector.detect(image))[0]?.rawValue ?? null;
      return reader;
    }
  }
  const folder = new URL("../../vendor/zxing/", import.meta.url).href;
  if (!window.ZXingWASM) await load(folder + "reader.js");
  window.ZXingWASM.prepareZXingModule({ overrides: { locateFile: (name) => folder + name } });
  const canvas = document.createElement("canvas");
  reader = async (image) => {
    const width = image.videoWidth || image.width, height = image.videoHeight || image.height;
    if (!width) return null;
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(image, 0, 0);
    const found = await window.ZXingWASM.readBarcodes(context.getImageData(0, 0, width, height), { tryHarder: true, maxNumberOfSymbols: 1 });
    return found[0]?.text || null;
  };
  return reader;
}

// box: the element with data-gf-scan. take(code) -> promise of nothing; it says how it went by `ok` and `bad`. focus: start there.
export class ScanBox {
  constructor(box, take, { focus = true } = {}) {
    this.box = box;
    this.take = take;
    this.input = box.querySelector("input");
    this.said = box.querySelector("[data-scan-said]");
    this.queue = Promise.resolve();
    this.input.addEventListener("keydown", (event) => {
      // Scanners type the separator of GS1 codes as Ctrl+] or as a key of its own; a text box would drop it.
      if ((event.ctrlKey && (event.key === "]" || event.code === "BracketRight")) || event.key === "\u001d") {
        event.preventDefault();
        this.input.setRangeText("\u001d", this.input.selectionStart, this.input.selectionEnd, "end");
        return;
      }
      if (event.key !== "Enter" && event.key !== "Tab") return;
      const code = this.input.value.trim();
      if (!code) return;
      event.preventDefault();
      this.input.value = "";
      this.enter(code);
    });
    box.querySelector("[data-scan-camera]")?.addEventListener("click", () => this.open());
    box.querySelector("[data-scan-stop]")?.addEventListener("click", () => this.close());
    // A wedge scanner types wherever the focus is: bring it back unless somebody writes in another field.
    document.addEventListener("keydown", (event) => {
      if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest?.("input, textarea, select, dialog, [contenteditable]")) this.input.focus();
    });
    if (focus) this.input.focus({ preventScroll: true });
  }

  // Scans are worked off one after the other, in their order.
  enter(code) {
    this.queue = this.queue.then(() => this.take(code)).catch((error) => this.bad(String(error.message || error)));
    return this.queue;
  }

  ok(message) {
    this.say(message, "gs-ok");
    chirp();
  }

  bad(message, action = null) {
    this.say(message, "gs-bad");
    if (action) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-sm";
      button.textContent = action.title;
      button.addEventListener("click", action.run);
      this.said.append(button);
    }
    buzz();
  }

  say(message, kind) {
    this.said.textContent = message;
    this.said.className = `gs-said ${kind}`;
    this.box.classList.toggle("gs-bad", kind === "gs-bad");
  }

  async open() {
    const holder = this.box.querySelector("[data-scan-video]");
    const video = holder.querySelector("video");
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
    } catch (error) {
      this.bad(this.box.dataset.noCamera || String(error.message || error));
      return;
    }
    holder.hidden = false;
    video.srcObject = this.stream;
    await video.play();
    const read = await codeReader();
    let last = "", at = 0;
    while (this.stream) {
      const code = await read(video).catch(() => null);
      // The same label in view counts once a second and a half, so that holding still is not counting.
      if (code && (code !== last || Date.now() - at > 1500)) {
        last = code;
        at = Date.now();
        await this.enter(code);
      }
      await new Promise((done) => setTimeout(done, 120));
    }
  }

  close() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.box.querySelector("[data-scan-video]").hidden = true;
    this.input.focus();
  }
}
