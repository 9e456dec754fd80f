package engine

// Handler is a protocol's code.
type Handler interface {
	// Callback is lws's one callback: what happened, and what belongs to it.
	// Nonzero asks for the connection to be closed, or refuses what is asked,
	// as lws documents it for the reason.
	Callback(w *Wsi, r Reason, in In) int
}

// HandlerFunc is a function as a Handler.
type HandlerFunc func(w *Wsi, r Reason, in In) int

// Callback calls f.
func (f HandlerFunc) Callback(w *Wsi, r Reason, in In) int { return f(w, r, in) }

// FragmentHandler is a Handler that takes the pieces of messages which arrived
// together in one call, so that a face with a costly crossing pays it once.
type FragmentHandler interface {
	Handler
	// Fragments delivers fs in order, each as one callback with reason r. It
	// stops behind the first callback that returned nonzero (ret) or after
	// which w.Stopped() holds, and says how many it delivered.
	Fragments(w *Wsi, r Reason, fs []Fragment) (n, ret int)
}

// In is what belongs to a callback. Memory in it is the callee's until it
// returns.
type In struct {
	Bytes []byte // data or text; what C sees as in and len
	Num   int    // a number that C sees in place of in (fd) or as len (status, tsi)
	Value any    // a structure, by the reason: *HeaderBuffer, *PVO, …
}

// Fragment is a piece of a message.
type Fragment struct {
	Data      []byte
	Remaining uint64 // bytes of the current frame that follow this piece
	Opcode    byte   // of the message
	Rsv       byte   // reserved bits of the frame, as lws_get_reserved_bits
	First     bool   // the piece begins a message
	Final     bool   // the piece ends a message
}

// Protocol is one entry of a vhost's list: lws's struct lws_protocols.
type Protocol struct {
	Name         string
	Handler      Handler
	RxBufferSize int // largest piece delivered at once, 0 for the thread's PieceSize
	User         any // the program's own
	Face         any // the face's own record of the protocol
}

// PVO is a per-vhost option: a named value with options below it.
type PVO struct {
	Name, Value string
	Options     []*PVO
	Face        any // the face's own record
}

// HeaderBuffer is what callbacks append header lines to.
type HeaderBuffer struct {
	B   []byte // complete "Name: value\r\n" lines
	Max int    // the most that B may hold
}
