// Sitegen builds a static site from Markdown-like pages while it keeps a large heap alive.
//
//	sitegen [MEGABYTES [PAGES]]
//
// It writes the pages itself (400 unless told), so that it needs nothing but an empty directory.
// The heap (300 megabytes unless told) grows, turns over and is handed back between and during
// file operations: a file system that stores anything in the program's memory corrupts it, and
// the last check of the heap says so.
package main

import (
	"fmt"
	"os"
	"strconv"
)

const (
	contentDir = "content"
	outputDir  = "public"
)

func main() {
	megabytes, err := argument(1, 300)
	if err != nil {
		exit(2, err)
	}
	pages, err := argument(2, 400)
	if err != nil {
		exit(2, err)
	}
	if err := run(megabytes, pages); err != nil {
		exit(1, err)
	}
}

// argument returns the argument at position as a number, or fallback when there is none.
func argument(position, fallback int) (int, error) {
	if position >= len(os.Args) {
		return fallback, nil
	}
	return strconv.Atoi(os.Args[position])
}

func exit(status int, err error) {
	fmt.Fprintln(os.Stderr, "sitegen:", err)
	os.Exit(status)
}

func run(megabytes, pages int) error {
	heap := newBallast(megabytes)
	if err := writeContent(contentDir, pages); err != nil {
		return err
	}
	heap.grow()

	site, err := loadSite(contentDir)
	if err != nil {
		return err
	}
	if err := render(site, outputDir, heap.turnOver); err != nil {
		return err
	}
	manifest, err := writeManifest(outputDir)
	if err != nil {
		return err
	}
	heap.turnOver()
	if err := checkManifest(outputDir); err != nil {
		return err
	}
	if err := cleanUp(); err != nil {
		return err
	}

	if err := heap.verify(); err != nil {
		return err
	}
	fmt.Printf("%d pages in %d sections, %d tags\n", len(site.Pages), len(site.Sections), len(site.Tags))
	fmt.Printf("%d files, %d bytes\n", manifest.files, manifest.bytes)
	fmt.Printf("manifest %x\n", manifest.digest)
	fmt.Printf("heap of %d MB verified\n", megabytes)
	return nil
}

// cleanUp removes what the run wrote and checks that nothing of it is left.
func cleanUp() error {
	for _, dir := range []string{contentDir, outputDir} {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		if _, err := os.Stat(dir); !os.IsNotExist(err) {
			return fmt.Errorf("%s is still there: %v", dir, err)
		}
	}
	return nil
}
