package main

// #include "table.h"
import "C"

import (
	"strconv"
	"unsafe"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/loop"
)

// golws_vhost_create makes a vhost; its PROTOCOL_INIT callbacks come at once.
//
//export golws_vhost_create
func golws_vhost_create(ct *C.struct_golws_thread, info *C.struct_lws_context_creation_info) (ret *C.struct_lws_vhost) {
	defer guard(ct.cx)
	t := threadOf(ct)
	if t == nil {
		return nil
	}
	t.e.Enter()
	v := makeVhost(t.cx, t.e, info)
	t.e.Leave()
	if v == nil || v.gone.Load() {
		return nil
	}
	return v.c
}

// makeVhost makes a vhost with its protocols started, nil (logged) where that
// fails. A callback may have destroyed it.
func makeVhost(x *context, t *engine.Thread, info *C.struct_lws_context_creation_info) *vhost {
	v := createVhost(x, t, info)
	if v == nil {
		return nil
	}
	for _, t := range x.threads {
		t.showPoll(engine.ReasonAddPollFD)
	}
	if x.c.options&C.LWS_SERVER_OPTION_EXPLICIT_VHOSTS == 0 && !x.dropPrivileges() {
		v.e.Destroy(t)
		return nil
	}
	if err := v.e.InitProtocols(t); err != nil {
		logFailed(x, v, err.Error())
		v.e.Destroy(t)
		return nil
	}
	if k := x.threads[t.Index()].host.custom; k != nil && !x.gone.Load() {
		k.tell()
	}
	return v
}

func createVhost(x *context, t *engine.Thread, info *C.struct_lws_context_creation_info) *vhost {
	x.mu.Lock()
	x.nextID++
	id := x.nextID
	x.mu.Unlock()
	if asksForTLS(info) {
		logLine(x.c, nil, nil, engine.LogErr, "lws_create_vhost: there is no TLS yet, and the info has a certificate or key")
		return nil
	}
	for _, what := range notYet(info) {
		logLine(x.c, nil, nil, engine.LogWarn, "lws_create_vhost: there is no "+what+" yet: ignored")
	}
	c := (*C.struct_lws_vhost)(zalloc(C.sizeof_struct_lws_vhost, whatVhost))
	v := &vhost{c: c, cx: x}
	name := goString(info.vhost_name)
	if name == "" {
		name = "default"
	}
	c.cx, c.id = x.c, C.uint32_t(id)
	c.name = cString(name, whatVhost)
	if info.iface != nil {
		c.iface = cString(goString(info.iface), whatVhost)
	}
	addressAt(&info.user).put(&c.user)
	addressAt(&info.finalize_arg).put(&c.finalize_arg)
	c.log_cx, c.pvo, c.finalize = info.log_cx, info.pvo, info.finalize
	o := v.options(info, name)
	o.Face = v
	e, err := x.e.CreateVhost(t, o)
	if err != nil {
		logLine(x.c, nil, nil, engine.LogErr, "lws_create_vhost: "+err.Error())
		v.release()
		return nil
	}
	v.e = e
	x.mu.Lock()
	x.vhosts[id] = v
	x.mu.Unlock()
	C.golws_vhost_made(c)
	return v
}

// protocols copies the program's list, which it may give as an array ended by
// a zero entry or as a NULL-ended list of pointers.
func (v *vhost) protocols(info *C.struct_lws_context_creation_info) []*engine.Protocol {
	var from []*C.struct_lws_protocols
	switch {
	case info.pprotocols != nil:
		for p := info.pprotocols; *p != nil; p = next(p) {
			from = append(from, *p)
		}
	case info.protocols != nil:
		for p := info.protocols; p.callback != nil; p = next(p) {
			from = append(from, p)
		}
	}
	n := len(from)
	v.c.count = C.int(n)
	v.c.protocols = (*C.struct_lws_protocols)(zalloc(C.sizeof_struct_lws_protocols*C.size_t(n+1), whatVhost))
	v.c.priv = (*unsafe.Pointer)(zalloc(C.size_t(n+1)*8, whatVhost))
	mine := unsafe.Slice(v.c.protocols, n)
	var out []*engine.Protocol
	for i, p := range from {
		mine[i] = *p
		out = append(out, &engine.Protocol{
			Name: goString(p.name), Handler: &protocol{&mine[i], v.cx}, RxBufferSize: int(p.rx_buffer_size),
		})
	}
	return out
}

func next[T any](p *T) *T { return (*T)(unsafe.Add(unsafe.Pointer(p), unsafe.Sizeof(*p))) }

// pvos converts a list of per-vhost options, with what is below them.
func pvos(p *C.struct_lws_protocol_vhost_options) (out []*engine.PVO) {
	for ; p != nil; p = p.next {
		out = append(out, &engine.PVO{
			Name: goString(p.name), Value: goString(p.value), Options: pvos(p.options),
			Face: unsafe.Pointer(p.options), // what PROTOCOL_INIT gets as in
		})
	}
	return out
}

func mounts(m *C.struct_lws_http_mount) (out []*engine.Mount) {
	for ; m != nil; m = m.mount_next {
		if m.interpret != nil {
			logLine(nil, nil, nil, engine.LogWarn, "mount "+goString(m.mountpoint)+": there is no interpret yet: ignored")
		}
		out = append(out, &engine.Mount{
			Mountpoint: goString(m.mountpoint), Origin: goString(m.origin), Default: goString(m.def),
			Protocol: goString(m.protocol), OriginKind: engine.MountKind(m.origin_protocol),
			MimeTypes: pvos(m.extra_mimetypes), Headers: pvos(m.headers),
			CacheMaxAge: int(m.cache_max_age), BasicAuth: goString(m.basic_auth_login_file), AuthMask: uint(m.auth_mask),
			KeepAlive:  loop.Micros(m.keepalive_timeout) * 1e6,
			CacheReuse: bit(m, 0), CacheRevalid: bit(m, 1), CachePublic: bit(m, 2), CacheNo: bit(m, 3),
		})
	}
	return out
}

// bit is one of the mount's cache bit-fields, which cgo does not show: they lie
// behind auth_mask.
func bit(m *C.struct_lws_http_mount, n uint) bool {
	bits := *(*uint32)(unsafe.Add(unsafe.Pointer(&m.auth_mask), unsafe.Sizeof(m.auth_mask)))
	return bits>>n&1 != 0
}

func (v *vhost) options(info *C.struct_lws_context_creation_info, name string) engine.VhostOptions {
	has := func(o uint64) bool { return uint64(info.options)&o == o }
	// these may also be set for all vhosts, where the context is made
	either := func(o uint64) bool { return has(o) || uint64(v.cx.c.options)&o == o }
	secs := func(n int) loop.Micros { return loop.Micros(n) * 1e6 }
	o := engine.VhostOptions{
		Name: name, Iface: goString(info.iface), Port: int(info.port), Protocols: v.protocols(info),
		PVOs: pvos(info.pvo), Mounts: mounts(info.mounts), Headers: pvos(info.headers),
		ListenFD: -1, UnixUID: -1, UnixGID: -1,
		UnixSocket:     has(C.LWS_SERVER_OPTION_UNIX_SOCK),
		DisableIPv6:    either(C.LWS_SERVER_OPTION_DISABLE_IPV6),
		V6Only:         has(C.LWS_SERVER_OPTION_IPV6_V6ONLY_MODIFY) && has(C.LWS_SERVER_OPTION_IPV6_V6ONLY_VALUE),
		ShareListen:    has(C.LWS_SERVER_OPTION_ALLOW_LISTEN_SHARE),
		BindDevice:     info.bind_iface != 0,
		StrictHost:     has(C.LWS_SERVER_OPTION_VHOST_UPG_STRICT_HOST_CHECK),
		AwaitInterface: !has(C.LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND),
		ValidateUTF8:   either(C.LWS_SERVER_OPTION_VALIDATE_UTF8),
		BestPractice:   has(C.LWS_SERVER_OPTION_HTTP_HEADERS_SECURITY_BEST_PRACTICES_ENFORCE),
		SkipInit:       has(C.LWS_SERVER_OPTION_SKIP_PROTOCOL_INIT),
		FastOpen:       int(info.fo_listen_queue),
		KeepAlive:      keepAlive(info),
		ServerString:   goString(info.server_string), Error404: goString(info.error_document_404),
		Timeout: secs(int(info.timeout_secs)), ConnectTimeout: secs(int(info.connect_timeout_secs)),
		KeepAliveIdle: secs(int(info.keepalive_timeout)), HeadTimeout: secs(int(info.timeout_secs_ah_idle)),
		Retry:      retryPolicy(info.retry_and_idle_policy),
		Extensions: extensions(info.extensions),
		Finalize:   func(*engine.Vhost) { C.golws_vhost_finalize(v.c); v.cx.back() },
	}
	o.AcceptAs(goString(info.listen_accept_role), goString(info.listen_accept_protocol),
		has(C.LWS_SERVER_OPTION_ADOPT_APPLY_LISTEN_ACCEPT_CONFIG), has(C.LWS_SERVER_OPTION_FALLBACK_TO_APPLY_LISTEN_ACCEPT_CONFIG))
	if o.KeepAlive.Idle == 0 {
		o.KeepAlive = v.cx.keepAlive
	}
	if o.ServerString == "" {
		o.ServerString = v.cx.server
	}
	if o.Retry == nil {
		o.Retry = defaultRetry
	}
	if info.vh_listen_sockfd > 0 {
		o.ListenFD = int(info.vh_listen_sockfd)
	}
	if o.UnixSocket {
		v.unixOwner(info, &o)
	}
	return o
}

func keepAlive(info *C.struct_lws_context_creation_info) loop.KeepAlive {
	return loop.KeepAlive{Idle: int(info.ka_time), Interval: int(info.ka_interval), Probes: int(info.ka_probes)}
}

// unixOwner takes "user:group" and the mode that lws gives such sockets.
func (v *vhost) unixOwner(info *C.struct_lws_context_creation_info, o *engine.VhostOptions) {
	if info.unix_socket_perms == nil {
		return
	}
	var uid, gid C.int
	if C.golws_user_group(info.unix_socket_perms, &uid, &gid) != 0 {
		logLine(v.cx.c, nil, nil, engine.LogErr, "unix_socket_perms: no user and group "+strconv.Quote(goString(info.unix_socket_perms)))
		return
	}
	o.UnixUID, o.UnixGID, o.UnixMode = int(uid), int(gid), 0o660
}

// defaultRetry is for vhosts that come without a policy.
var defaultRetry = retryPolicy(C.golws_default_retry())

// retryPolicy is what the engine needs to know of a policy; the delays between
// tries are the shim's.
func retryPolicy(p *C.struct_lws_retry_bo) *engine.RetryPolicy {
	if p == nil {
		return nil
	}
	return &engine.RetryPolicy{PingSecs: int(p.secs_since_valid_ping), HangupSecs: int(p.secs_since_valid_hangup), Face: p}
}

// golws_vhost_destroy closes the vhost and what lives on it.
//
//export golws_vhost_destroy
func golws_vhost_destroy(ct *C.struct_golws_thread, vh *C.struct_lws_vhost) {
	defer guard(ct.cx)
	if t, v := threadOf(ct), vhostOf(vh); t != nil && v != nil {
		v.e.Destroy(t.e)
	}
}

// golws_vhost_listen_port is the port that the vhost listens on.
//
//export golws_vhost_listen_port
func golws_vhost_listen_port(vh *C.struct_lws_vhost) (ret C.int) {
	ret = -1
	v := vhostOf(vh)
	if v == nil {
		return ret
	}
	defer guard(vh.cx)
	return C.int(v.e.ListenPort())
}

// golws_vhost_set_mounts replaces the vhost's mounts. Any thread.
//
//export golws_vhost_set_mounts
func golws_vhost_set_mounts(vh *C.struct_lws_vhost, m *C.struct_lws_http_mount) {
	if v := vhostOf(vh); v != nil {
		defer guard(vh.cx)
		v.e.SetMounts(mounts(m))
	}
}

// free takes the vhost out of its context and frees its record.
func (v *vhost) free() {
	v.cx.mu.Lock()
	delete(v.cx.vhosts, uint32(v.c.id))
	v.cx.mu.Unlock()
	v.release()
}

func (v *vhost) release() {
	v.gone.Store(true)
	c := v.c
	for _, p := range unsafe.Slice(c.priv, c.count) {
		C.golws_uv_free(c.cx, p)
	}
	free(unsafe.Pointer(c.priv))
	free(unsafe.Pointer(c.protocols))
	free(unsafe.Pointer(c.name))
	free(unsafe.Pointer(c.iface))
	C.golws_vhost_gone(c)
}
