"use strict";
// Sends a list of messages one after the other and compares each echo with what was sent.
const messages = [];
for (const size of [0, 1, 125, 126, 1000, 65535, 65536, 300000]) {
  messages.push("x".repeat(size));
  messages.push(Uint8Array.from({ length: size }, (_, i) => (i * 31 + size) & 255));
}
messages.push("Grüße, 世界, 🚀 ".repeat(20));

const $ = (id) => document.getElementById(id);
const times = [];
let at = 0, bytes = 0, good = 0, sentAt = 0;

const socket = new WebSocket(`ws://${location.host}/`, "echo");
socket.binaryType = "arraybuffer";

function length(m) {
  return typeof m === "string" ? new TextEncoder().encode(m).length : m.length;
}

function same(sent, got) {
  if (typeof sent === "string") return sent === got;
  if (typeof got === "string") return false;
  const b = new Uint8Array(got);
  return b.length === sent.length && b.every((v, i) => v === sent[i]);
}

function verdict(state, text) {
  $("verdict").dataset.state = state;
  $("verdict").textContent = text;
  document.title = `golws demo: ${state}`;
}

function next() {
  if (at === messages.length) {
    socket.close(1000, "done");
    return;
  }
  sentAt = performance.now();
  socket.send(messages[at]);
}

socket.onopen = () => {
  $("state").textContent = `open, “${socket.protocol}”`;
  next();
};

socket.onmessage = (event) => {
  const sent = messages[at++];
  const ok = same(sent, event.data);
  const ms = performance.now() - sentAt;
  times.push(ms);
  good += ok;
  bytes += length(sent);
  const row = $("rows").insertRow();
  const cells = [typeof sent === "string" ? "text" : "binary", length(sent).toLocaleString("en"), ms.toFixed(2), ok ? "the same" : "differs"];
  cells.forEach((text, i) => {
    const cell = row.insertCell();
    cell.textContent = text;
    if (i === 1 || i === 2) cell.className = "n";
    if (i === 3) cell.className = ok ? "same" : "differs";
  });
  $("echoes").textContent = `${good} of ${messages.length}`;
  $("bytes").textContent = bytes.toLocaleString("en");
  $("median").textContent = `${[...times].sort((a, b) => a - b)[times.length >> 1].toFixed(2)} ms`;
  next();
};

socket.onclose = (event) => {
  $("state").textContent = `closed ${event.code}`;
  if (good === messages.length && event.code === 1000) verdict("held", `All ${good} echoes came back the same, and the connection closed cleanly.`);
  else verdict("broke", `${good} of ${messages.length} echoes came back; the connection closed with ${event.code}.`);
};
