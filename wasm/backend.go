//go:build wasip1

package main

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"unsafe"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/loop"
	"github.com/golws/golws/core/loop/embedded"
)

// backend is a context as its driver sees it: what the embedder does for it.
type backend context

// conn is the face's record of one connection.
type conn struct {
	cx *context
	c  *embedded.Conn
	h  int32
	ws *socket // nil unless it is the platform's WebSocket
}

func (*conn) kind() int { return kindConn }

// listener is the face's record of one listener.
type listener struct {
	cx *context
	l  *embedded.Listener
	h  int32
}

func (*listener) kind() int { return kindListener }

var errEmbedder = errors.New("refused by the embedder")

// Now is the time of the outermost export.
func (*backend) Now() loop.Micros { return now }

// Deadline is asked for at the end of the outermost export instead.
func (*backend) Deadline(loop.Micros) {}

// newConn gives c a handle.
func (cx *context) newConn(c *embedded.Conn) (*conn, error) {
	k := &conn{cx: cx, c: c}
	h, err := handles.add(k)
	if err != nil {
		return nil, err
	}
	k.h = h
	c.SetFd(h)
	return k, nil
}

// Open has the embedder connect.
func (b *backend) Open(c *embedded.Conn, spec *loop.DialSpec) error {
	if b.dead {
		return engine.ErrDestroyed
	}
	k, err := (*context)(b).newConn(c)
	if err != nil {
		return err
	}
	addr, local := addrText(spec.Addr), ""
	if spec.Local.IsValid() || spec.LocalPort != 0 {
		from := spec.Local
		if !from.IsValid() {
			from = netip.IPv4Unspecified()
			if spec.Addr.IP.Addr().Is6() {
				from = netip.IPv6Unspecified()
			}
		}
		local = netip.AddrPortFrom(from, spec.LocalPort).String()
	}
	was := away()
	code := importOpen(k.h, ptrOfString(addr), int32(len(addr)), ptrOfString(local), int32(len(local)))
	inImport = was
	if code < 0 {
		handles.drop(k.h)
		return errEmbedder
	}
	return nil
}

func addrText(a loop.Addr) string {
	if a.IsUnix() && a.Path[0] != '/' && a.Path[0] != '@' {
		return "./" + a.Path
	}
	return a.String()
}

// parseAddr reads an address as ABI.md has it; "" is none.
func parseAddr(s string) (loop.Addr, error) {
	if s == "" {
		return loop.Addr{}, nil
	}
	if s[0] == '/' || s[0] == '@' || s[0] == '.' {
		return loop.Addr{Path: s}, nil
	}
	ap, err := netip.ParseAddrPort(s)
	if err != nil {
		return loop.Addr{}, err
	}
	return loop.Addr{IP: ap}, nil
}

// Adopt finds the connection of a handle.
func (b *backend) Adopt(fd int) (*embedded.Conn, error) {
	k, code := find[*conn](int32(fd))
	if code != 0 || k.cx != (*context)(b) {
		return nil, errors.New("no such connection")
	}
	return k.c, nil
}

// iov is the pieces of one conn_send, as the embedder reads them.
type iov struct{ ptr, n uint32 }

var (
	iovs  [64]iov
	sends uint64 // conn_send calls
)

// Send gives bytes to the embedder.
func (b *backend) Send(c *embedded.Conn, bufs [][]byte) (int, error) {
	if b.dead {
		return 0, engine.ErrDestroyed
	}
	sent := 0
	for len(bufs) > 0 {
		k, total := 0, 0
		for len(bufs) > 0 && k < len(iovs) {
			p := bufs[0]
			bufs = bufs[1:]
			if len(p) > 0 {
				iovs[k] = iov{uint32(start(p)), uint32(len(p))}
				k++
				total += len(p)
			}
		}
		sends++
		was := away()
		n := importSend(int32(c.Fd()), unsafe.Pointer(&iovs[0]), int32(k))
		inImport = was
		if n < 0 || int(n) > total {
			return sent, errors.New("the connection is broken")
		}
		sent += int(n)
		if int(n) < total {
			break
		}
	}
	return sent, nil
}

// Shutdown has the embedder send no more.
func (b *backend) Shutdown(c *embedded.Conn) {
	if b.dead {
		return
	}
	was := away()
	importShutdown(int32(c.Fd()))
	inImport = was
}

// Reading turns the embedder's reading on and off.
func (b *backend) Reading(c *embedded.Conn, on bool) {
	if b.dead {
		return
	}
	flag := int32(0)
	if on {
		flag = 1
	}
	was := away()
	importReading(int32(c.Fd()), flag)
	inImport = was
}

// Close has the embedder close; the handle is stale from now on.
func (*backend) Close(c *embedded.Conn) {
	if k, ok := handles.get(int32(c.Fd())).(*conn); ok && k.c == c {
		handles.drop(k.h)
		k.shut()
	}
}

// shut tells the embedder that a connection is over.
func (k *conn) shut() {
	was := away()
	importClose(k.h)
	inImport = was
}

// Flags of listen.
const (
	listenV6Only = 1
	listenShare  = 2
)

// Listen has the embedder listen.
func (b *backend) Listen(l *embedded.Listener, spec *loop.ListenSpec) (loop.Addr, error) {
	cx := (*context)(b)
	if cx.dead {
		return loop.Addr{}, engine.ErrDestroyed
	}
	k := &listener{cx: cx, l: l}
	h, err := handles.add(k)
	if err != nil {
		return loop.Addr{}, err
	}
	k.h = h
	cx.lsns[l] = h
	flags := int32(0)
	if spec.V6Only {
		flags |= listenV6Only
	}
	if spec.ReusePort {
		flags |= listenShare
	}
	addr := addrText(spec.Addr)
	was := away()
	port := importListen(h, ptrOfString(addr), int32(len(addr)), flags)
	inImport = was
	if port < 0 || port > 65535 {
		delete(cx.lsns, l)
		handles.drop(h)
		return loop.Addr{}, fmt.Errorf("%s: %w", addr, errEmbedder)
	}
	at := spec.Addr
	if !at.IsUnix() {
		at.IP = netip.AddrPortFrom(at.IP.Addr(), uint16(port))
	}
	return at, nil
}

// CloseListener has the embedder stop listening.
func (b *backend) CloseListener(l *embedded.Listener) {
	cx := (*context)(b)
	h, ok := cx.lsns[l]
	if !ok || cx.dead { // a dead one's were closed
		return
	}
	delete(cx.lsns, l)
	handles.drop(h)
	was := away()
	importListenClose(h)
	inImport = was
}

// addresses reads a comma separated list.
func addresses(s string) (out []netip.Addr, err error) {
	for part := range strings.SplitSeq(s, ",") {
		a, err := netip.ParseAddr(strings.TrimSpace(part))
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}
