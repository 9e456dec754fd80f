package host

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/sys"
)

// Wsi is a connection's handle.
type Wsi int32

// Call is one callback. It and In are lent until the callback returns.
type Call struct {
	*Instance
	Wsi       Wsi
	User      int32
	Reason    int32
	In        []byte // in the module's memory
	Num       int32  // where C has a number for in
	Flags     int32  // see ABI.md
	Remaining int64
}

// First says that the piece begins a message.
func (c *Call) First() bool { return c.Flags&1 != 0 }

// Final says that the piece ends a message.
func (c *Call) Final() bool { return c.Flags&2 != 0 }

// Binary says that the message is binary.
func (c *Call) Binary() bool { return c.Flags&4 != 0 }

// Callback is a protocol's code. What it returns means what lws documents for
// the reason; nonzero mostly closes.
type Callback func(c *Call) int

// Instance is one instance of the module. It belongs to one goroutine.
type Instance struct {
	prog    *Program
	ctx     context.Context
	mod     api.Module
	mem     api.Memory
	io      Backend
	sandbox Sandbox
	words   lastWords
	region  *region // the memory; nil once it is freed

	tokens map[int32]Callback
	depth  int
	frames []*frame
	over   error
	thrown any // a panic of a callback's, thrown again when the export returned

	closing bool // Close was called in a callback: the memory is freed when the outermost call has returned

	rx, tx         uint32
	rxSize, txSize uint32
}

type instanceKey struct{}

// frame is what a call needs at one depth of calls within callbacks: wazero's
// functions are not reentrant.
type frame struct {
	fns   map[string]api.Function
	stack [10]uint64
	call  Call
}

// lastWords keeps the end of what the module writes to stderr.
type lastWords struct {
	b    bytes.Buffer
	more interface{ Write([]byte) (int, error) }
}

func (l *lastWords) Write(p []byte) (int, error) {
	if l.b.Len() > 64<<10 {
		l.b.Reset()
	}
	_, _ = l.b.Write(p)
	if l.more != nil {
		return l.more.Write(p)
	}
	return len(p), nil
}

func (i *Instance) frame() *frame {
	if i.depth == len(i.frames) {
		i.frames = append(i.frames, &frame{fns: map[string]api.Function{}})
	}
	return i.frames[i.depth]
}

// Raw calls an export and answers its result as wasm has it.
func (i *Instance) Raw(name string, args ...uint64) (uint64, error) {
	if i.over != nil {
		return 0, i.over
	}
	fr := i.frame()
	f := fr.fns[name]
	if f == nil {
		if f = i.mod.ExportedFunction(name); f == nil {
			return 0, fmt.Errorf("%w: it does not export %s", ErrNotModule, name)
		}
		fr.fns[name] = f
	}
	copy(fr.stack[:], args)
	ctx := i.ctx
	if limit := i.prog.cfg.CallTime; limit > 0 && i.depth == 0 {
		c, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		ctx = c
	}
	i.depth++
	err := f.CallWithStack(ctx, fr.stack[:])
	i.depth--
	if err != nil {
		err = i.ended(err)
	}
	if i.depth == 0 {
		if i.closing {
			i.release()
		}
		if p := i.thrown; p != nil {
			i.thrown = nil
			panic(p)
		}
	}
	if err != nil {
		return 0, err
	}
	return fr.stack[0], nil
}

// ended notes why the instance is over: the first reason stays, what follows
// comes of it.
func (i *Instance) ended(err error) error {
	if i.over != nil {
		return i.over
	}
	var exit *sys.ExitError
	switch {
	case bytes.Contains(i.words.b.Bytes(), []byte("out of memory")) || bytes.Contains(i.words.b.Bytes(), []byte("cannot allocate memory")):
		err = fmt.Errorf("%w: %w", ErrMemory, err)
	case errors.As(err, &exit) && exit.ExitCode() == sys.ExitCodeDeadlineExceeded:
		err = fmt.Errorf("%w: %w", ErrTime, err)
	case errors.Is(err, ErrNotModule):
	default:
		err = fmt.Errorf("%w: %w\n%s", ErrOver, err, i.words.b.Bytes())
	}
	i.over = err
	return err
}

// Err is why the instance is over, nil while it is not.
func (i *Instance) Err() error { return i.over }

// Invoke calls an export that answers an i32. Answers from -100 down are
// errors.
func (i *Instance) Invoke(name string, args ...uint64) (int32, error) {
	v, err := i.Raw(name, args...)
	if err != nil {
		return 0, err
	}
	n := int32(uint32(v))
	if n > int32(ErrHandle) {
		return n, nil
	}
	return n, &Error{Code: Code(n), Call: name, Text: i.errorText()}
}

func (i *Instance) errorText() string {
	p, err := i.Raw("golws_error_ptr")
	if err != nil {
		return err.Error()
	}
	n, err := i.Raw("golws_error_len")
	if err != nil {
		return err.Error()
	}
	b, _ := i.mem.Read(uint32(p), uint32(n))
	return string(b)
}

func (i *Instance) buffers() error {
	for _, b := range []struct {
		name string
		to   *uint32
	}{{"golws_rx", &i.rx}, {"golws_rx_size", &i.rxSize}, {"golws_tx", &i.tx}, {"golws_tx_size", &i.txSize}} {
		v, err := i.Raw(b.name)
		if err != nil {
			return err
		}
		*b.to = uint32(v)
	}
	return nil
}

// Close ends the instance and frees its memory. In a callback it ends the calls
// around too, with ErrOver, and what the callback was lent is there until it
// returns.
func (i *Instance) Close() error {
	if i.over == nil {
		i.over = ErrOver
	}
	var err error
	if i.mod != nil {
		err = i.mod.Close(context.Background())
	}
	if i.closing = i.depth > 0; !i.closing {
		i.release()
	}
	return err
}

// release frees the memory, which nothing may touch from then on.
func (i *Instance) release() {
	if i.region != nil {
		i.region.free()
		i.region = nil
	}
}

// Memory is the instance's linear memory. It does not move, but grows, and is
// gone with Close.
func (i *Instance) Memory() api.Memory { return i.mem }

// view is a part of linear memory, nil where it is closed.
func (i *Instance) view(p, n uint32) []byte {
	if i.region == nil {
		return nil
	}
	b, _ := i.mem.Read(p, n)
	return b
}

// place puts pieces into memory that the module reads, one behind the other,
// and has use called with where they are.
func (i *Instance) place(use func(at []uint32) (int32, error), pieces ...[]byte) (int32, error) {
	if i.over != nil {
		return 0, i.over
	}
	total := 0
	for _, p := range pieces {
		total += len(p)
	}
	base := i.tx
	if total > int(i.txSize) {
		v, err := i.Raw("golws_alloc", uint64(total))
		if err != nil {
			return 0, err
		}
		if v == 0 {
			return 0, &Error{Code: ErrFull, Call: "golws_alloc", Text: "too large"}
		}
		base = uint32(v)
		defer func() {
			if _, err := i.Invoke("golws_free", v); err != nil && i.over == nil {
				i.over = err
			}
		}()
	}
	var at [4]uint32
	for k, p := range pieces {
		at[k] = base
		i.mem.Write(base, p)
		base += uint32(len(p))
	}
	return use(at[:])
}

// With calls an export whose arguments are args with the pointer and length of
// each piece, in order, behind the first k of them.
func (i *Instance) With(name string, k int, args []uint64, pieces ...[]byte) (int32, error) {
	return i.place(func(at []uint32) (int32, error) {
		all := append(make([]uint64, 0, 10), args[:k]...)
		for n, p := range pieces {
			all = append(all, uint64(at[n]), uint64(len(p)))
		}
		return i.Invoke(name, append(all, args[k:]...)...)
	}, pieces...)
}

// WithInfo calls an export that takes a handle (but lws_create_context) and a
// CBOR map.
func (i *Instance) WithInfo(name string, handle int32, info map[string]any) (int32, error) {
	b, err := cbor.Marshal(info)
	if err != nil {
		return 0, err
	}
	if handle == 0 {
		return i.With(name, 0, nil, b)
	}
	return i.With(name, 1, []uint64{uint64(uint32(handle))}, b)
}

// Protocol gives f a token, to be a protocol's "callback" in an info map.
func (i *Instance) Protocol(f Callback) (token int32) {
	token = int32(len(i.tokens) + 1)
	i.tokens[token] = f
	return token
}

// CreateContext is lws_create_context; info's keys are the C members' names.
func (i *Instance) CreateContext(info map[string]any) (cx int32, err error) {
	return i.WithInfo("lws_create_context", 0, info)
}

// CreateVhost is lws_create_vhost.
func (i *Instance) CreateVhost(cx int32, info map[string]any) (vh int32, err error) {
	return i.WithInfo("lws_create_vhost", cx, info)
}

// Connect is lws_client_connect_via_info.
func (i *Instance) Connect(cx int32, info map[string]any) (Wsi, error) {
	w, err := i.WithInfo("lws_client_connect_via_info", cx, info)
	return Wsi(w), err
}

// Write is lws_write. What lies in the module's memory, as Call.In does, is not
// copied.
func (i *Instance) Write(w Wsi, b []byte, wp int32) error {
	n, err := i.withBytes("lws_write", w, b, wp)
	if err == nil && n < 0 {
		err = &Error{Code: Code(n), Call: "lws_write", Text: i.errorText()}
	}
	return err
}

func (i *Instance) withBytes(name string, w Wsi, b []byte, last int32) (int32, error) {
	if at, ok := i.offset(b); ok {
		return i.Invoke(name, uint64(uint32(w)), uint64(at), uint64(len(b)), uint64(uint32(last)))
	}
	return i.place(func(at []uint32) (int32, error) {
		return i.Invoke(name, uint64(uint32(w)), uint64(at[0]), uint64(len(b)), uint64(uint32(last)))
	}, b)
}

// CallbackOnWritable is lws_callback_on_writable.
func (i *Instance) CallbackOnWritable(w Wsi) error {
	_, err := i.Invoke("lws_callback_on_writable", uint64(uint32(w)))
	return err
}

// Counters are golws_counters, in the order of ABI.md.
func (i *Instance) Counters() ([]float64, error) {
	const max = 64
	n, err := i.Invoke("golws_counters", uint64(i.tx), 8*max)
	if err != nil {
		return nil, err
	}
	out := make([]float64, n)
	for k := range out {
		out[k], _ = i.mem.ReadFloat64Le(i.tx + uint32(8*k))
	}
	return out, nil
}
