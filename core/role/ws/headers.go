package ws

import (
	"errors"
	"strings"

	"github.com/golws/golws/core/engine"
	wireh1 "github.com/golws/golws/core/wire/h1"
)

// addHeaders appends the lines of the ADD_HEADERS callback to the head b. The
// error says why the connection cannot be; w may have died too.
func addHeaders(w *engine.Wsi, b []byte) ([]byte, error) {
	hb := engine.HeaderBuffer{Max: w.Context().Options().HeadBytes}
	if w.Call(engine.ReasonAddHeaders, engine.In{Value: &hb}) != 0 {
		return nil, errors.New("refused by ADD_HEADERS")
	}
	if !w.Alive() {
		return nil, engine.ErrClosed
	}
	if len(hb.B) > hb.Max {
		return nil, errors.New("ADD_HEADERS added more than there is room for")
	}
	for rest := string(hb.B); rest != ""; {
		line, more, ok := strings.Cut(rest, "\r\n")
		name, value, colon := strings.Cut(line, ":")
		if !ok || !colon || !wireh1.IsToken(name) || !wireh1.IsFieldValue(value) {
			return nil, errors.New("ADD_HEADERS added something that is no header line")
		}
		rest = more
	}
	return append(b, hb.B...), nil
}
