package h1_test

import (
	"strings"
	"testing"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/role/h1"
	wire "github.com/golws/golws/core/wire/h1"
)

// Headers and targets that are longer than their token's limit are refused
// before anybody is asked; those of just the limit pass.
func TestTokenLimits(t *testing.T) {
	limits := make([]int, 96)
	limits[h1.TokenGetURI], limits[h1.TokenURIArgs], limits[wire.TokenUserAgent], limits[wire.TokenHost] = 5, 3, 4, 9
	for _, c := range []struct{ send, status, line string }{
		{get("/1234", "User-Agent: 1234\r\nAccept: anything at all\r\nX-Own: anything\r\n"), "200", ""},
		{get("/1234?abc", ""), "200", ""},
		{strings.Replace(get("/12345", ""), "GET", "DELETE", 1), "200", ""},
		{get("/12345", ""), "414", "its path of 6 bytes is longer than the limit of 5"},
		{get("/?abcd", ""), "414", "its URL arguments of 4 bytes are longer than the limit of 3"},
		{get("/", "User-Agent: 12345\r\n"), "431", "its header user-agent of 5 bytes is longer than the limit of 4"},
		{get("/", "User-Agent: 1\r\nUser-Agent: 12345\r\n"), "431", "its header user-agent of 5 bytes"},
	} {
		r := newRig(t, engine.Options{TokenLimits: limits})
		r.vhost(engine.VhostOptions{})
		r.hooks["a"] = dynamic
		p := r.dial().send(c.send)
		if got := p.take(); !strings.HasPrefix(got, "HTTP/1.1 "+c.status+" ") || p.ended != (c.line != "") {
			t.Errorf("%q: %q, ended %v", c.send, got, p.ended)
		}
		if c.line != "" {
			r.wantLine(c.line)
			r.wantLog(refusedAtOnce)
		}
	}
}

func TestRejectedAgents(t *testing.T) {
	for _, c := range []struct{ agent, status, page string }{
		{"Mozilla (good)", "200", ""},
		{"Mozilla badbot/1", "404", "<h1>404</h1>Not here</body>"},
		{"spider", "403", "<h1>403</h1></body>"},
		{"odd", "403", "<h1>403</h1>Go away</body>"},
	} {
		r := newRig(t, engine.Options{RejectAgents: []*engine.PVO{
			{Name: "badbot", Value: "404 Not here"}, {Name: "spider", Value: "403"}, {Name: "odd", Value: "Go away"},
		}})
		r.vhost(engine.VhostOptions{})
		r.hooks["a"] = dynamic
		p := r.dial().send(get("/", "User-Agent: "+c.agent+"\r\n"))
		if got := p.take(); !strings.HasPrefix(got, "HTTP/1.1 "+c.status+" ") || !strings.Contains(got, c.page) || p.ended != (c.page != "") {
			t.Errorf("%s: %q, ended %v", c.agent, got, p.ended)
		}
		if c.page != "" {
			r.wantLine("its User-Agent has")
			r.wantLog(refusedAtOnce)
		}
	}
}

func TestClientRawOrigin(t *testing.T) {
	r := newRig(t, engine.Options{RawOrigin: true})
	r.vhost(engine.VhostOptions{Port: engine.NoListen})
	l := r.listen(80)
	r.connect(engine.ConnectInfo{Method: "GET", Path: "/", Origin: "example"})
	if got := l.peers[0].take(); !strings.Contains(got, "\r\nOrigin: example\r\n") {
		t.Errorf("%q", got)
	}
}
