// Counts the words of the texts in /texts and finds the longest passage that occurs twice.
//
// Every allocation that matters happens after the first preview1 call, and AssemblyScript takes
// all memory up to memory.size for its own: a file system that grew the program's memory behind
// its back would be overwritten by it.
import { listDirectory, readText, removeFile, requireRoot, writeText } from "./files";

const DIRECTORY = "texts";
const REPORT = "report.txt";
const MOST_FREQUENT = 10;
const COUNT_LIMIT: i32 = 2000000;

/** Runs of ASCII letters, in lower case. */
function words(text: string): string[] {
  const found: string[] = [];
  let start = -1;
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) | 32 : 0;
    const letter = code >= 97 && code <= 122;
    if (letter && start < 0) start = i;
    if (!letter && start >= 0) {
      found.push(text.substring(start, i).toLowerCase());
      start = -1;
    }
  }
  return found;
}

/** `count word` for each word, most frequent first, words of one count in alphabetical order. */
function frequencies(all: string[]): string[] {
  const counts = new Map<string, i32>();
  for (let i = 0; i < all.length; i++) {
    counts.set(all[i], counts.has(all[i]) ? counts.get(all[i]) + 1 : 1);
  }
  // Counts subtracted from one limit have the same number of digits and sort as text.
  const keys = counts.keys();
  for (let i = 0; i < keys.length; i++) {
    keys[i] = (COUNT_LIMIT - counts.get(keys[i])).toString() + " " + keys[i];
  }
  keys.sort();
  return keys.map<string>((key) => {
    const space = key.indexOf(" ");
    return (COUNT_LIMIT - I32.parseInt(key.substring(0, space))).toString() + key.substring(space);
  });
}

function commonPrefix(left: string, right: string): i32 {
  const length = min(left.length, right.length);
  let i = 0;
  while (i < length && left.charCodeAt(i) == right.charCodeAt(i)) i++;
  return i;
}

/** Longest passage that starts at two places, from all suffixes of the text: 30 MB of strings. */
function longestRepeat(text: string): string {
  const suffixes: string[] = [];
  for (let i = 0; i < text.length; i++) suffixes.push(text.substring(i));
  suffixes.sort();
  let longest = "";
  for (let i = 1; i < suffixes.length; i++) {
    const length = commonPrefix(suffixes[i - 1], suffixes[i]);
    if (length > longest.length) longest = suffixes[i].substring(0, length);
  }
  return longest.trim();
}

requireRoot();
const names = listDirectory(DIRECTORY);
let all: string[] = [];
for (let i = 0; i < names.length; i++) {
  const found = words(readText(DIRECTORY + "/" + names[i]));
  console.log(names[i] + ": " + found.length.toString() + " words");
  all = all.concat(found);
}
const counted = frequencies(all);
console.log(all.length.toString() + " words, " + counted.length.toString() + " different");
console.log('longest repeat: "' + longestRepeat(all.join(" ")) + '"');

writeText(REPORT, counted.join("\n"));
const report = readText(REPORT).split("\n");
removeFile(REPORT);
for (let i = 0; i < MOST_FREQUENT; i++) console.log(report[i]);
console.log(report.length.toString() + " lines in the report");
