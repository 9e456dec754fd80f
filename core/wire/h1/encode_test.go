package h1

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestEncode(t *testing.T) {
	b, err := AppendRequestLine(nil, "GET", "/a?b")
	if err != nil {
		t.Fatal(err)
	}
	if b, err = AppendField(b, "Host", []byte("x")); err != nil {
		t.Fatal(err)
	}
	b = AppendHeadEnd(AppendContentLength(b, 12))
	if string(b) != "GET /a?b HTTP/1.1\r\nHost: x\r\ncontent-length: 12\r\n\r\n" {
		t.Errorf("%q", b)
	}
	for _, c := range []struct {
		minor, status int
		want          string
	}{{1, 200, "HTTP/1.1 200 OK\r\n"}, {0, 404, "HTTP/1.0 404 Not Found\r\n"}, {1, 299, "HTTP/1.1 299 \r\n"},
		{1, 0, "HTTP/1.1 500 Internal Server Error\r\n"}, {1, 1000, "HTTP/1.1 500 Internal Server Error\r\n"}} {
		if got := string(AppendStatusLine(nil, c.minor, c.status)); got != c.want {
			t.Errorf("%q want %q", got, c.want)
		}
	}
	// RFC 9112 section 7.1
	tr, _ := AppendField(nil, "A", "b")
	c := AppendLastChunk(AppendChunk(AppendChunk(nil, []byte("hello, world!!!!")), nil), tr)
	if string(c) != "10\r\nhello, world!!!!\r\n0\r\nA: b\r\n\r\n" {
		t.Errorf("%q", c)
	}
}

// No text can break out of the line it is put in.
func TestInjection(t *testing.T) {
	dst := []byte("kept")
	for c := range 256 {
		s := "a" + string([]byte{byte(c)}) + "b"
		control := c < 0x20 && c != '\t' || c == 0x7f
		if got, err := AppendField(dst, "n", s); (err != nil) != control || err != nil && string(got) != "kept" {
			t.Errorf("value %q: %q %v", s, got, err)
		}
		got, err := AppendRequestLine(dst, "GET", s)
		if bad := control || c == ' ' || c == '\t'; (err != nil) != bad || err != nil && string(got) != "kept" {
			t.Errorf("target %q: %q %v", s, got, err)
		}
		token := strings.IndexByte("!#$%&'*+-.^_`|~", byte(c)) >= 0 && c != 0 || c >= '0' && c <= '9' ||
			c|0x20 >= 'a' && c|0x20 <= 'z' && c < 0x80
		if got, err := AppendField(dst, s, ""); (err == nil) != token || err != nil && string(got) != "kept" {
			t.Errorf("name %q: %q %v", s, got, err)
		}
		if got, err := AppendRequestLine(dst, s, "/"); (err == nil) != token || err != nil && string(got) != "kept" {
			t.Errorf("method %q: %q %v", s, got, err)
		}
	}
	if _, err := AppendField(nil, "", "x"); err == nil {
		t.Error("empty name")
	}
	if _, err := AppendRequestLine(nil, "", "/"); err == nil {
		t.Error("empty method")
	}
	if _, err := AppendRequestLine(nil, "GET", ""); err == nil {
		t.Error("empty target")
	}
	_, err := AppendField(nil, "a", "x\r\nEvil: 1")
	if e, ok := err.(*EncodeError); !ok || e.Part != "header value" || !strings.Contains(err.Error(), `"x\r\nEvil: 1"`) {
		t.Error(err)
	}
}

// What the encoders write, the parser reads, at every status.
func TestStatusRoundTrip(t *testing.T) {
	for status := 100; status < 1000; status++ {
		p := parseHead(t, Response, string(AppendHeadEnd(AppendStatusLine(nil, 1, status))))
		if p.Head.Status != status || string(p.Head.Reason) != StatusText(status) {
			t.Fatalf("%d %q", p.Head.Status, p.Head.Reason)
		}
	}
}

// The forms of RFC 9110 section 5.6.7, and what is near them.
func TestParseDate(t *testing.T) {
	const example, now = 784111777, 1_764_000_000
	for in, want := range map[string]int64{
		"Sun, 06 Nov 1994 08:49:37 GMT":     example,
		"Sunday, 06-Nov-94 08:49:37 GMT":    example,
		"Sun Nov  6 08:49:37 1994":          example,
		"Sun Nov 06 08:49:37 1994":          example,
		"Thu, 01 Jan 1970 00:00:00 GMT":     0,
		"Wed, 31 Dec 1969 23:59:59 GMT":     -1,
		"Thu, 29 Feb 2024 00:00:00 GMT":     1709164800,
		"Sat, 31 Dec 2016 23:59:60 GMT":     1483228800,
		"Fri, 31 Dec 9999 23:59:59 GMT":     maxDate,
		"Sat, 01 Jan 0000 00:00:00 GMT":     minDate,
		"Tuesday, 01-Jan-75 00:00:00 GMT":   3313526400, // 2075: not more than 50 years ahead of 2025
		"Wednesday, 01-Jan-76 00:00:00 GMT": 189302400,  // 1976
	} {
		if got, ok := ParseDate(in, now); !ok || got != want {
			t.Errorf("%q: %d %v, want %d", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "x", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 nov 1994 08:49:37 GMT",
		"Xxx, 06 Nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 29 Feb 1900 00:00:00 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
		"Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 6 Nov 1994 08:49:37 GMT",
		"Sun, 06-Nov-94 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT ", "Sun Nov x6 08:49:37 1994",
		"Xxx Nov  6 08:49:37 1994", "Sun, 06 Nov +994 08:49:37 GMT", ", 06-Nov-94 08:49:37 GMT", "Sunday"} {
		if got, ok := ParseDate(in, now); ok {
			t.Errorf("%q: %d", in, got)
		}
	}
}

// Dates agree with the standard library's calendar, and read back.
func TestDateRoundTrip(t *testing.T) {
	check := func(u int64) {
		t.Helper()
		got := string(AppendDate(nil, u))
		tm := time.Unix(u, 0).UTC()
		if want := tm.Format("Mon, 02 Jan 2006 15:04:05 GMT"); got != want {
			t.Fatalf("%d: %s, want %s", u, got, want)
		}
		if back, ok := ParseDate(got, 0); !ok || back != u {
			t.Fatalf("%s: %d %v, want %d", got, back, ok, u)
		}
		asc := tm.Format(time.ANSIC)
		if back, ok := ParseDate(asc, 0); !ok || back != u {
			t.Fatalf("%s: %d %v, want %d", asc, back, ok, u)
		}
	}
	for d := int64(-141427); d < 200000; d++ { // every day from 1582 to 2517
		check(d*day + (d*d)%day)
	}
	for u := int64(minDate); u <= maxDate; u += 86399 * 97 {
		check(u)
	}
	for u, want := range map[int64]string{minDate - 1: "Sat, 01 Jan 0000 00:00:00 GMT", 1<<63 - 1: "Fri, 31 Dec 9999 23:59:59 GMT"} {
		if got := string(AppendDate(nil, u)); got != want {
			t.Error(u, got)
		}
	}
}

func Example() {
	var p Parser
	p.Reset(Request, Limits{})
	in := []byte("POST /submit?id=7 HTTP/1.1\r\nHost: example.org\r\nContent-Length: 5\r\n\r\nhello")
	for {
		ev, n, err := p.Next(in)
		if err != nil {
			fmt.Println(err)
			return
		}
		in = in[n:]
		switch ev.Kind {
		case GotHead:
			id, _ := p.Head.Arg("id")
			fmt.Printf("%s %s id=%s for %s\n", p.Head.Method, p.Head.Path, id, p.Head.Host())
		case Body:
			fmt.Printf("body %s, %d to come\n", ev.Data, ev.Remaining)
		case End:
			out := AppendStatusLine(nil, 1, 204)
			fmt.Printf("%q\n", AppendHeadEnd(out))
		case NeedMore:
			return
		}
	}
	// Output:
	// POST /submit id=7 for example.org
	// body hello, 0 to come
	// "HTTP/1.1 204 No Content\r\n\r\n"
}
