package main

import "strings"

var escapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

// markup turns headings, lists and paragraphs into HTML.
func markup(text string) string {
	var html strings.Builder
	open := ""
	for line := range strings.Lines(text) {
		tag, content := classify(strings.TrimSuffix(line, "\n"))
		if open != "" && tag != open {
			html.WriteString("</" + open + ">\n")
			open = ""
		}
		switch tag {
		case "":
		case "h2":
			html.WriteString("<h2>" + escapes.Replace(content) + "</h2>\n")
		default:
			if open == "" {
				html.WriteString("<" + tag + ">\n")
				open = tag
			}
			if tag == "ul" {
				content = "<li>" + escapes.Replace(content) + "</li>"
			} else {
				content = escapes.Replace(content)
			}
			html.WriteString(content + "\n")
		}
	}
	if open != "" {
		html.WriteString("</" + open + ">\n")
	}
	return html.String()
}

// classify returns the element a line belongs to, none for an empty line, and its text.
func classify(line string) (tag, content string) {
	if heading, found := strings.CutPrefix(line, "# "); found {
		return "h2", heading
	}
	if item, found := strings.CutPrefix(line, "- "); found {
		return "ul", item
	}
	if line == "" {
		return "", ""
	}
	return "p", line
}
