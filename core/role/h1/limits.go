package h1

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/golws/golws/core/engine"
	wire "github.com/golws/golws/core/wire/h1"
)

// refused answers a request that the context's or the vhost's settings do not
// let through, before anybody is asked.
func (s *Server) refused(w *engine.Wsi, x *Exchange, v *engine.Vhost) bool {
	h, o := x.Head(), w.Context().Options()
	if len(o.TokenLimits) > 0 {
		if status, why := tooLong(h, o.TokenLimits); why != "" {
			x.Refuse(w, status, why)
			return true
		}
	}
	for _, r := range o.RejectAgents {
		if bytes.Contains(h.Fields.Token(wire.TokenUserAgent), []byte(r.Name)) {
			status, text := agentStatus(r.Value)
			x.refuse(w, status, text, fmt.Sprintf("its User-Agent has %q in it", r.Name))
			return true
		}
	}
	// A client that expects 100 is not told to go on (RFC 9110 section 15.5.14).
	if x.limit = v.BodyLimit(); x.limit > 0 && h.ContentLength > x.limit {
		x.Refuse(w, 413, fmt.Sprintf("its body of %d bytes is longer than the vhost's limit of %d", h.ContentLength, x.limit))
		return true
	}
	return false
}

// tooLong finds what of a head is longer than its token's limit.
func tooLong(h *wire.Head, limits []int) (status int, why string) {
	over := func(t Token, n int) bool { return int(t) < len(limits) && limits[t] > 0 && n > limits[t] }
	path, _, _ := bytes.Cut(h.Target, []byte{'?'})
	if m := methodOf(h.Method); m >= 0 && over(methods[m].token, len(path)) {
		return 414, fmt.Sprintf("its path of %d bytes is longer than the limit of %d", len(path), limits[methods[m].token])
	}
	if over(TokenURIArgs, len(h.RawQuery)) {
		return 414, fmt.Sprintf("its URL arguments of %d bytes are longer than the limit of %d", len(h.RawQuery), limits[TokenURIArgs])
	}
	for i := range h.Fields.Len() {
		t := h.Fields.TokenAt(i)
		if _, value := h.Fields.At(i); t != wire.NoToken && over(Token(t), len(value)) {
			return 431, fmt.Sprintf("its header %s of %d bytes is longer than the limit of %d", t, len(value), limits[t])
		}
	}
	return 0, ""
}

// agentStatus reads "403 Go away".
func agentStatus(s string) (status int, text string) {
	code, text, _ := strings.Cut(s, " ")
	if status, err := strconv.Atoi(code); err == nil && status >= 400 && status <= 599 {
		return status, text
	}
	return 403, s
}
