package h1

// phase is how far a server's exchange has got.
type phase uint8

const (
	inHead phase = iota
	inBody
	inAnswer // the request is complete
)

// response is what is known of the answer under way.
type response struct {
	begun bool // a byte of it was sent
}

// transfer is a file on its way out.
type transfer struct {
	open bool
}

func (f *transfer) close() { f.open = false }

// clientBody is a client's side of an exchange.
type clientBody struct {
	method string
}
