package h1

import (
	"fmt"
	"strings"
	"testing"
)

func parseHead(t testing.TB, side Side, in string) *Parser {
	t.Helper()
	p := new(Parser)
	p.Reset(side, Limits{})
	ev, n, err := p.Next([]byte(in))
	if err != nil || ev.Kind != GotHead || n != len(in) {
		t.Fatalf("%q: %v %d %v", in, ev.Kind, n, err)
	}
	return p
}

func TestFields(t *testing.T) {
	p := parseHead(t, Request, "GET / HTTP/1.1\r\nhOsT: h\r\nCookie: a=1\r\nX-One: 1\r\nCOOKIE: b=2\r\nx-one:\r\nAccept: \"a,b\" ,, c,\r\n\r\n")
	f := &p.Head.Fields
	if f.Len() != 6 {
		t.Fatal(f.Len())
	}
	if n, v := f.At(0); string(n) != "hOsT" || string(v) != "h" || f.TokenAt(0) != TokenHost {
		t.Fatalf("%s %s", n, v)
	}
	for _, c := range []struct{ got, want string }{
		{string(f.Token(TokenHost)), "h"},
		{string(f.Get("HOST")), "h"},
		{string(f.Get("x-ONE")), "1"},
		{string(f.Token(TokenCookie)), "a=1"},
		{string(f.AppendJoined([]byte(">"), "cookie", "; ")), ">a=1; b=2"},
		{string(f.AppendJoined(nil, "X-One", ", ")), "1, "},
		{string(f.AppendJoined(nil, "x-none", ", ")), ""},
	} {
		if c.got != c.want {
			t.Errorf("got %q want %q", c.got, c.want)
		}
	}
	if f.Get("x-none") != nil || f.Token(TokenOrigin) != nil || f.Has(TokenOrigin) || f.Token(NoToken) != nil || f.Token(255) != nil {
		t.Error("an absent field is there")
	}
	if i := f.NextName("x-one", f.NextName("x-one", -1)); i != 4 || f.NextName("x-one", i) != -1 {
		t.Error("second x-one:", i)
	}
	if v := f.value(4); v == nil || len(v) != 0 {
		t.Error("an empty value is not nil")
	}
	if i := f.Next(TokenCookie, f.Next(TokenCookie, -1)); i != 3 || f.Next(TokenCookie, i) != -1 {
		t.Error("second cookie:", i)
	}
	if !f.ListHas(TokenAccept, "C") || !f.ListHas(TokenAccept, `"a,b"`) || f.ListHas(TokenAccept, "b") || f.ListHas(TokenAccept, "") {
		t.Error("list")
	}
	// A view cannot be grown into its neighbour.
	_ = append(f.Token(TokenHost), "XXXX"...)
	if string(f.Token(TokenCookie)) != "a=1" {
		t.Error("append wrote on")
	}
}

// Every known name is found in any case, and nothing else is taken for one.
func TestTokens(t *testing.T) {
	seen := 0
	for i := range Token(255) {
		name := i.String()
		if name == "" {
			continue
		}
		seen++
		if TokenOf(name) != i || TokenOf(strings.ToUpper(name)) != i || TokenOf([]byte(strings.ToUpper(name[:1])+name[1:])) != i {
			t.Error(name)
		}
		for _, not := range []string{name + "x", "x" + name, name[1:], name[:len(name)-1], strings.Replace(name, "-", "_", 1) + "\x00"} {
			if g := TokenOf(not); g != NoToken && g.String() != not {
				t.Errorf("%q is %q", not, g)
			}
		}
	}
	if seen < 65 {
		t.Error("only", seen)
	}
	if TokenOf("") != NoToken || TokenOf(" ") != NoToken {
		t.Error("no name is a token")
	}
	// lws_token_indexes, as C programs have them compiled in.
	for token, value := range map[Token]int{TokenHost: 3, TokenHTTP2Settings: 16, TokenContentLength: 27,
		TokenSecWebSocketKey: 32, TokenAcceptCharset: 40, TokenWWWAuthenticate: 72, TokenXForwardedFor: 80, TokenXAuthToken: 86} {
		if int(token) != value {
			t.Error(token, value)
		}
	}
}

func TestNextElement(t *testing.T) {
	for in, want := range map[string]string{
		"": "[]", " , ,": "[]", "a": "[a]", "a,b": "[a|b]", " a\t, b ,,c": "[a|b|c]",
		`a="x,y", b`: `[a="x,y"|b]`, `"\",", c`: `["\","|c]`, `"open, c`: `["open, c]`, `"\`: `["\]`,
	} {
		var got []string
		for e, rest := NextElement([]byte(in)); e != nil; e, rest = NextElement(rest) {
			got = append(got, string(e))
		}
		if g := "[" + strings.Join(got, "|") + "]"; g != want {
			t.Errorf("%q: %s, want %s", in, g, want)
		}
	}
}

// The decisions on args follow what lws programs see: pieces between "&",
// decoded, "+" a space.
func TestArgs(t *testing.T) {
	for query, want := range map[string]string{
		"":               "",
		"a=1&b=2":        "[a=1][b=2]",
		"a=1+2&b=%2B":    "[a=1 2][b=+]",
		"a=%26c&b=%3D":   "[a=&c][b==]",
		"a":              "[a]",
		"a=":             "[a=]",
		"=x":             "[=x]",
		"a=1&&b&":        "[a=1][b]",
		"a=../../y":      "[a=../../y]",
		"a=%2e%2e//":     "[a=..//]",
		"b?c=1":          "[b?c=1]",
		"a=1;b=2":        "[a=1;b=2]",
		"n%61me=v":       "[name=v]",
		"%E2%82%AC=\xff": "[\xe2\x82\xac=\xff]",
	} {
		h := &parseHead(t, Request, "GET /x?"+query+" HTTP/1.1\r\n"+hostEnd).Head
		got := ""
		for i := range h.Args() {
			got += "[" + string(h.ArgAt(i)) + "]"
		}
		if got != want || string(h.Path) != "/x" || string(h.RawQuery) != query || h.RawQuery == nil {
			t.Errorf("%q: %q, want %q", query, got, want)
		}
	}
	h := &parseHead(t, Request, "GET /x?a=1&a=2&b&c%3D=d&ab=3#a=9 HTTP/1.1\r\n"+hostEnd).Head
	for _, c := range []struct {
		name, value string
		ok          bool
	}{{"a", "1", true}, {"b", "", true}, {"c=", "d", true}, {"c", "", false}, {"ab", "3", true}, {"", "", false}, {"A", "", false}} {
		if v, ok := h.Arg(c.name); string(v) != c.value || ok != c.ok {
			t.Errorf("%q: %q %v", c.name, v, ok)
		}
	}
	if string(h.Fragment) != "a=9" {
		t.Errorf("%q", h.Fragment)
	}
}

func TestPath(t *testing.T) {
	for raw, want := range map[string]string{
		"/":                        "/",
		"//":                       "/",
		"/a":                       "/a",
		"/a/":                      "/a/",
		"/a//b":                    "/a/b",
		"/a/./b/":                  "/a/b/",
		"/a/../b":                  "/b",
		"/a/..":                    "/",
		"/a/b/..":                  "/a/",
		"/a/.":                     "/a/",
		"/../../b":                 "/b",
		"/..":                      "/",
		"/./..//.":                 "/",
		"/...":                     "/...",
		"/..a/.b":                  "/..a/.b",
		"/a%20b":                   "/a b",
		"/a+b":                     "/a+b",
		"/%2e%2e/b":                "/b",
		"/a/%2E%2e%2fb":            "/b",
		"/a%2f..%2f..%2fetc":       "/etc",
		"/%2fetc":                  "/etc",
		"/%252e%252e/b":            "/%2e%2e/b",
		"/%25":                     "/%",
		"/a\\..\\b":                "/a\\..\\b",
		"/a%5c..%5cb":              "/a\\..\\b",
		"/%c0%ae%c0%ae/":           "/\xc0\xae\xc0\xae/",
		"/a/b/c/../../../../d/./e": "/d/e",
	} {
		h := &parseHead(t, Request, "GET "+raw+" HTTP/1.1\r\n"+hostEnd).Head
		if string(h.Path) != want || string(h.Target) != raw {
			t.Errorf("%q: %q, want %q", raw, h.Path, want)
		}
	}
	for in, want := range map[string]string{"": "/", "a": "/a", "a/..": "/", "..": "/", "../a": "/a", "a/b": "/a/b"} {
		if got := string(AppendCleanPath(nil, []byte(in))); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
	if got := AppendCleanPath([]byte("base/x"), []byte("/../../y")); string(got) != "base/x/y" {
		t.Errorf("%q", got)
	}
}

func TestPercentDecode(t *testing.T) {
	for _, c := range []struct {
		in   string
		plus bool
		want string
		ok   bool
	}{{"a%20+b", false, "a +b", true}, {"a%20+b", true, "a  b", true}, {"%41%6a%4A", false, "AjJ", true}, {"%ff", false, "\xff", true},
		{"%", false, "", false}, {"a%4", false, "a", false}, {"%4g", false, "", false}, {"%g4", false, "", false},
		{"%00", true, "", false}, {"%%41", false, "", false}, {"%+1", false, "", false}} {
		got, why := appendDecoded(nil, []byte(c.in), c.plus)
		if (why == "") != c.ok || c.ok && string(got) != c.want {
			t.Errorf("%q: %q %s", c.in, got, why)
		}
	}
	b := []byte("/a%2fb")
	if got, why := appendDecoded(b[:0], b, false); why != "" || string(got) != "/a/b" {
		t.Errorf("in place: %q %s", got, why)
	}
}

func TestHost(t *testing.T) {
	for in, want := range map[string]string{
		"GET / HTTP/1.1\r\nHost: a:1\r\n\r\n":              "a:1",
		"GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n":        "b", // RFC 9112 section 3.2.2
		"CONNECT c:1 HTTP/1.1\r\nHost: a\r\n\r\n":          "c:1",
		"GET / HTTP/1.0\r\n\r\n":                           "",
		"GET / HTTP/1.1\r\nHost: [2001:db8::1]:8\r\n\r\n":  "[2001:db8::1]:8",
		"GET / HTTP/1.1\r\nHost: a-b_c.d~e%20f;g:\r\n\r\n": "a-b_c.d~e%20f;g:",
	} {
		if got := parseHead(t, Request, in).Head.Host(); string(got) != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

// The head's views survive the body, the trailers and the buffer they came in.
func TestHeadOutlivesItsBuffer(t *testing.T) {
	var p Parser
	p.Reset(Request, Limits{})
	in := "POST /p?q=1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nA: b\r\n\r\n1\r\nx\r\n0\r\nT: " + strings.Repeat("t", 3000) + "\r\n\r\n"
	for _, c := range []byte(in) {
		one := []byte{c}
		for in := one; ; {
			ev, n, err := p.Next(in)
			if err != nil {
				t.Fatal(err)
			}
			in = in[n:]
			if ev.Kind == End {
				if p.Trailers.Len() != 1 || len(p.Trailers.Get("t")) != 3000 {
					t.Fatal("trailers")
				}
				got := fmt.Sprintf("%s %s %s %s", p.Head.Path, p.Head.ArgAt(0), p.Head.Fields.Get("a"), p.Head.Target)
				if got != "/p q=1 b /p?q=1" {
					t.Fatal(got)
				}
				return
			}
			if ev.Kind == NeedMore {
				break
			}
		}
		one[0] = '#' // once consumed, the byte is the caller's again
	}
	t.Fatal("no end")
}

func TestResume(t *testing.T) {
	up := "GET /1 HTTP/1.1\r\nConnection: upgrade%s\r\nUpgrade: h2c\r\nHost: x\r\n\r\n"
	next := func(p *Parser, b string) (Kind, int) {
		t.Helper()
		ev, n, err := p.Next([]byte(b))
		if err != nil {
			t.Fatal(err)
		}
		return ev.Kind, n
	}
	for _, early := range []bool{false, true} {
		p := parseHead(t, Request, fmt.Sprintf(up, ""))
		if early {
			p.Resume()
		}
		if k, _ := next(p, ""); k != End {
			t.Fatal(k)
		}
		if !early {
			if k, n := next(p, "GET"); k != Tunnel || n != 0 {
				t.Fatal(k, n)
			}
			p.Resume()
		}
		if k, _ := next(p, "GET /2 HTTP/1.1\r\n"+hostEnd); k != GotHead || string(p.Head.Path) != "/2" {
			t.Fatal(k)
		}
	}
	p := parseHead(t, Request, fmt.Sprintf(up, ", close"))
	p.Resume()
	next(p, "")
	if k, _ := next(p, "GET"); k != Closed {
		t.Fatal(k)
	}
	// Of no effect on a message that asks for nothing, or on a 101.
	p = parseHead(t, Request, "GET / HTTP/1.0\r\n\r\n")
	p.Resume()
	next(p, "")
	if k, _ := next(p, "G"); k != Closed {
		t.Fatal(k)
	}
	p = parseHead(t, Response, "HTTP/1.1 101 S\r\n\r\n")
	p.Resume()
	next(p, "")
	if k, _ := next(p, "x"); k != Tunnel {
		t.Fatal(k)
	}
}
