package h1

import (
	"bytes"
	"strings"

	"github.com/golws/golws/core/engine"
)

// media is a media type (IANA) that needs no configuration. A late one gives way
// to the mount's own: lws has none for such names, so its users configure them.
type media struct {
	name string
	late bool
}

var mediaTypes = map[string]media{
	".html": {"text/html", false}, ".htm": {"text/html", false}, ".css": {"text/css", false}, ".js": {"text/javascript", false},
	".json": {"application/json", false}, ".xml": {"application/xml", false}, ".txt": {"text/plain", false},
	".png": {"image/png", false}, ".jpg": {"image/jpeg", false}, ".jpeg": {"image/jpeg", false}, ".gif": {"image/gif", false},
	".svg": {"image/svg+xml", false}, ".ico": {"image/x-icon", false}, ".gz": {"application/gzip", false},
	".ttf": {"font/ttf", false}, ".otf": {"font/otf", false}, ".woff": {"font/woff", false}, ".woff2": {"font/woff2", false},

	".xhtml": {"application/xhtml+xml", true}, ".mjs": {"text/javascript", true}, ".map": {"application/json", true},
	".webmanifest": {"application/manifest+json", true}, ".md": {"text/markdown", true}, ".csv": {"text/csv", true},
	".ics": {"text/calendar", true}, ".webp": {"image/webp", true}, ".avif": {"image/avif", true}, ".bmp": {"image/bmp", true},
	".zip": {"application/zip", true}, ".pdf": {"application/pdf", true}, ".wasm": {"application/wasm", true},
	".mp3": {"audio/mpeg", true}, ".ogg": {"audio/ogg", true}, ".oga": {"audio/ogg", true}, ".wav": {"audio/wav", true},
	".flac": {"audio/flac", true}, ".mp4": {"video/mp4", true}, ".webm": {"video/webm", true}, ".ogv": {"video/ogg", true},
	".bin": {"application/octet-stream", true},
}

// BuiltInType is a file's media type by its name, "" where there is none. A late
// one gives way to one that a mount has for the name.
func BuiltInType(path string) (name string, late bool) {
	i := strings.LastIndexByte(path, '.')
	if i < 0 || strings.IndexByte(path[i:], '/') >= 0 {
		return "", false
	}
	t, ok := mediaTypes[path[i:]]
	if !ok {
		t = mediaTypes[strings.ToLower(path[i:])]
	}
	return t.name, t.late
}

// MimeType is a file's media type by its name: a built-in one or one of the
// mount's, whose "*" stands for what has no other; "" where there is none. m may be nil.
func MimeType(path string, m *engine.Mount) string {
	name, late := BuiltInType(path)
	if name != "" && !late || m == nil {
		return name
	}
	rest := ""
	for _, t := range m.MimeTypes {
		switch {
		case t.Name == "*":
			if rest == "" {
				rest = t.Value
			}
		case strings.HasSuffix(path, t.Name):
			return t.Value
		}
	}
	if name != "" {
		return name
	}
	return rest
}

// mimeOf is MimeType for a path in memory that is reused.
func mimeOf(path []byte, m *engine.Mount) string {
	if i := bytes.LastIndexByte(path, '.'); i >= 0 {
		if t, ok := mediaTypes[string(path[i:])]; ok && !t.late {
			return t.name
		}
	}
	return MimeType(string(path), m)
}
