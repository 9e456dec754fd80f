package h1

// ask is a client's side of an exchange.
type ask struct {
	method string
}
