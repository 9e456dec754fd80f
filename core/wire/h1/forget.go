package h1

// Forget gives up the head's text before the message's time: fields, target
// and arguments are absent from then on, while method, status, framing and
// persistence stay. The memory is freed where the message is complete, else
// with the parser's next Reset.
func (p *Parser) Forget() {
	h := &p.Head
	h.Fields.reset()
	h.Target, h.Scheme, h.Authority, h.Path = nil, nil, nil, nil
	h.RawQuery, h.Fragment, h.Reason = nil, nil, nil
	h.args, h.dec = h.args[:0], nil
	if p.state == stStart || p.state == stEnd || p.state == stClosed || p.state == stTunnel {
		p.buf, p.dec = nil, nil
		h.Fields.list, h.args = nil, nil
	}
}
