package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

func trees() {
	world()
	line(below("w"))
	tree := os.DirFS("w")
	check(fs.WalkDir(tree, ".", func(path string, entry fs.DirEntry, err error) error {
		info := must(entry.Info())
		line("walk", path, kind(info.Mode()), kind(entry.Type()), err)
		if path == "full" {
			return fs.SkipDir
		}
		return nil
	}))
	for _, glob := range []string{"*", "to-*", "full/*", "*/*", "[ef]*", "absent/*"} {
		matches := must(fs.Glob(tree, glob))
		slices.Sort(matches)
		line("glob", glob, strings.Join(matches, " "))
	}
	for _, path := range []string{"file", "../file", "/file", "full/inner", "to-full/inner", "loop"} {
		bytes, err := fs.ReadFile(tree, path)
		line("fs.ReadFile", path, bytes, err != nil)
	}
	for _, path := range []string{"w/to-full/inner", "w/to-file", "w/loop", "w/dangling", "w/full/../file"} {
		resolved, err := filepath.EvalSymlinks(path)
		line("resolved", path, resolved, err != nil)
	}
	check(os.MkdirAll("plain/a/b", 0o755))
	check(os.WriteFile("plain/a/b/file", pattern(100000, 2), 0o644))
	check(os.CopyFS("copied", os.DirFS("plain")))
	line("copied", digest(must(os.ReadFile("copied/a/b/file"))))
	line("copied again:", errors.Is(os.CopyFS("copied", os.DirFS("plain")), fs.ErrExist))
	for _, directory := range []string{"w", "plain", "copied", "absent"} {
		line("removed", directory, os.RemoveAll(directory))
	}
}

func directories() {
	const many = 3000
	check(os.Mkdir("many", 0o755))
	for number := range many {
		check(os.WriteFile("many/"+strconv.Itoa(number+many), nil, 0o644))
	}
	entries := must(os.ReadDir("many"))
	line(len(entries), entries[0].Name(), entries[many-1].Name())

	directory := must(os.Open("many"))
	seen := make(map[string]bool)
	for {
		part, err := directory.Readdirnames(7)
		for _, name := range part {
			seen[name] = true
			check(os.Remove("many/" + name))
		}
		if err == io.EOF {
			break
		}
		check(err)
	}
	line(len(seen), "seen while removing")
	line(directory.Seek(0, io.SeekStart))
	names, err := directory.Readdirnames(-1)
	line(len(names), err)
	check(directory.Close())
	line(os.Remove("many"))
}

func temporaryFiles() {
	folder := must(os.MkdirTemp(".", "made-*-here"))
	file := must(os.CreateTemp(folder, "some-*.txt"))
	matched := must(filepath.Match("made-*-here/some-*.txt", filepath.Clean(file.Name())))
	line("named as asked:", matched)
	line(file.WriteString("temporary"))
	check(file.Close())
	line(must(os.ReadFile(file.Name())))
	check(os.RemoveAll(folder))
}

func times() {
	check(os.WriteFile("file", []byte("x"), 0o644))
	moment := time.Date(2001, 2, 3, 4, 5, 6, 123456789, time.UTC)
	check(os.Chtimes("file", moment, moment.Add(time.Hour)))
	line(status("file").ModTime().UnixNano())
	check(os.Chtimes("file", moment, time.Time{}))
	line("left alone:", status("file").ModTime().UnixNano())
	check(os.Rename("file", "renamed"))
	line("kept:", status("renamed").ModTime().UnixNano())
	before := status("renamed").ModTime()
	check(os.WriteFile("renamed", []byte("y"), 0o644))
	line("moved:", status("renamed").ModTime().After(before))
	check(os.Remove("renamed"))
}

func roots() {
	world()
	root := must(os.OpenRoot("w/full"))
	for _, path := range []string{"inner", "../file", "sub/../inner", "absent", "/absent", "sub/../../file"} {
		file, err := root.Open(path)
		line("open", path, err != nil)
		if err == nil {
			check(file.Close())
		}
	}
	check(root.Mkdir("made", 0o755))
	file := must(root.Create("made/file"))
	line(file.WriteString("below"))
	check(file.Close())
	check(os.Symlink("../../file", "w/full/out"))
	_, err := root.Stat("out")
	line("a link out of the root:", err != nil)
	line("remove", root.Remove("made"))
	check(root.Close())
	line(below("w"))
	check(os.RemoveAll("w"))
}

func workingDirectory() {
	start := must(os.Getwd())
	check(os.MkdirAll("w/deep", 0o755))
	check(os.WriteFile("w/deep/file", []byte("here"), 0o644))
	check(os.Chdir("w/deep"))
	line(must(filepath.Rel(start, must(os.Getwd()))))
	line(must(os.ReadFile("file")))
	line(must(os.ReadFile("../deep/./file")))
	check(os.WriteFile("../up", []byte("made above"), 0o644))
	line("absent:", os.Chdir("absent"))
	line("a file:", os.Chdir("file"))
	check(os.Chdir(".."))
	line(must(filepath.Rel(start, must(os.Getwd()))), below("."))
	check(os.Chdir(start))
	check(os.RemoveAll("w"))
}

func goroutines() {
	const writers, lines = 8, 200
	file := must(os.OpenFile("log", os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644))
	var group sync.WaitGroup
	for writer := range writers {
		group.Add(1)
		go func() {
			defer group.Done()
			for number := range lines {
				must(file.WriteString(strconv.Itoa(writer) + " " + strconv.Itoa(number) + "\n"))
			}
		}()
	}
	group.Wait()
	check(file.Close())
	next, inOrder := [writers]int{}, 0
	for text := range strings.Lines(string(must(os.ReadFile("log")))) {
		writer, number, _ := strings.Cut(strings.TrimSpace(text), " ")
		index := must(strconv.Atoi(writer))
		if must(strconv.Atoi(number)) == next[index] {
			next[index]++
			inOrder++
		}
	}
	line(inOrder, "lines, those of each writer in order")
	check(os.Remove("log"))
}
