package lws

import (
	"fmt"
	"sync"

	wire "github.com/golws/golws/core/wire/ws"
)

// Messages is h with RECEIVE and CLIENT_RECEIVE once for each WebSocket message,
// with all of it, instead of for each piece as it arrives. A message of more than
// limit bytes closes the connection with 1009.
//
// What is gathered is memory that a peer can make this end hold: limit times the
// connections.
func Messages(h Handler, limit int) Handler {
	return &messages{h: h, limit: limit, begun: map[*Wsi][]byte{}}
}

type messages struct {
	h     Handler
	limit int

	mu    sync.Mutex // guards begun: service threads share the Handler
	begun map[*Wsi][]byte
}

// Callback gathers pieces; all else is h's.
func (m *messages) Callback(w *Wsi, r Reason, in In) int {
	switch r {
	case ReasonReceive, ReasonClientReceive:
		f := w.Fragment()
		if !f.First || !f.Final || len(in.Bytes) > m.limit {
			b, whole, ret := m.gather(w, in.Bytes, f)
			if !whole {
				return ret
			}
			in.Bytes, f.Data = b, b
			f.First, f.Final, f.Remaining = true, true, 0
		}
	case ReasonWSServerDropProtocol, ReasonWSClientDropProtocol:
		m.forget(w)
	}
	return m.h.Callback(w, r, in)
}

// gather adds a piece to w's message, and answers that once it is whole, else
// what the callback returns.
func (m *messages) gather(w *Wsi, piece []byte, f *Fragment) (b []byte, whole bool, ret int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	b = m.begun[w]
	if len(b)+len(piece) > m.limit {
		delete(m.begun, w)
		SetCloseReason(w, wire.CloseTooBig, fmt.Sprintf("message is longer than %d bytes", m.limit))
		return nil, false, -1
	}
	b = append(b, piece...)
	if f.Final {
		delete(m.begun, w)
		return b, true, 0
	}
	m.begun[w] = b
	return nil, false, 0
}

func (m *messages) forget(w *Wsi) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.begun, w)
}
