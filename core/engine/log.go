package engine

import "fmt"

// Level is a log level; the values are lws's LLL_ bits (lws-logs.h).
type Level int

// Log levels.
const (
	LogErr    Level = 1
	LogWarn   Level = 2
	LogNotice Level = 4
	LogInfo   Level = 8
	LogDebug  Level = 16
)

// Logger receives the log lines of a context. Any thread may call it.
type Logger interface {
	Enabled(l Level) bool
	// Log takes one line without a newline. w, v and c say what it is about;
	// the narrower ones may be nil.
	Log(l Level, c *Context, v *Vhost, w *Wsi, line string)
}

// Logf logs about the context.
func (c *Context) Logf(l Level, format string, a ...any) {
	if lg := c.opt.Logger; lg != nil && lg.Enabled(l) {
		lg.Log(l, c, nil, nil, fmt.Sprintf(format, a...))
	}
}

// Logf logs about the vhost.
func (v *Vhost) Logf(l Level, format string, a ...any) {
	if lg := v.ctx.opt.Logger; lg != nil && lg.Enabled(l) {
		lg.Log(l, v.ctx, v, nil, fmt.Sprintf(format, a...))
	}
}

// Logf logs about the connection.
func (w *Wsi) Logf(l Level, format string, a ...any) {
	if lg := w.t.ctx.opt.Logger; lg != nil && lg.Enabled(l) {
		lg.Log(l, w.t.ctx, w.vhost, w, fmt.Sprintf(format, a...))
	}
}
