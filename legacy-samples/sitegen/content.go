package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

var (
	sections = []string{"coast", "forest", "harbour", "heath", "moor", "valley"}
	subjects = []string{"path", "light", "wind", "tide", "stone", "bridge", "fog", "bird"}
	verbs    = []string{"crosses", "follows", "hides", "meets", "remembers"}
)

// A source draws reproducible numbers.
type source uint32

func (s *source) below(n int) int {
	*s = *s*1664525 + 1013904223
	return int(uint32(*s)>>8) % n
}

func (s *source) word(words []string) string { return words[s.below(len(words))] }

// writeContent writes count pages and their JSON metadata, spread over the sections.
func writeContent(dir string, count int) error {
	random := source(1991)
	for i := range count {
		folder := filepath.Join(dir, random.word(sections), fmt.Sprintf("year-%d", 1990+i%7))
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
		name := filepath.Join(folder, fmt.Sprintf("page-%04d", i))
		if err := writePage(name+".md", &random); err != nil {
			return err
		}
		if err := writeMetadata(name+".json", i, &random); err != nil {
			return err
		}
	}
	return nil
}

func writeMetadata(path string, number int, random *source) error {
	metadata := metadata{
		Title:  fmt.Sprintf("Of the %s & the %s", random.word(subjects), random.word(subjects)),
		Weight: number % 10,
		Tags:   []string{random.word(subjects), random.word(sections)},
		Draft:  number%25 == 24,
	}
	text, err := json.MarshalIndent(metadata, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

// writePage writes headings, paragraphs and lists through a buffered writer.
func writePage(path string, random *source) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	page := bufio.NewWriterSize(file, 512)
	for part := range 3 + random.below(4) {
		fmt.Fprintf(page, "# Part %d\n\n", part+1)
		for range 2 + random.below(6) {
			fmt.Fprintln(page, sentence(random))
		}
		fmt.Fprintln(page)
		for range random.below(4) {
			fmt.Fprintf(page, "- %s <%d>\n", random.word(subjects), random.below(1000))
		}
		fmt.Fprintln(page)
	}
	if err := page.Flush(); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}

func sentence(random *source) string {
	words := []string{"The", random.word(subjects), random.word(verbs), "the"}
	for range random.below(4) {
		words = append(words, random.word(subjects), "and the")
	}
	return strings.Join(append(words, random.word(subjects)), " ") + "."
}
