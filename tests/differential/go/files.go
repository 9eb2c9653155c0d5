package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
)

func opening() {
	flags := []struct {
		value int
		name  string
	}{
		{os.O_RDONLY, "r"}, {os.O_WRONLY, "w"}, {os.O_RDWR, "rw"},
		{os.O_WRONLY | os.O_CREATE, "w create"}, {os.O_RDWR | os.O_CREATE, "rw create"},
		{os.O_WRONLY | os.O_CREATE | os.O_EXCL, "w create exclusive"},
		{os.O_WRONLY | os.O_TRUNC, "w truncate"}, {os.O_RDWR | os.O_APPEND, "rw append"},
		{os.O_WRONLY | os.O_CREATE | os.O_APPEND, "w create append"},
		{os.O_RDWR | os.O_CREATE | os.O_TRUNC, "rw create truncate"},
		{os.O_RDWR | os.O_SYNC, "rw sync"},
	}
	for _, path := range places {
		for _, flag := range flags {
			world()
			before := below("w")
			call := "open " + path + " " + flag.name
			file, err := os.OpenFile(path, flag.value, 0o644)
			if err == nil && !must(file.Stat()).IsDir() {
				count, failure := file.Read(make([]byte, 2))
				call += " read " + strconv.Itoa(count) + " " + outcome(failure)
				count, failure = file.WriteString("++")
				call += " write " + strconv.Itoa(count) + " " + outcome(failure)
			}
			if err == nil {
				check(file.Close())
			}
			report(call, err, before)
		}
	}
	check(os.RemoveAll("w"))
}

func content() {
	file := must(os.Create("file"))
	line(file.WriteString("0123456789"))
	line(file.WriteAt([]byte("ab"), 20))
	count, err := file.WriteAt([]byte("x"), -1)
	line("write before the start", count, err != nil)
	buffer := make([]byte, 8)
	for _, offset := range []int64{0, 4, 8, 16, 21, 22, 30} {
		count, err := file.ReadAt(buffer, offset)
		line("read at", offset, count, err, buffer[:count])
	}
	check(file.Truncate(5))
	line("cut:", must(file.Stat()).Size(), file.Truncate(-1))
	line(file.WriteString("end"))
	check(file.Sync())
	check(file.Close())
	line(must(os.ReadFile("file")))
	line("closed:", errors.Is(file.Close(), os.ErrClosed))

	file = must(os.OpenFile("file", os.O_RDWR|os.O_APPEND, 0))
	line(file.WriteString("appended"))
	_, err = file.WriteAt([]byte("x"), 0)
	line("WriteAt:", err)
	line(file.Seek(2, io.SeekStart))
	line(file.WriteString("!"))
	line(file.Seek(0, io.SeekCurrent))
	check(file.Close())
	line(must(os.ReadFile("file")))

	removed := must(os.OpenFile("file", os.O_RDWR, 0))
	check(os.Remove("file"))
	line(removed.WriteString("after its name is gone"))
	line(removed.Seek(0, io.SeekStart))
	line(must(io.ReadAll(removed)))
	check(removed.Close())

	var lines strings.Builder
	for number := range 5000 {
		lines.WriteString(strconv.Itoa(number) + strings.Repeat("x", number%70) + "\n")
	}
	check(os.WriteFile("lines", []byte(lines.String()), 0o644))
	file = must(os.Open("lines"))
	scanner, longest, count := bufio.NewScanner(file), 0, 0
	for scanner.Scan() {
		longest = max(longest, len(scanner.Bytes()))
		count++
	}
	check(scanner.Err())
	check(file.Close())
	line(count, "lines, the longest has", longest)
	check(os.Remove("lines"))
}

func positions() {
	check(os.WriteFile("file", []byte("0123456789"), 0o644))
	file := must(os.OpenFile("file", os.O_RDWR, 0))
	for _, step := range []struct {
		offset int64
		whence int
	}{
		{3, io.SeekStart}, {2, io.SeekCurrent}, {-1, io.SeekEnd}, {-100, io.SeekCurrent},
		{0, io.SeekCurrent}, {1 << 33, io.SeekStart}, {0, 9}, {100, io.SeekEnd},
	} {
		place, err := file.Seek(step.offset, step.whence)
		line("seek", step.offset, step.whence, place, err)
	}
	line(file.Seek(-3, io.SeekEnd))
	reader := bufio.NewReader(file)
	letter, _ := reader.ReadByte()
	check(reader.UnreadByte())
	rest := must(io.ReadAll(reader))
	line(string(letter), rest)
	line(file.Seek(0, io.SeekCurrent))
	section := io.NewSectionReader(file, 2, 5)
	line(must(io.ReadAll(section)))
	check(file.Close())
	check(os.Remove("file"))
}

func largeFiles() {
	const size = 8 << 20
	original := pattern(size, 5)
	check(os.WriteFile("large", original, 0o644))
	source, target := must(os.Open("large")), must(os.Create("copy"))
	line(io.Copy(target, source))
	check(source.Close())
	check(target.Close())
	copied := must(os.ReadFile("copy"))
	line("equal:", bytes.Equal(original, copied), digest(copied))

	file := must(os.OpenFile("copy", os.O_RDWR, 0))
	writer := bufio.NewWriterSize(io.NewOffsetWriter(file, 65530), 1000)
	for number := range 20000 {
		must(writer.WriteString(strconv.Itoa(number) + "\n"))
	}
	check(writer.Flush())
	check(file.Truncate(5 << 20))
	line(file.WriteAt([]byte("far"), 5<<30))
	line("size", must(file.Stat()).Size())
	hole := make([]byte, 100)
	line(file.ReadAt(hole, 4<<30))
	line("zeros:", bytes.Equal(hole, make([]byte, 100)))
	check(file.Truncate(1 << 20))
	check(file.Close())
	line(digest(must(os.ReadFile("copy"))))
	check(os.Remove("copy"))
	check(os.Remove("large"))
}
