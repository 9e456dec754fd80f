package ws

import (
	"errors"
	"fmt"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/role/h1"
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
	if err := h1.CheckLines(hb.B); err != nil {
		return nil, fmt.Errorf("ADD_HEADERS added %w", err)
	}
	return append(b, hb.B...), nil
}
