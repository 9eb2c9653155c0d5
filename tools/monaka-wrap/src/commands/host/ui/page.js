"use strict";

// Text only ever goes into the page as text: names of files are the programs' own.

const calls = new Map();
let path = [];

function size(bytes) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (bytes >= 1024 && unit < units.length - 1) {
    bytes /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? bytes : bytes.toFixed(1)} ${units[unit]}`;
}

function row(cells) {
  const tr = document.createElement("tr");
  for (const cell of cells) {
    const td = document.createElement("td");
    td.append(cell);
    tr.append(td);
  }
  return tr;
}

function link(text, target) {
  const a = document.createElement("a");
  a.textContent = text;
  a.href = "#" + target.map(encodeURIComponent).join("/");
  return a;
}

async function showGuests() {
  const all = await (await fetch("guests")).json();
  document.getElementById("usage").textContent =
    `${size(all.bytes)} of ${size(all.limit_bytes)}, ` +
    `${all.inodes} of ${all.limit_inodes} files and directories`;
  const now = performance.now();
  const rows = all.guests.map((guest) => {
    const total = Object.values(guest.calls).reduce((sum, count) => sum + count, 0);
    const before = calls.get(guest.guest);
    calls.set(guest.guest, { total, now });
    const rate = before ? ((total - before.total) * 1000) / (now - before.now) : 0;
    return row([
      guest.guest, String(total), rate.toFixed(0), String(guest.failures),
      size(guest.read), size(guest.written), String(guest.open),
    ]);
  });
  document.getElementById("guests").replaceChildren(...rows);
}

async function showFiles() {
  const nav = [link("/", [])];
  path.forEach((name, index) => nav.push(link(`${name}/`, path.slice(0, index + 1))));
  document.getElementById("path").replaceChildren(...nav);
  const answer = await fetch("tree/" + path.map(encodeURIComponent).join("/"));
  const tree = answer.ok ? await answer.json() : { all: 0, entries: [] };
  const rows = tree.entries.map((entry) => {
    const name = entry.type === "directory" ? link(entry.name, [...path, entry.name]) : entry.name;
    const modified = new Date(entry.modified * 1000).toISOString().slice(0, 19).replace("T", " ");
    return row([name, entry.type, entry.type === "directory" ? "" : size(entry.size), modified]);
  });
  document.getElementById("entries").replaceChildren(...rows);
  const more = tree.all - tree.entries.length;
  document.getElementById("more").textContent = more > 0 ? `and ${more} more` : "";
}

async function show() {
  try {
    await showGuests();
    await showFiles();
  } catch {
    document.getElementById("usage").textContent = "the host has ended";
  }
}

function follow() {
  path = location.hash.slice(1).split("/").filter((name) => name !== "").map(decodeURIComponent);
  show();
}

addEventListener("hashchange", follow);
setInterval(show, 1000);
follow();
