package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// metadata is the JSON file beside a page.
type metadata struct {
	Title  string   `json:"title"`
	Weight int      `json:"weight"`
	Tags   []string `json:"tags"`
	Draft  bool     `json:"draft,omitempty"`
}

type page struct {
	metadata
	Section string
	// Path of the page without its extension, relative to the content directory.
	Path string
	Body string
}

// A group is the pages of one section or of one tag.
type group struct {
	Name  string
	Pages []*page
}

type site struct {
	Pages    []*page
	Sections []group
	Tags     []group
}

// loadSite reads every page below dir; drafts are left out.
func loadSite(dir string) (*site, error) {
	loaded := &site{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".md" {
			return err
		}
		page, err := loadPage(dir, path)
		if err == nil && !page.Draft {
			loaded.Pages = append(loaded.Pages, page)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(loaded.Pages, func(a, b *page) int {
		if a.Weight != b.Weight {
			return a.Weight - b.Weight
		}
		return strings.Compare(a.Path, b.Path)
	})
	loaded.Sections = groupBy(loaded.Pages, func(p *page) []string { return []string{p.Section} })
	loaded.Tags = groupBy(loaded.Pages, func(p *page) []string { return p.Tags })
	return loaded, nil
}

func loadPage(dir, path string) (*page, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	base := strings.TrimSuffix(path, ".md")
	sidecar, err := os.ReadFile(base + ".json")
	if err != nil {
		return nil, err
	}
	relative, err := filepath.Rel(dir, base)
	if err != nil {
		return nil, err
	}
	section, _, _ := strings.Cut(filepath.ToSlash(relative), "/")
	loaded := &page{Section: section, Path: relative, Body: markup(string(text))}
	if err := json.Unmarshal(sidecar, &loaded.metadata); err != nil {
		return nil, fmt.Errorf("%s.json: %w", base, err)
	}
	return loaded, nil
}

func groupBy(pages []*page, names func(*page) []string) []group {
	var groups []group
	for _, page := range pages {
		for _, name := range slices.Compact(slices.Clone(names(page))) {
			i := slices.IndexFunc(groups, func(g group) bool { return g.Name == name })
			if i < 0 {
				i = len(groups)
				groups = append(groups, group{Name: name})
			}
			groups[i].Pages = append(groups[i].Pages, page)
		}
	}
	slices.SortFunc(groups, func(a, b group) int { return strings.Compare(a.Name, b.Name) })
	return groups
}
