package main

import (
	"io/fs"
	"os"
	"time"
)

// Go's library for WASI takes dots out of a path before the system sees it: there are none here.
var places = []string{
	"w/absent", "w/file", "w/twin", "w/empty", "w/full", "w/to-file", "w/to-full", "w/dangling",
	"w/loop", "w/full/inner", "w/full/new", "w/to-full/new", "w/file/x", "w/absent/x",
	"w/absent/", "w/file/", "w/empty/", "w/to-full/",
}

// report prints an answer, with the world if that has changed, which is made anew then.
func report(call string, err error, before string) {
	after := below("w")
	if after == before {
		line(call+":", err)
		return
	}
	line(call+":", err, "leaves", after)
	world()
}

func oneName() {
	world()
	before := below("w")
	calls := []struct {
		name string
		call func(path string) error
	}{
		{"stat", func(path string) error { return second(os.Stat(path)) }},
		{"lstat", func(path string) error { return second(os.Lstat(path)) }},
		{"open", func(path string) error { return second(os.Open(path)) }},
		{"readlink", func(path string) error { return second(os.Readlink(path)) }},
		{"readfile", func(path string) error { return second(os.ReadFile(path)) }},
		{"readdir", func(path string) error { return second(os.ReadDir(path)) }},
		{"writefile", func(path string) error { return os.WriteFile(path, []byte("new"), 0o644) }},
		{"truncate", func(path string) error { return os.Truncate(path, 2) }},
		{"chtimes", func(path string) error { return os.Chtimes(path, time.Time{}, time.Unix(9, 0)) }},
		{"mkdir", func(path string) error { return os.Mkdir(path, 0o755) }},
		{"mkdirall", func(path string) error { return os.MkdirAll(path, 0o755) }},
		{"remove", os.Remove},
		{"removeall", os.RemoveAll},
		{"symlink", func(path string) error { return os.Symlink("anything", path) }},
	}
	for _, call := range calls {
		for _, path := range places {
			if isDeviation(call.name, path) {
				continue
			}
			report(call.name+" "+path, call.call(path), before)
		}
	}
	check(os.RemoveAll("w"))
}

// isDeviation leaves out a symbolic link over a file with a slash, which WASI's own tests want to
// be another error than Linux gives.
func isDeviation(call, path string) bool {
	return call == "symlink" && (path == "w/file/" || path == "w/to-full/")
}

func second[T any](_ T, err error) error {
	return err
}

func twoNames() {
	world()
	before := below("w")
	for _, from := range places {
		for _, to := range places {
			report("rename "+from+" "+to, os.Rename(from, to), before)
			report("link "+from+" "+to, os.Link(from, to), before)
		}
	}
	line("same file:", os.SameFile(status("w/file"), status("w/twin")),
		os.SameFile(status("w/file"), status("w/to-file")),
		os.SameFile(status("w/file"), status("w/full/inner")))
	check(os.RemoveAll("w"))
}

func status(path string) fs.FileInfo {
	return must(os.Stat(path))
}
