package host

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"runtime/debug"

	"github.com/tetratelabs/wazero/api"
)

// Backend does the I/O for an instance. Its methods are called inside calls to
// the module and may not call it; what has happened is told later, by the
// instance's Opened, Data and so on.
type Backend interface {
	Open(conn int32, addr, local string) error
	// Send takes pieces, which lie in the module's memory, and answers how many
	// bytes. After fewer than all Instance.Writable is owed.
	Send(conn int32, pieces [][]byte) (int, error)
	Shutdown(conn int32)
	Reading(conn int32, on bool)
	Close(conn int32)
	Listen(lsn int32, addr string, v6only, share bool) (port int, err error)
	CloseListener(lsn int32)
	Resolve(qry int32, host string) error
	CancelResolve(qry int32)
	// Now is a monotonic clock in microseconds; Deadline says when Instance.Tick
	// is to be called, 0 for never.
	Now() int64
	Deadline(at int64)
	ContextGone(cx int32, dead bool)
}

// PlatformBackend is a Backend that has WebSockets, for contexts with
// golws_platform_ws. Backend.Close ends them too.
type PlatformBackend interface {
	Backend
	OpenWS(conn int32, url, protocols string) error
	// SendWS sends a message; full says that Instance.Writable is owed.
	SendWS(conn int32, b []byte, binary bool) (full bool, err error)
	CloseWS(conn int32, code int, reason string)
}

const (
	i32 = api.ValueTypeI32
	f64 = api.ValueTypeF64
)

// of makes an import of n i32 parameters, which answers an i32 where answers.
func of(n int, answers bool, f func(i *Instance, s []uint64)) importFunc {
	var fn importFunc
	for range n {
		fn.params = append(fn.params, i32)
	}
	if answers {
		fn.results = []api.ValueType{i32}
	}
	fn.call = func(ctx context.Context, _ api.Module, s []uint64) {
		f(ctx.Value(instanceKey{}).(*Instance), s)
	}
	return fn
}

func n32(v uint64) int32 { return int32(uint32(v)) }

func (i *Instance) textAt(p, n uint64) string { return string(i.view(uint32(p), uint32(n))) }

// status is 0, or -1 for an error.
func status(err error) uint64 {
	if err != nil {
		return uint64(uint32(0xffffffff))
	}
	return 0
}

var imports = map[string]importFunc{
	"callback": {
		params: []api.ValueType{i32, i32, i32, i32, i32, i32, i32, f64}, results: []api.ValueType{i32},
		call: func(ctx context.Context, _ api.Module, s []uint64) {
			s[0] = uint64(uint32(ctx.Value(instanceKey{}).(*Instance).callback(s)))
		},
	},
	"conn_open": of(5, true, func(i *Instance, s []uint64) {
		s[0] = status(i.io.Open(n32(s[0]), i.textAt(s[1], s[2]), i.textAt(s[3], s[4])))
	}),
	"conn_send":     of(3, true, func(i *Instance, s []uint64) { s[0] = uint64(uint32(i.send(n32(s[0]), uint32(s[1]), uint32(s[2])))) }),
	"conn_shutdown": of(1, false, func(i *Instance, s []uint64) { i.io.Shutdown(n32(s[0])) }),
	"conn_close":    of(1, false, func(i *Instance, s []uint64) { i.io.Close(n32(s[0])) }),
	"conn_reading":  of(2, false, func(i *Instance, s []uint64) { i.io.Reading(n32(s[0]), n32(s[1]) != 0) }),
	"listen": of(4, true, func(i *Instance, s []uint64) {
		port, err := i.io.Listen(n32(s[0]), i.textAt(s[1], s[2]), s[3]&1 != 0, s[3]&2 != 0)
		if s[0] = uint64(uint32(port)); err != nil {
			i.log(1, 0, "listening: "+err.Error())
			s[0] = status(err)
		}
	}),
	"listen_close":   of(1, false, func(i *Instance, s []uint64) { i.io.CloseListener(n32(s[0])) }),
	"resolve":        of(3, true, func(i *Instance, s []uint64) { s[0] = status(i.io.Resolve(n32(s[0]), i.textAt(s[1], s[2]))) }),
	"resolve_cancel": of(1, false, func(i *Instance, s []uint64) { i.io.CancelResolve(n32(s[0])) }),
	"ws_open": of(5, true, func(i *Instance, s []uint64) {
		p, ok := i.io.(PlatformBackend)
		if !ok {
			s[0] = status(ErrRefused)
			return
		}
		s[0] = status(p.OpenWS(n32(s[0]), i.textAt(s[1], s[2]), i.textAt(s[3], s[4])))
	}),
	"ws_send": of(4, true, func(i *Instance, s []uint64) {
		p, ok := i.io.(PlatformBackend)
		if !ok {
			s[0] = status(ErrRefused)
			return
		}
		full, err := p.SendWS(n32(s[0]), i.view(uint32(s[1]), uint32(s[2])), n32(s[3]) != 0)
		if s[0] = status(err); err == nil && full {
			s[0] = 1
		}
	}),
	"ws_close": of(4, false, func(i *Instance, s []uint64) {
		if p, ok := i.io.(PlatformBackend); ok {
			p.CloseWS(n32(s[0]), int(n32(s[1])), i.textAt(s[2], s[3]))
		}
	}),
	"log": of(5, false, func(i *Instance, s []uint64) { i.log(n32(s[0]), n32(s[2]), i.textAt(s[3], s[4])) }),
	"random": of(2, false, func(i *Instance, s []uint64) {
		_, _ = rand.Read(i.view(uint32(s[0]), uint32(s[1]))) // never fails: it ends the program instead
	}),
	"clock": {
		results: []api.ValueType{f64},
		call: func(ctx context.Context, _ api.Module, s []uint64) {
			s[0] = api.EncodeF64(float64(ctx.Value(instanceKey{}).(*Instance).io.Now()))
		},
	},
	"deadline": {
		params: []api.ValueType{f64},
		call: func(ctx context.Context, _ api.Module, s []uint64) {
			ctx.Value(instanceKey{}).(*Instance).io.Deadline(int64(api.DecodeF64(s[0])))
		},
	},
	"context_gone": of(2, false, func(i *Instance, s []uint64) { i.io.ContextGone(n32(s[0]), n32(s[1]) != 0) }),
}

func (i *Instance) log(level, wsi int32, text string) {
	if i.sandbox.Log != nil {
		i.sandbox.Log(level, wsi, text)
	}
}

// callback calls a protocol's code. Where a call that the code made ended the
// instance, the module's frames below are unwound: that call left their stack
// wherever it stopped, so none of them may run on.
func (i *Instance) callback(s []uint64) int {
	ret := i.protocol(s)
	if i.over != nil {
		panic(i.over)
	}
	return ret
}

// protocol is callback for an instance that lives. A panic of the code's must
// not unwind the module's frames, so it waits until the export has returned.
func (i *Instance) protocol(s []uint64) (ret int) {
	f := i.tokens[n32(s[0])]
	if f == nil {
		i.log(1, n32(s[1]), fmt.Sprintf("no callback has the token %d", n32(s[0])))
		return -1
	}
	defer func() {
		if p := recover(); p != nil {
			if i.thrown == nil {
				i.thrown = p
			}
			ret = -1
			i.log(1, n32(s[1]), fmt.Sprintf("a callback panicked: %v\n%s", p, debug.Stack()))
		}
	}()
	c := &i.frame().call
	*c = Call{
		Instance: i, Wsi: Wsi(s[1]), User: n32(s[2]), Reason: n32(s[3]), Num: n32(s[4]), Flags: n32(s[6]),
		Remaining: int64(api.DecodeF64(s[7])),
	}
	if n := uint32(s[5]); n > 0 {
		c.In = i.view(uint32(s[4]), n)
	}
	return f(c)
}

// send gives the pieces of an array of {pointer, length} to the backend.
func (i *Instance) send(conn int32, iov, n uint32) int {
	var few [4][]byte
	pieces := few[:0]
	for b := i.view(iov, 8*n); len(b) >= 8; b = b[8:] {
		pieces = append(pieces, i.view(binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])))
	}
	taken, err := i.io.Send(conn, pieces)
	if err != nil {
		return -1
	}
	return taken
}
