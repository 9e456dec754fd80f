package h1

import "bytes"

// span is one URL argument within Parser.dec.
type span struct {
	at, end uint32
	name    uint32 // length of the part before "="; end-at when there is none
}

// Args is the number of URL arguments: the pieces of RawQuery between "&"
// that are not empty.
func (h *Head) Args() int { return len(h.args) }

// ArgAt is argument i as lws shows it: "name=value", or "name" alone, with
// percent-encoding and "+" decoded after the split.
func (h *Head) ArgAt(i int) []byte {
	s := h.args[i]
	return h.dec[s.at:s.end:s.end]
}

// Arg is the value of the first argument of that name, in this spelling. It
// is there and empty for both "name=" and "name".
func (h *Head) Arg(name string) (value []byte, ok bool) {
	for i, s := range h.args {
		if string(h.dec[s.at:s.at+s.name]) != name {
			continue
		}
		a := h.ArgAt(i)
		return a[min(int(s.name)+1, len(a)):], true
	}
	return nil, false
}

// appendArgs decodes a raw query into dec and notes where its arguments lie.
func appendArgs(args []span, dec, query []byte) ([]span, []byte, string) {
	for len(query) > 0 {
		arg := query
		if i := bytes.IndexByte(query, '&'); i >= 0 {
			arg, query = query[:i], query[i+1:]
		} else {
			query = nil
		}
		if len(arg) == 0 {
			continue
		}
		s := span{at: uint32(len(dec))}
		name := arg
		eq := bytes.IndexByte(arg, '=')
		if eq >= 0 {
			name = arg[:eq]
		}
		var why string
		if dec, why = appendDecoded(dec, name, true); why != "" {
			return args, dec, why
		}
		s.name = uint32(len(dec)) - s.at
		if eq >= 0 {
			if dec, why = appendDecoded(append(dec, '='), arg[eq+1:], true); why != "" {
				return args, dec, why
			}
		}
		s.end = uint32(len(dec))
		args = append(args, s)
	}
	return args, dec, ""
}
