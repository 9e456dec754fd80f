package h1

import (
	"strings"

	"github.com/golws/golws/core/engine"
)

// matchMount finds the mount with the longest mountpoint that is path, or ends
// in path at a "/", and what of path lies below it.
func matchMount(mounts []*engine.Mount, path []byte) (m *engine.Mount, below []byte) {
	best := -1
	for _, c := range mounts {
		mp := strings.TrimSuffix(c.Mountpoint, "/")
		n := len(mp)
		if n > best && len(path) >= n && string(path[:n]) == mp && (len(path) == n || path[n] == '/') {
			m, below, best = c, path[n:], n
		}
	}
	return m, below
}

// route gives the request to what its path is mounted on, or to the vhost's
// first protocol.
func (s *Server) route(w *engine.Wsi, x *Exchange) {
	v := w.Vhost()
	path := x.path()
	m, below := matchMount(v.Mounts(), path)
	x.mount = m
	if m == nil || m.OriginKind == engine.MountNone {
		s.callHTTP(w, x, v.First(), path)
		return
	}
	switch m.OriginKind {
	case engine.MountRedirHTTP, engine.MountRedirHTTPS:
		s.redirectTo(w, x, m)
		return
	case engine.MountFile, engine.MountCallback:
	default:
		w.Logf(engine.LogErr, "mount %s is of kind %d, which nothing here serves", m.Mountpoint, m.OriginKind)
		s.status(w, 501)
		return
	}
	name := m.Protocol
	if m.OriginKind == engine.MountCallback && name == "" {
		name = m.Origin
	}
	p := v.Protocol(name)
	if p == nil {
		w.Logf(engine.LogErr, "mount %s is for protocol %q, which the vhost does not have", m.Mountpoint, name)
		s.status(w, 500)
		return
	}
	if name != "" && !s.rebind(w, x, p) {
		return
	}
	if !s.authorized(w, x, m) {
		return
	}
	if name != "" && !s.access(w, x, m, path) {
		return
	}
	if m.OriginKind == engine.MountCallback {
		if m.Protocol == "" { // as in lws: where the origin names the protocol it gets the whole path
			s.ask(w, x, path)
			return
		}
		s.callHTTP(w, x, p, below)
		return
	}
	if method := x.Head().Method; method == "GET" || method == "HEAD" {
		s.serveMounted(w, x, m, below)
		return
	}
	s.elsewhere(w, x, m, below)
}

// status answers with a page of the library's own.
func (s *Server) status(w *engine.Wsi, code int) {
	if ReturnStatus(w, code, "") != 0 {
		w.Close()
		return
	}
	s.complete(w)
}

// elsewhere has the protocol answer what the mount's files do not: the mount's
// own, which gets the part of the path below it as with a callback mount, or
// else the vhost's first.
func (s *Server) elsewhere(w *engine.Wsi, x *Exchange, m *engine.Mount, below []byte) {
	path := x.path()
	if m.Protocol != "" {
		if len(below) > 0 {
			path = below
		}
		s.callHTTP(w, x, w.Protocol(), path)
		return
	}
	if !w.Bound() && !s.rebind(w, x, w.Protocol()) {
		return
	}
	s.ask(w, x, path)
}

// Access is In.Value of CHECK_ACCESS_RIGHTS.
type Access struct {
	Path []byte // that is asked for
	Mask uint   // the mount's AuthMask
}

// access asks the mount's protocol whether the request may be answered.
func (s *Server) access(w *engine.Wsi, x *Exchange, m *engine.Mount, path []byte) bool {
	serial := x.serial
	r := w.Call(engine.ReasonCheckAccessRights, engine.In{Value: &Access{path, m.AuthMask}})
	if !s.goesOn(w, x, serial) {
		return false
	}
	if r != 0 {
		w.Logf(engine.LogInfo, "refused by CHECK_ACCESS_RIGHTS")
		s.status(w, 401)
		return false
	}
	return true
}

// redirectTo answers with the mount's origin as the place to go to.
func (s *Server) redirectTo(w *engine.Wsi, x *Exchange, m *engine.Mount) {
	loc := m.Origin
	if !strings.Contains(loc, "://") {
		scheme := "http://"
		if m.OriginKind == engine.MountRedirHTTPS {
			scheme = "https://"
		}
		loc = scheme + loc
	}
	s.redirect(w, x, loc)
}

func (s *Server) redirect(w *engine.Wsi, x *Exchange, loc string) {
	if Redirect(w, 301, loc, x.room()) < 0 {
		w.Close()
		return
	}
	s.complete(w)
}

// serveMounted answers with a file of the mount. Symbolic links are followed,
// as lws does: they are the site owner's. A path never has ".." in it, as the
// wire has resolved it against the root before.
func (s *Server) serveMounted(w *engine.Wsi, x *Exchange, m *engine.Mount, below []byte) {
	if len(below) == 0 {
		s.addSlash(w, x)
		return
	}
	path := append(x.room(), strings.TrimSuffix(m.Origin, "/")...)
	path = append(path, below...)
	if below[len(below)-1] == '/' {
		path = append(path, document(m)...)
	}
	h, fi, err := openFile(path)
	if err != nil {
		if missing(err) {
			s.elsewhere(w, x, m, below)
			return
		}
		w.Logf(engine.LogErr, "cannot open %q: %v", path, err)
		s.status(w, 503)
		return
	}
	if !fi.regular {
		h.close()
		switch {
		case fi.dir && below[len(below)-1] != '/' && hasDocument(path, m):
			s.addSlash(w, x)
		case fi.dir:
			s.elsewhere(w, x, m, below)
		default:
			w.Logf(engine.LogNotice, "%q is neither a file nor a directory", path)
			s.status(w, 403)
		}
		return
	}
	mime := mimeOf(path, m)
	if mime == "" {
		h.close()
		w.Logf(engine.LogInfo, "no media type is known for %q", path)
		s.status(w, 415)
		return
	}
	x.file.h, x.file.open = h, true
	serial := x.serial
	if !s.startFile(w, x, fi, mime, true, nil) {
		if w.Open() && x.same(w, serial) {
			w.CloseNow()
		}
		return
	}
	s.pump(w, x)
}

// document is the file that stands for a directory.
func document(m *engine.Mount) string {
	if m.Default == "" {
		return "index.html"
	}
	return m.Default
}

// hasDocument says whether a directory can be answered with a file. One that
// cannot is nothing of the mount's, and the protocol may know its path.
func hasDocument(dir []byte, m *engine.Mount) bool {
	h, fi, err := openFile(append(append(dir, '/'), document(m)...))
	if err == nil {
		h.close()
	}
	return err == nil && fi.regular
}

// addSlash redirects to the directory's own path, as what it links to is
// relative to that.
func (s *Server) addSlash(w *engine.Wsi, x *Exchange) {
	h := x.Head()
	loc := append(appendEscaped(nil, h.Path), '/')
	if h.RawQuery != nil {
		loc = append(append(loc, '?'), h.RawQuery...)
	}
	s.redirect(w, x, string(loc))
}

// appendEscaped appends a path in percent-encoding (RFC 3986 section 3.3).
func appendEscaped(dst, path []byte) []byte {
	const hex = "0123456789ABCDEF"
	for _, c := range path {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("/-._~!$&'()*+,;=:@", c) >= 0:
			dst = append(dst, c)
		default:
			dst = append(dst, '%', hex[c>>4], hex[c&15])
		}
	}
	return dst
}
