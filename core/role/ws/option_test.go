package ws

import (
	"errors"
	"strings"
	"testing"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/wire/pmd"
)

func TestSetDeflateOption(t *testing.T) {
	b, p := open(t, benchOptions{start: &pmd.Params{}, deflate: &Deflate{}})
	w := b.rec.last
	d := newDeflatingPeer(p, pmd.Params{})
	text := strings.Repeat("compressible ", 50)
	write := func() {
		within(w, func() {
			if _, ok := b.role.HeadRoom(w, len(text), engine.WriteText); ok {
				t.Error("HeadRoom lets a message by that may be compressed")
			}
			if err := w.Write([]byte(text), engine.WriteText); err != nil {
				t.Error(err)
			}
		})
		b.run()
	}
	for _, level := range []string{"1", "9", "6"} {
		if err := SetDeflateOption(w, "compression_level", level); err != nil {
			t.Error(err)
		}
		write()
		if len(p.got) > 100 {
			t.Errorf("level %s: %d bytes", level, len(p.got))
		}
		if ms := d.messages(); len(ms) != 1 || ms[0] != text {
			t.Errorf("level %s: %q", level, ms)
		}
	}
	if err := SetDeflateOption(w, "threshold", "1000"); err != nil {
		t.Error(err)
	}
	write()
	p.want("1:" + text)
	for _, o := range [][2]string{{"compression_level", "x"}, {"compression_level", "10"}, {"threshold", "-1"}, {"colour", "1"}} {
		if err := SetDeflateOption(w, o[0], o[1]); err == nil {
			t.Errorf("%s=%s is taken", o[0], o[1])
		}
	}
	for _, name := range []string{"rx_buf_size", "tx_buf_size", "mem_level"} {
		if err := SetDeflateOption(w, name, "9"); err != nil {
			t.Error(err)
		}
	}
	b2, _ := open(t, benchOptions{})
	if err := SetDeflateOption(b2.rec.last, "threshold", "1"); !errors.Is(err, ErrNoDeflate) {
		t.Errorf("%v", err)
	}
}
