package ws

import (
	"errors"
	"fmt"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/wire/pmd"
	wire "github.com/golws/golws/core/wire/ws"
)

// Deflate turns permessage-deflate (RFC 7692) on: a *Deflate is what
// engine.VhostOptions.Extensions and engine.ConnectInfo.Extensions hold. A
// client without Extensions of its own goes by its vhost's.
type Deflate struct {
	Offer  pmd.Config // what a client offers
	Accept pmd.Config // what a server wants
	// Level of compression, 1 to 9; 0 for the fastest.
	Level int
	// Threshold is the length of a message from which on it is compressed; 0
	// compresses all that are not empty, as lws does. Some peers, though RFC
	// 7692 section 6 lets messages go uncompressed, expect no such one.
	Threshold int
	// MaxMessage limits what one message may inflate to; a longer one is
	// answered with 1009. 0 is DefaultMaxInflated, negative no limit. It limits
	// the work that a peer can cause: memory is bounded without it.
	MaxMessage int64
}

// DefaultMaxInflated is Deflate.MaxMessage where that is 0.
const DefaultMaxInflated = 1 << 30

// ErrOffer is an extension string that is no offer of permessage-deflate.
var ErrOffer = errors.New("not an offer of permessage-deflate")

// ParseDeflate reads a client's offer as lws programs have it:
// "permessage-deflate; client_no_context_takeover; client_max_window_bits".
// Servers take what they are offered.
func ParseDeflate(offer string) (*Deflate, error) {
	ps, err := pmd.ParseOffers(offer)
	if err == nil && len(ps) == 0 {
		err = ErrOffer
	}
	if err != nil {
		return nil, fmt.Errorf("extension %q: %w", offer, err)
	}
	p := ps[0]
	d := &Deflate{Offer: pmd.Config{
		ServerNoContextTakeover: p.ServerNoContextTakeover,
		ClientNoContextTakeover: p.ClientNoContextTakeover,
		ServerMaxWindowBits:     p.ServerMaxWindowBits,
	}}
	if p.ClientMaxWindowBits != pmd.AnyBits {
		d.Offer.ClientMaxWindowBits = p.ClientMaxWindowBits
	}
	return d, nil
}

// deflateOf is the setting that a connection goes by, nil for none.
func deflateOf(w *engine.Wsi, extensions any) *Deflate {
	if extensions == nil {
		extensions = w.Vhost().Options().Extensions
	}
	switch d := extensions.(type) {
	case nil:
	case *Deflate:
		return d
	default:
		w.Logf(engine.LogErr, "extension settings of type %T are none of the ws role", extensions)
	}
	return nil
}

// begin has c use what was agreed on.
func (d *Deflate) begin(w *engine.Wsi, c *conn, agreed pmd.Params) {
	limit := d.MaxMessage
	if limit == 0 {
		limit = DefaultMaxInflated
	}
	z := &deflating{threshold: d.Threshold, validate: w.Vhost().Options().ValidateUTF8}
	z.in.Init(agreed, !c.client(), uint64(max(limit, 0)))
	z.out.Init(agreed, !c.client(), d.Level)
	c.z = z
}

func (z *deflating) release() {
	z.in.Release()
	z.out.Release()
}

// whole says that a frame is all of its message.
func whole(b0 byte) bool { return b0&wire.Fin != 0 && b0&0xF != wire.OpContinuation }

// packs says whether a frame of n bytes is one for the compressor.
func (c *conn) packs(b0 byte, n int) bool {
	return !wire.IsControl(b0&0xF) && (!whole(b0) || n > 0 && n >= c.z.threshold)
}

// pack compresses the payload of a frame, behind room for the head; ok is false
// where it is to be sent as it is. A message in fragments is always compressed,
// as that is said in its first frame (RFC 7692 section 6).
func (c *conn) pack(b0 byte, p []byte) (packed []byte, ok bool) {
	if !c.packs(b0, len(p)) {
		return nil, false
	}
	packed = append(c.th.packed[:0], c.th.head[:wire.MaxHead]...)
	packed = c.z.out.Compress(packed, p, b0&wire.Fin != 0)
	c.th.packed = packed
	if cap(packed) > maxPacked {
		c.th.packed = nil
	}
	return packed, true
}

// sendPacked sends a frame that pack made.
func (c *conn) sendPacked(w *engine.Wsi, b0 byte, packed []byte, key [4]byte) {
	if b0&0xF != wire.OpContinuation {
		b0 |= wire.RSV1
	}
	n := len(packed) - wire.MaxHead
	if c.client() {
		wire.Mask(packed[wire.MaxHead:], key, 0)
	}
	b := packed[wire.MaxHead-wire.HeadLen(uint64(n), c.client()):]
	head := c.putHead(b, b0, n, key)
	if len(b) >= engine.DirectSize {
		w.SendDirect(b[:head], b[head:])
		return
	}
	w.SendCopy(b)
}
