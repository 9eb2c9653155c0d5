package main

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// The numbers of errors differ between systems, their names do not.
var errorNames = map[syscall.Errno]string{
	syscall.EACCES: "EACCES", syscall.EBADF: "EBADF", syscall.EBUSY: "EBUSY",
	syscall.EEXIST: "EEXIST", syscall.EFBIG: "EFBIG", syscall.EINVAL: "EINVAL",
	syscall.EISDIR: "EISDIR", syscall.ELOOP: "ELOOP", syscall.ENAMETOOLONG: "ENAMETOOLONG",
	syscall.ENOENT: "ENOENT", syscall.ENOSYS: "ENOSYS", syscall.ENOTDIR: "ENOTDIR",
	syscall.ENOTEMPTY: "ENOTEMPTY", syscall.ENOTSUP: "ENOTSUP", syscall.EPERM: "EPERM",
	syscall.ESPIPE: "ESPIPE", syscall.EXDEV: "EXDEV",
}

// outcome is the name of an error, or ok.
func outcome(err error) string {
	var number syscall.Errno
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &number):
		if name, ok := errorNames[number]; ok {
			return name
		}
		return "an error without a name here"
	default:
		return strings.ReplaceAll(err.Error(), "\n", " ")
	}
}

var output = bufio.NewWriter(os.Stdout)

// line prints what it is given, errors by their names, with spaces between. The package fmt would
// make the program a third larger.
func line(parts ...any) {
	for index, part := range parts {
		if index > 0 {
			output.WriteByte(' ')
		}
		switch part := part.(type) {
		case nil:
			output.WriteString("ok")
		case error:
			output.WriteString(outcome(part))
		case string:
			output.WriteString(part)
		case int:
			output.WriteString(strconv.Itoa(part))
		case int64:
			output.WriteString(strconv.FormatInt(part, 10))
		case bool:
			output.WriteString(strconv.FormatBool(part))
		case []byte:
			output.WriteString(strconv.Quote(string(part)))
		default:
			panic("line has no text for this")
		}
	}
	output.WriteByte('\n')
	output.Flush()
}

// must ends the program: for steps that are not what is being observed.
func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		os.Stderr.WriteString("differential: " + err.Error() + "\n")
		os.Exit(1)
	}
}

// digest is FNV-1a, which is short.
func digest(bytes []byte) string {
	state := uint64(0xcbf29ce484222325)
	for _, value := range bytes {
		state = (state ^ uint64(value)) * 0x100000001b3
	}
	return strconv.FormatUint(state, 16)
}

// pattern is bytes that depend on the seed and on their place.
func pattern(length, seed int) []byte {
	bytes := make([]byte, length)
	for place := range bytes {
		bytes[place] = byte(place*31+place>>8*7+place>>16+seed) | 1
	}
	return bytes
}

func kind(mode fs.FileMode) string {
	switch {
	case mode.IsRegular():
		return "file"
	case mode.IsDir():
		return "directory"
	case mode&fs.ModeSymlink != 0:
		return "link"
	default:
		return "other"
	}
}

// below is all that a directory holds, sorted, on one line.
func below(directory string) string {
	var found []string
	err := filepath.WalkDir(directory, func(path string, entry fs.DirEntry, err error) error {
		check(err)
		name := strings.TrimPrefix(path, directory+"/")
		switch {
		case path == directory:
		case entry.IsDir():
			found = append(found, name+"/")
		case entry.Type()&fs.ModeSymlink != 0:
			found = append(found, name+"->"+must(os.Readlink(path)))
		default:
			found = append(found, name+"="+string(must(os.ReadFile(path))))
		}
		return nil
	})
	check(err)
	slices.Sort(found)
	return strings.Join(found, " ")
}

// world makes the directory w, with every kind of name in it.
func world() {
	check(os.RemoveAll("w"))
	check(os.MkdirAll("w/full/sub", 0o755))
	check(os.Mkdir("w/empty", 0o755))
	check(os.WriteFile("w/file", []byte("one"), 0o644))
	check(os.Link("w/file", "w/twin"))
	check(os.WriteFile("w/full/inner", []byte("three"), 0o644))
	check(os.Symlink("file", "w/to-file"))
	check(os.Symlink("full", "w/to-full"))
	check(os.Symlink("nowhere", "w/dangling"))
	check(os.Symlink("loop", "w/loop"))
}
