package pmd

// Status says why [Inflater.Inflate] returned.
type Status uint8

const (
	// NeedInput: all of src was taken and all of its output was given.
	NeedInput Status = iota
	// More: dst is full, and at least one more byte of the message is to come.
	More
	// Done: the message is complete. The next call starts the next one.
	Done
)

// Inflater decompresses the messages of one direction of a connection (RFC 7692 section 7.2.2).
// Init must be called before use.
type Inflater struct {
	win   window
	z     *inflate // exists only while a message is under way
	total uint64   // output of the current message
	max   uint64
	err   *Error
	keep  bool // context takeover
}

// Init makes f ready for what the peer sends under params; server tells which side this is.
// maxMessage is the greatest size of one message after inflating, 0 for no limit.
func (f *Inflater) Init(params Params, server bool, maxMessage uint64) {
	bits, takeover := params.receiving(server)
	*f = Inflater{max: maxMessage, keep: takeover}
	// A peer that is held to 8 bits may use 9: zlib took 8 for 9 for most of its life.
	f.win.max = 1 << max(bits, 9)
}

// Inflate decompresses from src, the next bytes of the current message's compressed payload,
// to dst, and reports how many bytes it wrote and took. final says that the message's payload
// ends with src. After [More] it is to be called again with the rest of src, the same final,
// and room in dst.
//
// The tail of section 7.2.2 (00 00 ff ff) is supplied here. A message may also end without needing
// it, at a block that ends on a whole byte, or be quite empty.
//
// An error is an [*Error] with code 1007 or 1009, and stays.
func (f *Inflater) Inflate(dst, src []byte, final bool) (written, taken int, status Status, err error) {
	if f.err != nil {
		return 0, 0, NeedInput, f.err
	}
	if f.z == nil {
		f.z = inflatePool.Get().(*inflate)
		f.z.reset()
		f.total = 0
	}
	if f.max != 0 && uint64(len(dst)) > f.max-f.total {
		dst = dst[:f.max-f.total]
	}
	z := f.z
	written, taken, status = z.run(&f.win, dst, 0, src)
	if status == NeedInput && final {
		if !z.aligned() {
			var n int
			written, n, status = z.run(&f.win, dst, written, tail[z.tail:])
			z.tail += uint8(n)
		}
		if status == NeedInput {
			status = corrupt
			if z.aligned() {
				status = Done
			}
		}
	}
	switch {
	case status == corrupt:
		f.err = errCorrupt
	case status == More && f.max != 0 && f.total+uint64(written) == f.max:
		f.err = errTooBig
	}
	if f.err != nil {
		f.Release()
		return 0, taken, NeedInput, f.err
	}
	f.total += uint64(written)
	if status != Done || f.keep {
		f.win.push(dst[:written])
	}
	if status == Done {
		inflatePool.Put(z)
		f.z = nil
		if !f.keep {
			f.win.drop()
		}
	}
	return written, taken, status, nil
}

// Release gives back what f holds, history included. It is for the end of a connection, which
// may come in the middle of a message; after it, f must be initialized again.
func (f *Inflater) Release() {
	if f.z != nil {
		inflatePool.Put(f.z)
		f.z = nil
	}
	f.win.drop()
}
