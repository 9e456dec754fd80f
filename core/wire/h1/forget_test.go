package h1

import "testing"

// What is forgotten is absent, and what follows on the connection is read as
// if nothing had happened.
func TestForget(t *testing.T) {
	var p Parser
	p.Reset(Request, Limits{})
	in := []byte("POST /a?b=c HTTP/1.1\r\nHost: h\r\nX-Own: 1\r\nContent-Length: 2\r\n\r\nhi" +
		"GET /next HTTP/1.1\r\nHost: other\r\n\r\n")
	for heads := 0; heads < 2; {
		ev, n, err := p.Next(in)
		if err != nil {
			t.Fatal(err)
		}
		in = in[n:]
		switch ev.Kind {
		case GotHead:
			heads++
			if heads == 2 {
				if got := string(p.Head.Path) + " " + string(p.Head.Fields.Token(TokenHost)); got != "/next other" {
					t.Errorf("after Forget, the next head reads %q", got)
				}
				return
			}
			p.Forget()
			if p.Head.Fields.Get("x-own") != nil || p.Head.Path != nil || p.Head.Args() != 0 {
				t.Error("something of the head was not forgotten")
			}
			if p.Head.Method != "POST" || !p.Head.KeepAlive || p.Head.ContentLength != 2 {
				t.Error("Forget took what the message's end needs")
			}
		case Body:
			if string(ev.Data) != "hi" {
				t.Errorf("body %q", ev.Data)
			}
		case End:
			p.Forget() // the message is complete: its memory goes too
		case NeedMore:
			t.Fatal("the second head is missing")
		}
	}
}
