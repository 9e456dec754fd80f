package h1

// Limits bounds what a peer can make a Parser hold or skip. A field that is
// zero or negative takes its default.
type Limits struct {
	// HeadBytes is the length of a whole head, from its first byte to the
	// empty line's end. Passing it is 431, or 414 in the request line.
	HeadBytes int
	// Headers is the number of field lines in a head, and, apart from it, in
	// the trailers. Passing it is 431.
	Headers int
	// ChunkExtBytes is the length of all chunk extensions of one message
	// together, as they cost the reader work and give no data. Passing it is 400.
	ChunkExtBytes int
	// TrailerBytes is the length of all trailer lines of one message.
	// Passing it is 431.
	TrailerBytes int
	// Interim is the number of 1xx responses before a final one.
	Interim int
}

// Defaults of Limits. HeadBytes is lws's max_http_header_data.
const (
	DefaultHeadBytes     = 4096
	DefaultHeaders       = 100
	DefaultChunkExtBytes = 4096
	DefaultTrailerBytes  = 4096
	DefaultInterim       = 16
)

const (
	// minHeadBytes keeps room for the longest method and a version.
	minHeadBytes = 128
	// maxHeadBytes keeps offsets within 32 bits.
	maxHeadBytes = 1 << 30
	// maxHeaders keeps field indexes within 16 bits.
	maxHeaders = 1<<16 - 2
	// maxMethod is longer than any registered method (RFC 9112 section 3: a
	// longer one is answered with 501).
	maxMethod = 32
	// maxEmptyLines is the number of CRLF skipped before a request line
	// (RFC 9112 section 2.2 asks for at least one).
	maxEmptyLines = 4
	// maxChunkDigits allows any size below 2^63 and a few leading zeros.
	maxChunkDigits = 16
	// keptBytes and keptSpans bound what Reset carries over to the next
	// connection: one large head does not stay in a pool.
	keptBytes = 16 << 10
	keptSpans = 256
)

func (l Limits) withDefaults() Limits {
	pick := func(v, def, lo, hi int) int {
		if v <= 0 {
			return def
		}
		return min(max(v, lo), hi)
	}
	const most = int(^uint(0) >> 1)
	return Limits{
		HeadBytes:     pick(l.HeadBytes, DefaultHeadBytes, minHeadBytes, maxHeadBytes),
		Headers:       pick(l.Headers, DefaultHeaders, 1, maxHeaders),
		ChunkExtBytes: pick(l.ChunkExtBytes, DefaultChunkExtBytes, 1, most),
		TrailerBytes:  pick(l.TrailerBytes, DefaultTrailerBytes, 2, maxHeadBytes),
		Interim:       pick(l.Interim, DefaultInterim, 1, most),
	}
}
