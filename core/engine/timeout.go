package engine

import (
	"fmt"
	"math"

	"github.com/golws/golws/core/loop"
)

// Timeout says what a wsi waits for; the values are lws's
// (lws-timeout-timer.h, enum pending_timeout).
type Timeout uint16

// What is waited for.
const (
	TimeoutNone             Timeout = 0
	TimeoutConnect          Timeout = 2
	TimeoutEstablish        Timeout = 3
	TimeoutServerResponse   Timeout = 4
	TimeoutCloseAck         Timeout = 6
	TimeoutSentHandshake    Timeout = 8
	TimeoutHTTPContent      Timeout = 10
	TimeoutFlushBeforeClose Timeout = 12
	TimeoutKeepAliveIdle    Timeout = 15
	TimeoutPong             Timeout = 17
	TimeoutCloseSend        Timeout = 24
	TimeoutHoldingHead      Timeout = 25
	TimeoutClientIdle       Timeout = 27
	TimeoutUserReasonBase   Timeout = 1000
)

var timeoutTexts = map[Timeout]string{
	TimeoutConnect:          "waiting for the connection",
	TimeoutEstablish:        "waiting for the request",
	TimeoutServerResponse:   "waiting for the server's response",
	TimeoutCloseAck:         "waiting for the peer's close",
	TimeoutSentHandshake:    "sending the handshake",
	TimeoutHTTPContent:      "waiting for content",
	TimeoutFlushBeforeClose: "sending the rest before closing",
	TimeoutKeepAliveIdle:    "waiting for another request",
	TimeoutPong:             "waiting for a sign of life",
	TimeoutCloseSend:        "sending the close",
	TimeoutHoldingHead:      "waiting for the rest of the head",
	TimeoutClientIdle:       "idle",
}

// String says what is waited for.
func (r Timeout) String() string {
	if s, ok := timeoutTexts[r]; ok {
		return s
	}
	return fmt.Sprintf("timeout reason %d", uint16(r))
}

// SetTimeout closes w after us microseconds unless it is set again; TimeoutNone
// takes the timeout away. A wsi has one.
func (w *Wsi) SetTimeout(r Timeout, us loop.Micros) {
	if w.state == stateDead {
		return
	}
	w.timeoutReason = r
	if r == TimeoutNone {
		w.t.loop.Disarm(&w.timeout)
		return
	}
	w.t.loop.Arm(&w.timeout, w.t.in(us))
}

// UserTimeout is SetTimeout for users, who cannot put off the end of a wsi that
// is closing: the wait for its peer keeps its limit. TimeoutFlushBeforeClose
// closes sooner: when all that was written is sent. No time takes the timeout
// away, as TimeoutNone does.
func (w *Wsi) UserTimeout(r Timeout, us loop.Micros) {
	if us == 0 {
		r = TimeoutNone
	}
	if r == TimeoutFlushBeforeClose && w.state == stateOpen {
		w.Close()
	}
	closing := w.state == stateClosing || w.state == stateFlushing
	if closing && w.timeout.Armed() && (r == TimeoutNone || w.t.in(us) > w.timeout.At()) {
		return
	}
	w.SetTimeout(r, us)
}

// TimeoutReason is what w waits for now.
func (w *Wsi) TimeoutReason() Timeout {
	if !w.timeout.Armed() {
		return TimeoutNone
	}
	return w.timeoutReason
}

// SetTimer has the TIMER callback come after us microseconds, once; negative
// takes it away.
func (w *Wsi) SetTimer(us loop.Micros) {
	if w.state == stateDead {
		return
	}
	if us < 0 {
		if w.timer != nil {
			w.t.loop.Disarm(w.timer)
		}
		return
	}
	if w.timer == nil {
		w.timer = &loop.Timer{Owner: (*link)(w), Kind: timerUser}
	}
	w.t.loop.Arm(w.timer, w.t.in(us))
}

// in is the time so long from now, which need not be one that the clock can show.
func (t *Thread) in(us loop.Micros) loop.Micros {
	now := t.clock()
	return now + min(us, math.MaxInt64-now)
}

// clock is the time to count a timeout from: the turn's, or between turns the
// driver's.
func (t *Thread) clock() loop.Micros {
	if t.depth == 0 {
		return t.loop.Refresh()
	}
	return t.loop.Now()
}

// TimeoutRole is a Role that wants a say before a timeout closes.
type TimeoutRole interface {
	// TimedOut may answer the peer (408) and close by itself; false leaves the
	// closing to the engine.
	TimedOut(w *Wsi, r Timeout) bool
}

func (w *Wsi) timedOut() {
	if w.state == stateDead {
		return
	}
	if w.connectTimedOut() {
		return
	}
	r := w.timeoutReason
	if w.state == stateOpen {
		if tr, ok := w.role.(TimeoutRole); ok && tr.TimedOut(w, r) {
			return
		}
	}
	w.Fail("timed out " + r.String())
}

// RetryPolicy says when to doubt a connection: what lws's lws_retry_bo_t says
// of that. When to try again is for whoever tries.
type RetryPolicy struct {
	PingSecs   int // without proof of validity, ask for it after so long
	HangupSecs int // and close after so long
	Face       any // the face's own record
}

// Retry is w's policy, nil where there is none.
func (w *Wsi) Retry() *RetryPolicy { return w.retry }

// ValidityConfirmed says that the peer is known to live, and begins the checks
// that w's policy asks for: roles call it when a connection is established or
// the peer has answered, users when they know better.
func (w *Wsi) ValidityConfirmed() {
	p := w.retry
	if p == nil || p.PingSecs == 0 && p.HangupSecs == 0 || w.state != stateOpen {
		return
	}
	w.flags &^= flagProbed
	if !p.pings() {
		w.flags |= flagProbed
	}
	w.t.loop.Arm(&w.validity, w.t.clock()+p.first())
}

// pings says whether the policy asks for a sign of life before it hangs up.
func (p *RetryPolicy) pings() bool {
	return p.PingSecs != 0 && (p.HangupSecs == 0 || p.PingSecs < p.HangupSecs)
}

// first is how long a connection is trusted without a sign of life.
func (p *RetryPolicy) first() loop.Micros {
	if p.pings() {
		return loop.Micros(p.PingSecs) * 1e6
	}
	return loop.Micros(p.HangupSecs) * 1e6
}

func (w *Wsi) validityDue() {
	p := w.retry
	if w.state != stateOpen || p == nil {
		return
	}
	if w.flags&flagProbed == 0 {
		w.flags |= flagProbed
		w.role.Probe(w)
		if p.HangupSecs > p.PingSecs {
			w.t.loop.Arm(&w.validity, w.t.Now()+loop.Micros(p.HangupSecs-p.PingSecs)*1e6)
			return
		}
	}
	if p.HangupSecs != 0 && w.Alive() {
		w.Fail(fmt.Sprintf("no sign of life from the peer for %d s", p.HangupSecs))
	}
}
