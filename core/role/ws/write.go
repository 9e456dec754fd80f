package ws

import (
	"errors"

	"github.com/golws/golws/core/engine"
	wire "github.com/golws/golws/core/wire/ws"
)

// What Write refuses, because it would be a breach of the protocol.
var (
	ErrControlSize = errors.New("a ping or pong has more than 125 bytes")
	ErrNoMessage   = errors.New("a continuation without a message begun with NO_FIN")
	ErrUnfinished  = errors.New("a new message while one begun with NO_FIN has not ended: continuations are expected")
	ErrKind        = errors.New("not a kind of write for a WebSocket")
)

// Write frames p. Text, binary and continuation frames may have WriteNoFin: a
// message is begun by text or binary and continued by continuations, of which
// the one without it is the last. Pings and pongs may come between them. A
// client's frame with WriteClientIgnoreXorMask has a mask of zeros.
func (r *Role) Write(w *engine.Wsi, p []byte, wp engine.WriteProtocol) error {
	c, ok := w.State.(*conn)
	if !ok {
		return engine.ErrClosed
	}
	b0, err := c.firstByte(len(p), wp)
	if err != nil {
		w.Logf(engine.LogErr, "write refused: %v", err)
		return err
	}
	c.track(b0)
	key := c.key(wp)
	if c.z != nil && !wire.IsControl(b0&0xF) {
		if packed, ok := c.pack(b0, p); ok {
			c.sendPacked(w, b0, packed, key)
			return nil
		}
	}
	c.send(w, b0, p, key)
	return nil
}

// key masks a frame that wp asked for.
func (c *conn) key(wp engine.WriteProtocol) (key [4]byte) {
	if c.client() && wp&engine.WriteClientIgnoreXorMask == 0 {
		key = c.th.key()
	}
	return key
}

// firstByte is that of the frame for a write of n bytes.
func (c *conn) firstByte(n int, wp engine.WriteProtocol) (byte, error) {
	var b0 byte
	if wp&engine.WriteNoFin == 0 {
		b0 = wire.Fin
	}
	switch wp & engine.WriteKind {
	case engine.WriteText, engine.WriteBinary:
		if c.has(fFragmented) {
			return 0, ErrUnfinished
		}
		if wp&engine.WriteKind == engine.WriteText {
			return b0 | wire.OpText, nil
		}
		return b0 | wire.OpBinary, nil
	case engine.WriteContinuation:
		if !c.has(fFragmented) {
			return 0, ErrNoMessage
		}
		return b0 | wire.OpContinuation, nil
	case engine.WritePing, engine.WritePong:
		if n > wire.MaxControl {
			return 0, ErrControlSize
		}
		if wp&engine.WriteKind == engine.WritePing {
			return wire.Fin | wire.OpPing, nil
		}
		return wire.Fin | wire.OpPong, nil
	}
	return 0, ErrKind
}

// track remembers whether the message of a frame goes on.
func (c *conn) track(b0 byte) {
	switch {
	case wire.IsControl(b0 & 0xF):
	case b0&wire.Fin != 0:
		c.flags &^= fFragmented
	default:
		c.flags |= fFragmented
	}
}

// putHead puts the head of a frame of n bytes to the start of b.
func (c *conn) putHead(b []byte, b0 byte, n int, key [4]byte) int {
	return wire.PutHead(b, b0&wire.Fin != 0, b0&(wire.RSV1|wire.RSV2|wire.RSV3), b0&0xF, uint64(n), c.client(), key)
}

// send sends a frame with a copy of p; a big one's payload goes out from where
// it lies, unless it has to be masked.
func (c *conn) send(w *engine.Wsi, b0 byte, p []byte, key [4]byte) {
	if len(p) >= engine.DirectSize && !c.client() {
		head := c.th.head[:]
		w.SendDirect(head[:c.putHead(head, b0, len(p), key)], p)
		return
	}
	room := wire.HeadLen(uint64(len(p)), c.client())
	n := min(len(p), engine.DirectSize)
	b := w.Thread().Reserve(room + n)
	c.putHead(b, b0, len(p), key)
	for at := 0; ; {
		copy(b[room:], p[at:at+n])
		if c.client() {
			wire.Mask(b[room:], key, at)
		}
		w.SendReserved(b)
		if at += n; at == len(p) {
			return
		}
		room, n = 0, min(len(p)-at, engine.DirectSize)
		b = w.Thread().Reserve(n)
	}
}

// HeadRoom says yes to what Write would not refuse. Where the connection
// compresses, data is Write's to look at.
func (*Role) HeadRoom(w *engine.Wsi, n int, wp engine.WriteProtocol) (room int, ok bool) {
	c := of(w)
	if c == nil || !w.Open() {
		return 0, false
	}
	b0, err := c.firstByte(n, wp)
	if err != nil || c.z != nil && !wire.IsControl(b0&0xF) {
		return 0, false
	}
	return wire.HeadLen(uint64(n), c.client()), true
}

// FrameInPlace puts the head in front of the payload, and masks it on a client.
func (*Role) FrameInPlace(w *engine.Wsi, b []byte, room int, wp engine.WriteProtocol) {
	c := of(w)
	n := len(b) - room
	b0, err := c.firstByte(n, wp)
	if err != nil {
		panic("ws: FrameInPlace without HeadRoom: " + err.Error())
	}
	c.track(b0)
	key := c.key(wp)
	c.putHead(b[room-wire.HeadLen(uint64(n), c.client()):], b0, n, key)
	if c.client() {
		wire.Mask(b[room:], key, 0)
	}
}
