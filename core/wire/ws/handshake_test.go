package ws

import (
	"slices"
	"strings"
	"testing"
)

// RFC 6455 section 1.3.
func TestAccept(t *testing.T) {
	const key, accept = "dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
	if got := AcceptKey(key); got != accept {
		t.Errorf("AcceptKey = %q", got)
	}
	if got := AppendAccept([]byte("x"), []byte(key)); string(got) != "x"+accept {
		t.Errorf("AppendAccept = %q", got)
	}
	// A key of any length has an answer, so that a client can check what it was told.
	if got := AcceptKey(strings.Repeat("k", 1000)); len(got) != acceptLen {
		t.Errorf("%q", got)
	}
}

func TestKeys(t *testing.T) {
	if got := NewKey([16]byte([]byte("the sample nonce"))); got != "dGhlIHNhbXBsZSBub25jZQ==" {
		t.Errorf("NewKey = %q", got)
	}
	for key, want := range map[string]bool{
		"dGhlIHNhbXBsZSBub25jZQ==": true, "+/+/+/+/+/+/+/+/+/+/+w==": true,
		"": false, "dGhlIHNhbXBsZSBub25jZQ=": false, "dGhlIHNhbXBsZSBub25jZQ===": false, "dGhlIHNhbXBsZSBub25jZTE=": false,
		"dGhlIHNhbXBsZSBub25jZTEy": false, "dGhlIHNhbXBsZSBub2 jZQ==": false, "dGhlIHNhbXBsZSBub2_jZQ==": false, "dGhlIHNhbXBsZSBub25jZ===": false,
	} {
		if ValidKey(key) != want || ValidKey([]byte(key)) != want {
			t.Errorf("ValidKey(%q) = %v", key, !want)
		}
	}
}

func TestParseProtocols(t *testing.T) {
	for list, want := range map[string][]string{
		"chat": {"chat"}, "chat, superchat": {"chat", "superchat"}, " a ,, b\t": {"a", "b"}, "Chat,chat": {"Chat", "chat"},
		"": nil, ",": nil, "chat, chat": nil, "a b": nil, "a/b": nil, "a;b": nil, "é": nil, "a,\x00": nil,
	} {
		got, err := ParseProtocols(list)
		if !slices.Equal(got, want) || (err == nil) != (want != nil) {
			t.Errorf("ParseProtocols(%q) = %q, %v", list, got, err)
		}
	}
}

// RFC 6455 section 4.1 and 4.2.2: the client's order decides, case matters.
func TestProtocolChoice(t *testing.T) {
	have := func(name string) bool { return name == "b" || name == "c" }
	for offered, want := range map[string]string{"a, c, b": "c", "b,c": "b", "a": "", "": "", "C": ""} {
		if got, ok := SelectProtocol(offered, have); got != want || ok != (want != "") {
			t.Errorf("SelectProtocol(%q) = %q, %v", offered, got, ok)
		}
	}
	for _, c := range []struct {
		offered, answer string
		want            bool
	}{{"a, b", "b", true}, {"a, b", "B", false}, {"a, b", "c", false}, {"a, b", "a, b", false}, {"a", "", false}, {"", "a", false}} {
		if got := CheckProtocol(c.offered, c.answer); got != c.want {
			t.Errorf("CheckProtocol(%q, %q) = %v", c.offered, c.answer, got)
		}
	}
}

func TestErrorText(t *testing.T) {
	if got := errTooBig.Error(); got != "websocket 1009: message is longer than this endpoint accepts" {
		t.Errorf("%q", got)
	}
}

func TestHandshakeAllocations(t *testing.T) {
	dst := make([]byte, 0, acceptLen)
	if n := testing.AllocsPerRun(100, func() { AppendAccept(dst, "dGhlIHNhbXBsZSBub25jZQ==") }); n != 0 {
		t.Errorf("AppendAccept allocates %v times", n)
	}
}
