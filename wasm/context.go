//go:build wasip1

package main

import (
	"errors"
	"net/netip"
	"time"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/loop"
	"github.com/golws/golws/core/loop/embedded"
	"github.com/golws/golws/core/role/h1"
	"github.com/golws/golws/core/role/raw"
	"github.com/golws/golws/core/role/ws"
	"github.com/golws/golws/wasm/info"
)

// context is the face's record of one engine context.
type context struct {
	h        int32
	e        *engine.Context
	thread   *engine.Thread
	driver   *embedded.Driver
	lsns     map[*embedded.Listener]int32
	platform bool // ws clients ride on the platform's WebSocket
	dead     bool
	gone     bool
	nested   int // exports and turns on the stack that have entered the thread
}

func (*context) kind() int { return kindContext }

// batchSize is the memory in which a context gathers small writes.
const batchSize = 64 << 10

//go:wasmexport lws_create_context
func lwsCreateContext(p, n int32) (ret int32) {
	if !mayCall() {
		return errReentered
	}
	enter()
	defer leave(nil, &ret)
	b, ok := lent(p, n)
	if !ok {
		return errBounds
	}
	in, err := info.Context(b)
	if err != nil {
		return refusal(err)
	}
	cx := &context{platform: in.PlatformWS, lsns: map[*embedded.Listener]int32{}}
	if cx.h, err = handles.add(cx); err != nil {
		return refusal(err)
	}
	cx.driver = embedded.New((*backend)(cx))
	cx.e, err = engine.NewContext(engine.Options{
		Drivers: []loop.Driver{cx.driver}, Roles: roles(in.PlatformWS), Face: (*face)(cx), Logger: (*logger)(cx), Resolver: (*resolver)(cx),
		Random: random, WallClock: func() int64 { return time.Now().Unix() },
		HeadBytes: in.HeadBytes, PieceSize: in.PieceSize, TxBatch: batchSize,
	})
	if err != nil {
		handles.drop(cx.h)
		return refusal(err)
	}
	cx.e.Face, cx.thread = cx, cx.e.Thread(0)
	contexts = append(contexts, cx)
	if !in.ExplicitVhosts {
		if _, err := cx.createVhost(in); err != nil {
			code := refusal(err)
			cx.e.Destroy()
			return code
		}
	}
	return cx.h
}

// roles are what a context knows; the first that can take connections is the
// default.
func roles(onPlatform bool) []engine.Role {
	wire := &ws.Role{}
	role := engine.Role(wire)
	if onPlatform {
		role = &mixed{platformRole, wire}
	}
	return []engine.Role{&h1.Server{}, &h1.Client{}, role, &raw.Socket{}}
}

// createVhost makes a vhost and its PROTOCOL_INIT callbacks.
func (cx *context) createVhost(in *info.Creation) (int32, error) {
	o := in.Vhost
	for _, p := range o.Protocols {
		p.Handler = &protocol{cx: cx, token: p.Face.(int32)}
	}
	v := &vhost{cx: cx}
	h, err := handles.add(v)
	if err != nil {
		return 0, err
	}
	v.h, o.Face = h, v
	if v.e, err = cx.e.CreateVhost(cx.thread, o); err != nil {
		handles.drop(h)
		return 0, err
	}
	if err := v.e.InitProtocols(cx.thread); err != nil {
		v.e.Destroy(cx.thread)
		return 0, err
	}
	if cx.dead || cx.gone {
		return 0, engine.ErrDestroyed
	}
	return h, nil
}

//go:wasmexport lws_context_destroy
func lwsContextDestroy(h int32) (ret int32) {
	cx, code := usable(h)
	if cx == nil {
		return code
	}
	cx.begin()
	defer cx.end(&ret)
	cx.e.Destroy()
	return 0
}

//go:wasmexport lws_cancel_service
func lwsCancelService(h int32) (ret int32) {
	cx, code := usable(h)
	if cx == nil {
		return code
	}
	cx.begin()
	defer cx.end(&ret)
	cx.e.Cancel()
	return 0
}

// usable finds a context for a call.
func usable(h int32) (*context, int32) {
	if !mayCall() {
		return nil, errReentered
	}
	return find[*context](h)
}

// pressing says that a turn has something to do now.
func (cx *context) pressing() bool {
	if cx.dead || cx.gone {
		return false
	}
	at := cx.due()
	return at != 0 && at <= now
}

// due is when a turn is wanted, 0 for never.
func (cx *context) due() loop.Micros {
	if cx.driver.Pending() {
		return now
	}
	if at, ok := cx.thread.Loop().Next(); ok {
		return max(at, 1)
	}
	return 0
}

// ended takes cx out of the list, and out of what is told of again.
func (cx *context) ended(dead bool) {
	for i, o := range contexts {
		if o == cx {
			contexts = append(contexts[:i:i], contexts[i+1:]...)
			break
		}
	}
	was := away()
	flag := int32(0)
	if dead {
		flag = 1
	}
	importContextGone(cx.h, flag)
	inImport = was
}

// die ends cx after an internal error: nothing of it runs again.
func (cx *context) die(line string) {
	if cx.dead || cx.gone {
		return
	}
	cx.dead = true
	log(engine.LogErr, cx, 0, line)
	for i := range handles.slots {
		s := &handles.slots[i]
		h := s.gen<<slotBits | int32(i)
		was := away()
		switch o := s.obj.(type) {
		case *conn:
			if o.cx == cx {
				o.shut()
				handles.bury(h)
			}
		case *listener:
			if o.cx == cx {
				importListenClose(h)
				handles.bury(h)
			}
		case *query:
			if o.cx == cx {
				importResolveCancel(h)
				handles.bury(h)
			}
		case *wsi:
			if o.cx == cx {
				handles.bury(h)
			}
		case *vhost:
			if o.cx == cx {
				handles.bury(h)
			}
		}
		inImport = was
	}
	handles.bury(cx.h)
	cx.ended(true)
}

// random fills b.
func random(b []byte) {
	if len(b) == 0 {
		return
	}
	was := away()
	importRandom(ptrOf(b), int32(len(b)))
	inImport = was
}

// resolver asks the embedder.
type resolver context

// query is one name that is being resolved.
type query struct {
	cx   *context
	h    int32
	done func([]netip.Addr, error)
}

func (*query) kind() int { return kindQuery }

// Resolve begins a query.
func (r *resolver) Resolve(host string, done func([]netip.Addr, error)) (cancel func()) {
	q := &query{cx: (*context)(r), done: done}
	if r.dead {
		done(nil, engine.ErrDestroyed)
		return func() {}
	}
	var err error
	if q.h, err = handles.add(q); err != nil {
		done(nil, err)
		return func() {}
	}
	was := away()
	code := importResolve(q.h, ptrOfString(host), int32(len(host)))
	inImport = was
	if code < 0 {
		handles.drop(q.h)
		done(nil, errors.New("the embedder resolves no names"))
		return func() {}
	}
	return func() {
		if handles.get(q.h) == any(q) {
			handles.drop(q.h)
			was := away()
			importResolveCancel(q.h)
			inImport = was
		}
	}
}
