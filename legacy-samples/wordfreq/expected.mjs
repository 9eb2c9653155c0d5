// Computes what wordfreq prints, in another language: AssemblyScript does not run natively.
import { readFileSync, readdirSync } from "node:fs";

const folder = new URL("texts/", import.meta.url);
const all = [];
for (const name of readdirSync(folder).sort()) {
  const words = readFileSync(new URL(name, folder), "utf8").toLowerCase().match(/[a-z]+/g);
  console.log(`${name}: ${words.length} words`);
  all.push(...words);
}

const counts = new Map();
for (const word of all) counts.set(word, (counts.get(word) ?? 0) + 1);
const report = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
console.log(`${all.length} words, ${report.length} different`);

const text = all.join(" ");
const suffixes = Array.from(text, (_, start) => text.slice(start)).sort();
let longest = "";
for (let i = 1; i < suffixes.length; i++) {
  let length = 0;
  while (suffixes[i][length] && suffixes[i][length] === suffixes[i - 1][length]) length++;
  if (length > longest.length) longest = suffixes[i].slice(0, length);
}
console.log(`longest repeat: "${longest.trim()}"`);

for (const [word, count] of report.slice(0, 10)) console.log(`${count} ${word}`);
console.log(`${report.length} lines in the report`);
