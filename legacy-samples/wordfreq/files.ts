// Files and directories of the first preopen, straight on the preview1 functions.
import {
  dirent,
  errno,
  errnoToString,
  fd,
  fd_close,
  fd_prestat_get,
  fd_read,
  fd_readdir,
  fd_write,
  iovec,
  lookupflags,
  oflags,
  path_open,
  path_unlink_file,
  prestat,
  prestat_dir,
  rights,
} from "@assemblyscript/wasi-shim/assembly/bindings/wasi_snapshot_preview1";

/** Preopens follow stdin, stdout and stderr. */
const ROOT: fd = 3;

// Too small for one call to list a directory, so that listing has to resume at a cookie.
const LISTING_SIZE: i32 = 128;
const BLOCK_SIZE: i32 = 1000;

function check(result: errno, what: string): void {
  if (result != errno.SUCCESS) throw new Error(what + ": " + errnoToString(result));
}

/** Opens `path`, relative to the first preopen. */
function open(path: string, flags: oflags, access: rights): fd {
  const name = String.UTF8.encode(path);
  const opened = memory.data(sizeof<fd>());
  check(
    path_open(
      ROOT,
      lookupflags.SYMLINK_FOLLOW,
      changetype<usize>(name),
      name.byteLength,
      flags,
      access,
      access,
      0,
      opened,
    ),
    path,
  );
  return load<fd>(opened);
}

/** Fails unless the program was given a directory. */
export function requireRoot(): void {
  const prestat = memory.data(offsetof<prestat_dir>());
  check(fd_prestat_get(ROOT, changetype<prestat>(prestat)), "preopen");
}

export function readText(path: string): string {
  const file = open(path, 0, rights.FD_READ | rights.FD_SEEK);
  const block = new ArrayBuffer(BLOCK_SIZE);
  const vector = memory.data(offsetof<iovec>());
  const done = memory.data(sizeof<usize>());
  let bytes = new Uint8Array(0);
  for (;;) {
    store<usize>(vector, changetype<usize>(block));
    store<usize>(vector, <usize>BLOCK_SIZE, sizeof<usize>());
    check(fd_read(file, vector, 1, done), path);
    const count = <i32>load<usize>(done);
    if (count == 0) break;
    // A new array for every block: the garbage this makes is what the sample is about.
    const longer = new Uint8Array(bytes.length + count);
    longer.set(bytes);
    longer.set(Uint8Array.wrap(block, 0, count), bytes.length);
    bytes = longer;
  }
  check(fd_close(file), path);
  return String.UTF8.decode(bytes.buffer);
}

export function writeText(path: string, text: string): void {
  const file = open(path, oflags.CREAT | oflags.TRUNC, rights.FD_WRITE);
  const bytes = String.UTF8.encode(text);
  const vector = memory.data(offsetof<iovec>());
  const done = memory.data(sizeof<usize>());
  for (let written: usize = 0; written < <usize>bytes.byteLength; written += load<usize>(done)) {
    store<usize>(vector, changetype<usize>(bytes) + written);
    store<usize>(vector, <usize>bytes.byteLength - written, sizeof<usize>());
    check(fd_write(file, vector, 1, done), path);
  }
  check(fd_close(file), path);
}

export function removeFile(path: string): void {
  const name = String.UTF8.encode(path);
  check(path_unlink_file(ROOT, changetype<usize>(name), name.byteLength), path);
}

/** Names in the directory `path`, sorted, without `.` and `..`. */
export function listDirectory(path: string): string[] {
  const directory = open(path, oflags.DIRECTORY, rights.FD_READDIR);
  const buffer = new ArrayBuffer(LISTING_SIZE);
  const listing = changetype<usize>(buffer);
  const used = memory.data(sizeof<usize>());
  const names: string[] = [];
  let cookie: u64 = 0;
  for (;;) {
    check(fd_readdir(directory, listing, LISTING_SIZE, cookie, used), path);
    const end = listing + load<usize>(used);
    let at = listing;
    while (at + offsetof<dirent>() <= end) {
      const entry = changetype<dirent>(at);
      const name = at + offsetof<dirent>();
      // An entry cut off by the end of the buffer comes again at its own cookie.
      if (name + entry.namlen > end) break;
      names.push(String.UTF8.decodeUnsafe(name, entry.namlen));
      cookie = entry.next;
      at = name + entry.namlen;
    }
    if (load<usize>(used) < <usize>LISTING_SIZE) break;
  }
  check(fd_close(directory), path);
  return names.filter((name) => name != "." && name != "..").sort();
}
