package main

import (
	"os"
	"strings"
)

// Layouts are expanded with os.Expand: text/template would add 1.8 MB to the module.
const (
	pageLayout = `<!doctype html>
<title>${title}</title>
<h1>${title}</h1>
<p>Filed under ${tags}</p>
${body}`
	groupLayout = `<!doctype html>
<title>${name}</title>
<ul>
${pages}</ul>
`
)

func (p *page) html() string {
	return os.Expand(pageLayout, func(name string) string {
		switch name {
		case "title":
			return escapes.Replace(p.Title)
		case "tags":
			return tagLinks(p.Tags)
		case "body":
			return p.Body
		}
		return ""
	})
}

func tagLinks(tags []string) string {
	links := make([]string, len(tags))
	for i, tag := range tags {
		links[i] = `<a href="/tags/` + tag + `.html">` + tag + `</a>`
	}
	return strings.Join(links, " ")
}

func (g *group) html() string {
	return os.Expand(groupLayout, func(name string) string {
		switch name {
		case "name":
			return g.Name
		case "pages":
			return pageLinks(g.Pages)
		}
		return ""
	})
}

func pageLinks(pages []*page) string {
	var list strings.Builder
	for _, page := range pages {
		list.WriteString(`<li><a href="/` + page.Path + `.html">` + escapes.Replace(page.Title) + "</a></li>\n")
	}
	return list.String()
}
