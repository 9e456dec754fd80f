package ws

import "encoding/binary"

// Kind says what an [Event] is.
type Kind uint8

const (
	// NeedMore: all bytes were taken, and there is nothing to tell yet.
	NeedMore Kind = iota
	// Data: a piece of a message, perhaps an empty one.
	Data
	// Ping, Pong: a whole control frame (RFC 6455 sections 5.5.2 and 5.5.3).
	Ping
	Pong
	// Close: the peer's close frame (section 5.5.1). Whatever follows it is dropped.
	Close
	// Control: a whole control frame of reserved opcode, which Options.AllowUnknownOpcode let in.
	Control
)

// Event is what [Decoder.Next] found.
type Event struct {
	// Payload is borrowed: for Data always, for control frames mostly, from the buffer that
	// was given to Next, and so good for as long as that is. Its capacity ends where it ends.
	Payload []byte
	// Remaining is, for Data, how many bytes of this frame come after this piece.
	Remaining uint64
	Kind      Kind
	// Opcode is that of the message for Data, so never OpContinuation, and that of the
	// frame for control frames.
	Opcode byte
	// Rsv has the reserved bits of the message's first frame for Data, and of the frame itself
	// for control frames. With RSV1 the payload is compressed.
	Rsv byte
	// FrameStart, FrameEnd: this piece is the first, the last of its frame.
	FrameStart, FrameEnd bool
	// First, Final: this piece is the first, the last of its message.
	First, Final bool
	// Code is, for Close, the peer's close code, or CloseNoStatus.
	Code uint16
}

// Reason is the reason text of a Close event: valid UTF-8, borrowed as Payload is.
func (e *Event) Reason() []byte {
	if e.Kind != Close || len(e.Payload) < 2 {
		return nil
	}
	return e.Payload[2:]
}

// Options of a [Decoder].
type Options struct {
	// MaxMessage is the greatest number of payload bytes in one message, over all its frames;
	// 0 means no limit. A frame that would pass it fails with 1009 when its head is seen. It
	// does not count messages with RSV1: what those inflate to is package pmd's to limit.
	MaxMessage uint64
	// Reserved has the reserved bits that a peer may set. RSV1 is then taken as RFC 7692
	// section 6 has it: on the first frame of a message only. RSV2 and RSV3 may be on any frame.
	Reserved byte
	// ValidateUTF8 checks text messages, and fails with 1007 as soon as a byte is wrong.
	// Messages with RSV1 are left to whoever inflates them, with a UTF8 of their own. Close
	// reasons are always checked.
	ValidateUTF8 bool
	// AllowUnknownOpcode lets reserved opcodes in: 3–7 as messages, 11–15 as Control events.
	AllowUnknownOpcode bool
}

// Decoder takes the bytes that one peer sends and tells what is in them. It keeps no more
// than a frame head that is not complete, and, while a control frame is, that too.
type Decoder struct {
	left    uint64            // bytes of the current frame's payload still to come
	total   uint64            // payload bytes announced by the frames of the current message
	max     uint64            // Options.MaxMessage
	err     *Error            // what failed; nothing is taken any more
	control *[MaxControl]byte // exists only while a control frame straddles two calls
	key     uint32            // masking key, turned so that its lowest byte is for the next payload byte
	text    UTF8
	head    [MaxHead]byte // a head that straddles two calls
	have    uint8         // bytes in head
	filled  uint8         // bytes in control

	b0      byte // the current frame's first byte: FIN, reserved bits, opcode
	opcode  byte // of the current message
	rsv     byte // of the current message's first frame
	allowed byte // Options.Reserved
	flags   flags
}

type flags uint8

const (
	fServer   flags = 1 << iota // frames must be masked
	fValidate                   // Options.ValidateUTF8
	fUnknown                    // Options.AllowUnknownOpcode
	fPayload                    // the head of the current frame is done
	fMessage                    // a message is open
	fFirst                      // nothing of the message was delivered yet
	fStart                      // nothing of the frame was delivered yet
	fClosed                     // a close frame was delivered
)

// Init makes d ready for the first byte after the opening handshake. A server's decoder takes
// only masked frames, a client's only unmasked ones (RFC 6455 section 5.1).
func (d *Decoder) Init(server bool, opt Options) {
	*d = Decoder{max: opt.MaxMessage, allowed: opt.Reserved & (RSV1 | RSV2 | RSV3)}
	if server {
		d.flags |= fServer
	}
	if opt.ValidateUTF8 {
		d.flags |= fValidate
	}
	if opt.AllowUnknownOpcode {
		d.flags |= fUnknown
	}
}

// Next takes bytes from the start of b and reports one event and the number n of bytes that it
// took; the caller goes on with b[n:] until that is empty, as it always is after NeedMore.
// Payload is unmasked where it lies in b, so b is changed. max, unless 0, is the most bytes of
// data for one event.
//
// An error is an [*Error], and stays: the connection has to be failed with its code. After a
// Close event everything is taken and dropped (section 5.5.1).
func (d *Decoder) Next(b []byte, max int) (ev Event, n int, err error) {
	if d.flags&fPayload == 0 {
		n = d.takeHead(b)
		if d.err != nil {
			return Event{}, n, d.err
		}
		if d.flags&fPayload == 0 {
			return Event{}, n, nil
		}
		b = b[n:]
	}
	if d.b0&0x8 != 0 {
		return d.takeControl(b, n)
	}

	size := len(b)
	if uint64(size) > d.left {
		size = int(d.left)
	}
	if max > 0 && size > max {
		size = max
	}
	if size == 0 && d.left != 0 {
		return Event{}, n, nil
	}
	p := b[:size:size]
	if d.key != 0 {
		xor(p, d.key)
		d.key = rotate(d.key, size)
	}
	d.left -= uint64(size)

	ev.Payload = p
	ev.Remaining = d.left
	ev.Kind = Data
	ev.Opcode = d.opcode
	ev.Rsv = d.rsv
	ev.FrameStart = d.flags&fStart != 0
	ev.First = d.flags&fFirst != 0
	d.flags &^= fStart | fFirst
	if d.left == 0 {
		ev.FrameEnd = true
		ev.Final = d.b0&Fin != 0
		d.flags &^= fPayload
		if ev.Final {
			d.flags &^= fMessage
		}
	}
	if d.opcode == OpText && d.flags&fValidate != 0 && d.rsv&RSV1 == 0 {
		if !d.text.Write(p) || ev.Final && !d.text.Done() {
			d.err = errText
			d.flags &^= fPayload
			return Event{}, n, d.err
		}
	}
	return ev, n + size, nil
}

// takeControl collects a control frame's payload, of which n bytes of head were taken in the
// same call, and delivers it when it is complete.
func (d *Decoder) takeControl(b []byte, n int) (Event, int, error) {
	size := min(len(b), int(d.left))
	p := b[:size:size]
	if d.control != nil || uint64(size) < d.left {
		if size == 0 {
			return Event{}, n, nil
		}
		if d.control == nil {
			d.control = new([MaxControl]byte)
			d.filled = 0
		}
		copy(d.control[d.filled:], p)
		p = d.control[d.filled : int(d.filled)+size]
		d.filled += uint8(size)
	}
	xor(p, d.key)
	d.key = rotate(d.key, size)
	d.left -= uint64(size)
	n += size
	if d.left != 0 {
		return Event{}, n, nil
	}
	if d.control != nil {
		// The event has the storage from here on.
		p = d.control[:d.filled:d.filled]
		d.control = nil
	}
	d.flags &^= fPayload

	ev := Event{
		Payload: p, Opcode: d.b0 & 0xF, Rsv: d.b0 & (RSV1 | RSV2 | RSV3),
		FrameStart: true, FrameEnd: true, First: true, Final: true,
	}
	switch ev.Opcode {
	case OpPing:
		ev.Kind = Ping
	case OpPong:
		ev.Kind = Pong
	case OpClose:
		ev.Kind = Close
		if ev.Code, d.err = parseClose(p); d.err != nil {
			return Event{}, n, d.err
		}
		d.flags |= fClosed
	default:
		ev.Kind = Control
	}
	return ev, n, nil
}

// takeHead takes a frame head, from b or from what is left of an earlier call and b together.
// It returns how much of b it took, and sets fPayload when the head is complete and valid, or
// d.err.
func (d *Decoder) takeHead(b []byte) (n int) {
	if d.err != nil {
		return 0
	}
	if d.flags&fClosed != 0 {
		return len(b)
	}
	if d.have == 0 && len(b) >= 2 {
		if size := headSize(b[1]); size <= len(b) {
			d.readHead(b[:size])
			return size
		}
	}
	for len(b) > n {
		want := 2
		if d.have >= 2 {
			want = headSize(d.head[1])
		}
		c := copy(d.head[d.have:want], b[n:])
		n += c
		d.have += uint8(c)
		if int(d.have) < want {
			break
		}
		if want == 2 {
			// What the first two bytes give away is not left to wait for the rest.
			if d.err = d.checkHead(d.head[0], d.head[1]); d.err != nil {
				break
			}
			if headSize(d.head[1]) > 2 {
				continue
			}
		}
		d.have = 0
		d.readHead(d.head[:headSize(d.head[1])])
		break
	}
	return n
}

// headSize is the size of a head with the second byte b1.
func headSize(b1 byte) int {
	size := 2
	switch b1 & 0x7F {
	case 126:
		size = 4
	case 127:
		size = 10
	}
	if b1&maskedBit != 0 {
		size += 4
	}
	return size
}

// readHead starts the frame whose whole head h is.
func (d *Decoder) readHead(h []byte) {
	b0, b1 := h[0], h[1]
	if d.err = d.checkHead(b0, b1); d.err != nil {
		return
	}
	size := uint64(b1 & 0x7F)
	h = h[2:]
	switch size {
	case 126:
		size = uint64(binary.BigEndian.Uint16(h))
		h = h[2:]
		if size < 126 {
			d.err = errLongLength
			return
		}
	case 127:
		size = binary.BigEndian.Uint64(h)
		h = h[8:]
		if size > MaxLength {
			d.err = errTopBit
			return
		}
		if size <= 0xFFFF {
			d.err = errLongLength
			return
		}
	}
	d.key = 0
	if b1&maskedBit != 0 {
		d.key = binary.LittleEndian.Uint32(h)
	}
	d.b0 = b0
	d.left = size
	d.flags |= fPayload | fStart
	op := b0 & 0xF
	if op&0x8 != 0 {
		return
	}
	if op != OpContinuation {
		d.opcode = op
		d.rsv = b0 & (RSV1 | RSV2 | RSV3)
		d.total = 0
		d.text.Reset()
		d.flags |= fMessage | fFirst
	}
	if d.max != 0 && d.rsv&RSV1 == 0 {
		if size > d.max-d.total {
			d.err = errTooBig
			d.flags &^= fPayload
			return
		}
		d.total += size
	}
}

// checkHead holds a head's first two bytes against RFC 6455 sections 5.1, 5.2, 5.4 and 5.5.
func (d *Decoder) checkHead(b0, b1 byte) *Error {
	if b0&(RSV1|RSV2|RSV3)&^d.allowed != 0 {
		return errReserved
	}
	op := b0 & 0xF
	switch {
	case op == OpContinuation:
		if d.flags&fMessage == 0 {
			return errContinuation
		}
		if b0&RSV1 != 0 {
			return errReserved // RFC 7692 section 6.1: on the first fragment only
		}
	case op < 0x8:
		if op > OpBinary && d.flags&fUnknown == 0 {
			return errOpcode
		}
		if d.flags&fMessage != 0 {
			return errInterleaved
		}
	default:
		if op > OpPong && d.flags&fUnknown == 0 {
			return errOpcode
		}
		if b0&RSV1 != 0 {
			return errReserved // RFC 7692 section 6.1: never on control frames
		}
		if b0&Fin == 0 {
			return errControlFin
		}
		if b1&0x7F > MaxControl {
			return errControlSize
		}
	}
	if server := d.flags&fServer != 0; server != (b1&maskedBit != 0) {
		if server {
			return errNotMasked
		}
		return errMasked
	}
	return nil
}
