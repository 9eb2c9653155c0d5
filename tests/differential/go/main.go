// Differential observes the file system as a Go program sees it, a line for each observation: what
// was asked, and what came back.
//
//	differential           run every topic in the working directory, which must be empty
//	differential cat FILE… print files
//
// It is built for linux and for wasip1, and prints the same lines. So no line holds what differs
// between two runs: a time, a permission, a random name.
package main

import (
	"os"
	"strconv"
)

func main() {
	if len(os.Args) > 2 && os.Args[1] == "cat" {
		cat(os.Args[2:])
		return
	}
	if len(os.Args) > 1 {
		os.Stderr.WriteString("usage: differential [cat FILE...]\n")
		os.Exit(2)
	}
	for _, topic := range []struct {
		name string
		run  func()
	}{
		{"opening", opening},
		{"content", content},
		{"positions", positions},
		{"large files", largeFiles},
		{"one name", oneName},
		{"two names", twoNames},
		{"trees", trees},
		{"directories", directories},
		{"temporary files", temporaryFiles},
		{"times", times},
		{"roots", roots},
		{"the working directory", workingDirectory},
		{"goroutines", goroutines},
	} {
		line("==", topic.name)
		topic.run()
	}
}

// cat prints what relative and absolute paths hold, with the working directory before them.
func cat(paths []string) {
	directory, err := os.Getwd()
	line("working directory:", directory, err)
	for _, path := range paths {
		bytes, err := os.ReadFile(path)
		line(path, err, strconv.Quote(string(bytes)))
	}
	entries, err := os.ReadDir(".")
	line("listing:", err)
	for _, entry := range entries {
		line("-", entry.Name())
	}
}
