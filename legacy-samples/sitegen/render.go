package main

import (
	"os"
	"path/filepath"
)

const turnOverEvery = 50

// render writes the site below dir. It calls pause between files, every so many pages.
func render(site *site, dir string, pause func()) error {
	for i, page := range site.Pages {
		if err := writeOutput(filepath.Join(dir, page.Path+".html"), page.html()); err != nil {
			return err
		}
		if i%turnOverEvery == 0 {
			pause()
		}
	}
	if err := renderGroups(filepath.Join(dir, "sections"), site.Sections); err != nil {
		return err
	}
	return renderGroups(filepath.Join(dir, "tags"), site.Tags)
}

func renderGroups(dir string, groups []group) error {
	for _, group := range groups {
		if err := writeOutput(filepath.Join(dir, group.Name+".html"), group.html()); err != nil {
			return err
		}
	}
	return nil
}

// writeOutput writes beside path first and renames, so that path is never half a page.
func writeOutput(path, html string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	draft := path + ".new"
	file, err := os.Create(draft)
	if err != nil {
		return err
	}
	if _, err := file.WriteString(html); err != nil {
		file.Close()
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return os.Rename(draft, path)
}
