package main

// #include "hosts.h"
import "C"

import (
	"fmt"
	"net/netip"
	"unsafe"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/lws"
)

const (
	batchSize  = engine.TxBatchSize
	rxSize     = 128 << 10
	stringSize = 32 << 10
	fragments  = 256
	pageSize   = 4096
)

// midPage gives the n bytes of b, which has two pages more than that, which
// begin in the middle of a page. A program's callback copies large pieces out of
// the receive buffer, mostly to just behind the start of a page, where malloc
// puts what it maps. On some processors a copy to 1 to 15 bytes above its source,
// counted within a page, takes about fifteen times as long (23 µs instead of 1.5
// for 64 KiB, measured on an AMD EPYC with glibc 2.36).
func midPage(b []byte, n int) []byte {
	at := uintptr(unsafe.Pointer(&b[0]))
	from := (at+pageSize-1)&^(pageSize-1) + pageSize/2 - at
	return b[from : int(from)+n : int(from)+n]
}

// golws_context_create makes a context of a program's lws_context_creation_info,
// with its first vhost unless it asks for explicit ones.
//
//export golws_context_create
func golws_context_create(info *C.struct_lws_context_creation_info) (ret *C.struct_lws_context) {
	defer guard(nil)
	n := max(int(info.count_threads), 1)
	if n > C.LWS_MAX_SMP { // lws_get_count_threads tells
		logLine(nil, nil, nil, engine.LogWarn, fmt.Sprintf("lws_create_context: %d service threads, not count_threads %d", int(C.LWS_MAX_SMP), n))
		n = C.LWS_MAX_SMP
	}
	on, err := hostOf(info)
	if err != nil {
		logLine(nil, nil, nil, engine.LogErr, "lws_create_context: "+err.Error())
		return nil
	}
	if info.options&C.LWS_SERVER_OPTION_EXPLICIT_VHOSTS != 0 { // else its vhost says so
		for _, what := range notYet(info) {
			logLine(nil, nil, nil, engine.LogWarn, "lws_create_context: there is no "+what+" yet: ignored")
		}
	}
	x := newContext(info, n)
	x.guest = on != nil || info.event_lib_custom != nil
	head := int(info.max_http_header_data2)
	if head == 0 {
		head = int(info.max_http_header_data)
	}
	drivers, err := x.drivers(info)
	servers, bad := nameServers(info.async_dns_servers)
	if err == nil {
		err = bad
	}
	var e *engine.Context
	if err == nil {
		e, err = lws.New(lws.Config{
			Threads: n, Logger: logger{}, HeadBytes: head, PieceSize: int(info.pt_serv_buf_size), Connections: connections(info),
			NameServers: servers,
			TokenLimits: tokenLimits(info.token_limits), RejectAgents: pvos(info.reject_service_keywords),
			RawOrigin: info.options&C.LWS_SERVER_OPTION_JUST_USE_RAW_ORIGIN != 0,
			Buffer:    func(i int) []byte { return x.threads[i].rx },
			Drivers:   drivers,
			Face:      &face{x},
		})
	}
	if err != nil {
		logLine(nil, nil, nil, engine.LogErr, "lws_create_context: "+err.Error())
		x.free()
		return nil
	}
	x.e, e.Face = e, x
	for i, t := range x.threads {
		t.e = e.Thread(i)
		t.c.wake_fd = -1
		if d, ok := t.e.Loop().Driver().(interface{ WakeFd() int }); ok {
			t.c.wake_fd = C.int(d.WakeFd())
		}
		t.sul.t = t
		t.sul.timer.Owner = &t.sul
	}
	addContext(x)
	if info.pcontext != nil {
		*info.pcontext = x.c
	}
	if err := x.enterHost(on, info); err != nil {
		logLine(x.c, nil, nil, engine.LogErr, "lws_create_context: "+err.Error())
		e.Destroy()
		return nil
	}
	if info.options&C.LWS_SERVER_OPTION_EXPLICIT_VHOSTS == 0 {
		t := e.Thread(0)
		t.Enter()
		ok := makeVhost(x, t, info) != nil
		t.Leave()
		if !ok {
			e.Destroy()
		}
		if x.gone.Load() {
			return nil
		}
	}
	return x.c
}

// nameServers are numeric addresses, ended by NULL.
func nameServers(p **C.char) (as []netip.Addr, err error) {
	for ; p != nil && *p != nil; p = next(p) {
		a, err := netip.ParseAddr(goString(*p))
		if err != nil {
			return nil, fmt.Errorf("async_dns_servers: %w", err)
		}
		as = append(as, a)
	}
	return as, nil
}

func newContext(info *C.struct_lws_context_creation_info, n int) *context {
	c := (*C.struct_lws_context)(zalloc(C.sizeof_struct_lws_context, whatContext))
	x := &context{c: c, vhosts: map[uint32]*vhost{}, keepAlive: keepAlive(info), server: goString(info.server_string)}
	c.count_threads = C.int(n)
	addressAt(&info.user).put(&c.user)
	c.log_cx = info.log_cx
	c.pcontext = info.pcontext
	c.argc, c.argv = info.argc, info.argv
	c.uid, c.gid = info.uid, info.gid
	c.caps, c.count_caps = info.caps, C.int(min(max(info.count_caps, 0), C.char(len(info.caps))))
	c.options = info.options
	c.threads = (*C.struct_golws_thread)(zalloc(C.sizeof_struct_golws_thread*C.size_t(n), whatThread))
	ts := unsafe.Slice(c.threads, n)
	for i := range ts {
		t := &ts[i]
		t.cx, t.tsi = c, C.int(i)
		t.tx, t.tx_size = (*C.uchar)(zalloc(batchSize, whatThread)), batchSize
		t.rx = (*C.uchar)(zalloc(rxSize+2*pageSize, whatThread))
		x.threads = append(x.threads, &thread{
			c: t, cx: x,
			tx:    bytesAt(unsafe.Pointer(t.tx), batchSize),
			rx:    midPage(bytesAt(unsafe.Pointer(t.rx), rxSize+2*pageSize), rxSize),
			str:   bytesAt(zalloc(stringSize, whatThread), stringSize),
			frags: unsafe.Slice((*C.struct_golws_fragment)(zalloc(C.sizeof_struct_golws_fragment*fragments, whatThread)), fragments),
		})
	}
	C.golws_context_made(c)
	return x
}

// dropPrivileges gives up, once, what the program wants given up when its
// vhosts listen; false (logged) where the system refuses.
func (x *context) dropPrivileges() bool {
	x.drop.Do(func() { x.kept = C.golws_privileges_drop(x.c) != 0 })
	return !x.kept
}

// tokenLimits copies the program's limits, nil for none.
func tokenLimits(l *C.struct_lws_token_limits) []int {
	if l == nil {
		return nil
	}
	out := make([]int, len(l.token_limit))
	for i, n := range l.token_limit {
		out[i] = int(n)
	}
	return out
}

// connections is how many a service thread may have; one of the descriptors that
// fd_limit_per_thread counts is the thread's own.
func connections(info *C.struct_lws_context_creation_info) int {
	if n := int(info.fd_limit_per_thread); n > 0 {
		return max(n-1, 1)
	}
	return 0
}

// free frees the context's record, when nothing calls on it any more.
func (x *context) free() {
	x.gone.Store(true)
	if x.e != nil {
		dropContext(x)
	}
	x.leaveHost()
	for _, t := range x.threads {
		free(unsafe.Pointer(&t.str[0]))
		free(unsafe.Pointer(&t.frags[0]))
	}
	C.golws_context_gone(x.c)
}

// golws_context_destroy ends the context; see engine.Context.Destroy.
//
//export golws_context_destroy
func golws_context_destroy(cx *C.struct_lws_context) {
	defer guard(cx)
	if x := contextOf(cx); x != nil {
		C.golws_custom_destroying(cx)
		x.e.DestroyBut(func(e *engine.Thread) bool { return x.threads[e.Index()].c.ends_itself != 0 })
	}
}

// golws_context_finish_startup makes the PROTOCOL_INIT callbacks that did not
// come yet; nonzero where one refused.
//
//export golws_context_finish_startup
func golws_context_finish_startup(ct *C.struct_golws_thread) (ret C.int) {
	ret = -1
	defer guard(ct.cx)
	t := threadOf(ct)
	if t == nil {
		return -1
	}
	if !t.cx.dropPrivileges() {
		return 1
	}
	t.e.Enter()
	defer t.e.Leave()
	for _, v := range t.cx.e.Vhosts() {
		if err := v.InitProtocols(t.e); err != nil {
			logFailed(t.cx, nil, err.Error())
			return 1
		}
	}
	return 0
}

// golws_context_deprecate lets the context end by itself: the program is told
// when nothing listens any more, and the context is destroyed when the last
// connection is gone.
//
//export golws_context_deprecate
func golws_context_deprecate(ct *C.struct_golws_thread) {
	defer guard(ct.cx)
	t := threadOf(ct)
	if t == nil {
		return
	}
	x := t.cx
	x.e.Deprecate(t.e, func() {
		C.golws_reload(x.c)
		x.back()
	}, func() { C.golws_context_empty(x.c) })
}
