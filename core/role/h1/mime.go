package h1

import (
	"bytes"
	"strings"

	"github.com/golws/golws/core/engine"
)

// mimeTypes are those that need no configuration (IANA media types).
var mimeTypes = map[string]string{
	".html": "text/html", ".htm": "text/html", ".xhtml": "application/xhtml+xml",
	".css": "text/css", ".js": "text/javascript", ".mjs": "text/javascript",
	".json": "application/json", ".map": "application/json", ".webmanifest": "application/manifest+json",
	".xml": "text/xml", ".txt": "text/plain", ".md": "text/markdown", ".csv": "text/csv", ".ics": "text/calendar",
	".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif",
	".svg": "image/svg+xml", ".ico": "image/x-icon", ".webp": "image/webp", ".avif": "image/avif", ".bmp": "image/bmp",
	".ttf": "font/ttf", ".otf": "font/otf", ".woff": "font/woff", ".woff2": "font/woff2",
	".gz": "application/gzip", ".zip": "application/zip", ".pdf": "application/pdf", ".wasm": "application/wasm",
	".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".oga": "audio/ogg", ".wav": "audio/wav", ".flac": "audio/flac",
	".mp4": "video/mp4", ".webm": "video/webm", ".ogv": "video/ogg",
	".bin": "application/octet-stream",
}

// MimeType is a file's media type by its name: a known one, else one of the
// mount's, whose "*" stands for any; "" where there is none. m may be nil.
func MimeType(path string, m *engine.Mount) string {
	if i := strings.LastIndexByte(path, '.'); i >= 0 && strings.IndexByte(path[i:], '/') < 0 {
		if t, ok := mimeTypes[path[i:]]; ok {
			return t
		}
		if t, ok := mimeTypes[strings.ToLower(path[i:])]; ok {
			return t
		}
	}
	if m == nil {
		return ""
	}
	for _, t := range m.MimeTypes {
		if t.Name == "*" || strings.HasSuffix(path, t.Name) {
			return t.Value
		}
	}
	return ""
}

// mimeOf is MimeType for a path in memory that is reused.
func mimeOf(path []byte, m *engine.Mount) string {
	if i := bytes.LastIndexByte(path, '.'); i >= 0 {
		if t, ok := mimeTypes[string(path[i:])]; ok {
			return t
		}
	}
	return MimeType(string(path), m)
}
