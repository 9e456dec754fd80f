package lws

import (
	"fmt"
	"io"
	"sync"
)

// LogTo is a Logger that writes lines of the given levels, or'ed together, to
// out: "W: wsi 0.3.7 ws: what happened".
func LogTo(out io.Writer, levels Level) Logger { return &writerLog{out: out, levels: levels} }

type writerLog struct {
	mu     sync.Mutex
	out    io.Writer
	levels Level
}

func (l *writerLog) Enabled(v Level) bool { return l.levels&v != 0 }

func (l *writerLog) Log(v Level, _ *Context, vh *Vhost, w *Wsi, line string) {
	letter := map[Level]string{LogErr: "E", LogWarn: "W", LogNotice: "N", LogInfo: "I", LogDebug: "D"}[v]
	about := ""
	switch {
	case w != nil:
		about = w.String() + ": "
	case vh != nil:
		about = "vhost " + vh.Options().Name + ": "
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = fmt.Fprintf(l.out, "%s: %s%s\n", letter, about, line) // a log that cannot be written has no place to say so
}
