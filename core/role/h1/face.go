package h1

import (
	"bytes"

	"github.com/golws/golws/core/engine"
	wire "github.com/golws/golws/core/wire/h1"
)

// CustomName is the name of header line i of those that have no Token, in
// lower case and with its colon, as lws tells it; nil where there is none.
func (x *Exchange) CustomName(i int) []byte {
	fs := &x.Head().Fields
	for k := 0; k < fs.Len(); k++ {
		if fs.TokenAt(k) != wire.NoToken {
			continue
		}
		if i == 0 {
			name, _ := fs.At(k)
			return append(bytes.ToLower(name), ':')
		}
		i--
	}
	return nil
}

// Cookie is the value of the first cookie of that name (RFC 6265 section 4.2),
// without the double quotes that may be around it; nil where there is none.
func (x *Exchange) Cookie(name string) []byte {
	fs := &x.Head().Fields
	for i := fs.Next(wire.TokenCookie, -1); i >= 0; i = fs.Next(wire.TokenCookie, i) {
		_, line := fs.At(i)
		for len(line) > 0 {
			var pair []byte
			pair, line, _ = bytes.Cut(line, []byte{';'})
			k, v, ok := bytes.Cut(bytes.TrimSpace(pair), []byte{'='})
			if ok && string(bytes.TrimSpace(k)) == name {
				v = bytes.TrimSpace(v)
				if n := len(v); n >= 2 && v[0] == '"' && v[n-1] == '"' {
					v = v[1 : n-1]
				}
				return v[:len(v):len(v)]
			}
		}
	}
	return nil
}

// FileFragment has more of the file sent that ServeFile began:
// lws_serve_http_file_fragment. The loop does it anyway, so this only asks. 0
// says that there is more, 1 that all is written.
func FileFragment(w *engine.Wsi) int {
	if x := Of(w); x != nil && x.file.active {
		w.CallbackOnWritable()
		return 0
	}
	return 1
}
