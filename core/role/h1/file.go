package h1

import (
	"errors"
	"io/fs"
	"strconv"
	"sync"
	"syscall"

	"github.com/golws/golws/core/engine"
)

// transfer is a file on its way out. At most one piece of it is in memory.
type transfer struct {
	h      handle
	open   bool
	active bool  // HTTP_FILE_COMPLETION is owed
	silent bool  // and is not called: the head alone was asked for, of a mount
	left   int64 // not read yet
	head   []byte
}

func (f *transfer) close() {
	if f.open {
		f.open = false
		f.h.close()
	}
}

type fileInfo struct {
	size, mtime  int64 // bytes; nanoseconds since 1970
	regular, dir bool
}

// smallFile is the size up to which a file goes out with its head in one write.
const smallFile = 16 << 10

// finalRoom is the room that AppendFinalize is left.
const finalRoom = 128

// pieceBytes is how much of a larger one is read at once.
const pieceBytes = 64 << 10

var pieces = sync.Pool{New: func() any { return new([pieceBytes]byte) }}

// ServeFile answers with a file: lws_serve_http_file. other has further header
// lines. 0 says that it is on its way: HTTP_FILE_COMPLETION comes when it is
// sent, and ends the exchange unless the program does. 1 says that a file that
// is not there was answered with 404, and TransactionCompleted is to follow. -1
// asks for the connection to be closed.
func ServeFile(w *engine.Wsi, path, contentType string, other []byte) int {
	x := Of(w)
	s, ok := w.Role().(*Server)
	if x == nil || !ok || x.phase != inBody && x.phase != inAnswer || x.file.active {
		return -1
	}
	w.Context().Options().Face.Collect(w.Thread())
	if x.resp.begun {
		w.Logf(engine.LogWarn, "file %q cannot be served: an answer has begun already", path)
		return -1
	}
	if err := CheckLines(other); err != nil {
		w.Logf(engine.LogWarn, "file %q cannot be served: its headers have %v", path, err)
		return -1
	}
	h, fi, err := openFile(append(x.room(), path...))
	if err == nil && !fi.regular {
		h.close()
		err = errors.New("not a file")
	}
	if err != nil {
		w.Logf(engine.LogWarn, "file %q cannot be served: %v", path, err)
		if ReturnStatus(w, 404, "") != 0 {
			return -1
		}
		return 1
	}
	x.file.h, x.file.open = h, true
	if !s.startFile(w, x, fi, contentType, false, other) {
		return -1
	}
	w.CallbackOnWritable()
	return 0
}

// startFile sends the head, and all of it where the file is small.
func (s *Server) startFile(w *engine.Wsi, x *Exchange, fi fileInfo, contentType string, mounted bool, other []byte) bool {
	b, err := AppendCommonHeaders(w, x.room(), 200, contentType, fi.size)
	if err == nil {
		b = appendCache(b, x.mount)
		if mounted {
			b = appendETag(b, fi)
			if len(x.mount.Headers) > 0 {
				b, err = appendPVOs(b, x.mount.Headers)
			}
		}
		b = append(b, other...)
	}
	if err == nil && mounted && x.mount.Protocol != "" {
		b, err = addHeaders(w, b)
	}
	if err == nil {
		b = roomFor(b, finalRoom)
		b, err = AppendFinalize(w, b)
	}
	if !w.Open() || Of(w) != x {
		return false
	}
	if err != nil {
		w.Logf(engine.LogWarn, "a file cannot be served: %v", err)
		x.file.close()
		return false
	}
	x.scratch = b[:0]
	f := &x.file
	f.active, f.left = true, fi.size
	x.resp = response{begun: true, headDone: true, status: 200, length: fi.size, sent: fi.size, keeps: true, built: x.resp.built}
	switch {
	case x.Head().Method == "HEAD":
		f.close()
		f.left, f.silent = 0, mounted
		w.SendCopy(b)
	case fi.size <= smallFile:
		out := w.Thread().Reserve(len(b) + int(fi.size))
		n := copy(out, b)
		if !f.fill(w, out[n:]) {
			return false
		}
		f.close()
		f.left = 0
		w.SendReserved(out)
	default:
		f.head = b
	}
	return true
}

// roomFor makes room for n more bytes behind b.
func roomFor(b []byte, n int) []byte {
	if cap(b)-len(b) < n {
		b = append(make([]byte, 0, len(b)+n), b...)
	}
	return b
}

// addHeaders lets the protocol of a mount add lines.
func addHeaders(w *engine.Wsi, b []byte) ([]byte, error) {
	hb := engine.HeaderBuffer{B: b[len(b):len(b):cap(b)], Max: max(cap(b)-len(b)-finalRoom, 0)}
	if w.Call(engine.ReasonAddHeaders, engine.In{Value: &hb}) != 0 {
		return b, errors.New("refused by ADD_HEADERS")
	}
	if len(hb.B) > hb.Max {
		return b, ErrNoRoom
	}
	if err := CheckLines(hb.B); err != nil {
		return b, errors.New("ADD_HEADERS added " + err.Error())
	}
	return append(b, hb.B...), nil
}

// fill reads all of b. False says that the file has become shorter, or cannot
// be read: as its length is announced the connection closes.
func (f *transfer) fill(w *engine.Wsi, b []byte) bool {
	for len(b) > 0 {
		n, err := f.h.read(b)
		if err != nil || n == 0 {
			why := "it has become shorter"
			if err != nil {
				why = err.Error()
			}
			w.Logf(engine.LogWarn, "a file cannot be sent to its end: %s", why)
			f.active = false
			f.close()
			return false
		}
		b = b[n:]
	}
	return true
}

// pump sends pieces of a file as long as the peer takes them, and not too many
// in one turn.
func (s *Server) pump(w *engine.Wsi, x *Exchange) {
	f := &x.file
	if f.left > 0 {
		buf := pieces.Get().(*[pieceBytes]byte)
		defer pieces.Put(buf)
		for budget := 4; f.left > 0; budget-- {
			if w.PartialBuffered() {
				x.watch(w)
				return
			}
			if budget == 0 {
				w.CallbackOnWritable()
				return
			}
			piece := buf[:min(f.left, pieceBytes)]
			if !f.fill(w, piece) {
				w.CloseNow()
				return
			}
			f.left -= int64(len(piece))
			w.SendDirect(f.head, piece)
			f.head = nil
		}
	}
	s.fileDone(w, x)
}

// fileDone calls HTTP_FILE_COMPLETION and ends the exchange, where the program
// does not.
func (s *Server) fileDone(w *engine.Wsi, x *Exchange) {
	x.file.close()
	x.file.active = false
	s.disarm(w)
	if x.file.silent || s.call(w, x, engine.ReasonHTTPFileCompletion, engine.In{}) {
		s.complete(w)
	}
}

// appendCache appends what the mount says of caching; m may be nil.
func appendCache(dst []byte, m *engine.Mount) []byte {
	dst = append(dst, "cache-control: "...)
	switch {
	case m != nil && m.CacheNo:
		dst = append(dst, "no-cache"...)
	case m == nil || !m.CacheReuse || m.CacheMaxAge <= 0:
		dst = append(dst, "no-store"...)
	default:
		if m.CacheRevalid {
			dst = append(dst, "must-revalidate, "...)
		}
		who := "private"
		if m.CachePublic {
			who = "public"
		}
		dst = append(append(dst, who...), ", max-age="...)
		dst = strconv.AppendInt(dst, int64(m.CacheMaxAge), 10)
	}
	return append(dst, "\r\n"...)
}

// appendETag appends a validator of size and time.
func appendETag(dst []byte, fi fileInfo) []byte {
	dst = append(dst, `etag: "`...)
	dst = append(strconv.AppendInt(dst, fi.size, 16), '-')
	return append(strconv.AppendInt(dst, fi.mtime, 16), "\"\r\n"...)
}

// missing says that err means that there is no such file for the peer. In a
// WebAssembly module EBADF is what a path gets that the embedder has not opened.
func missing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.ENOTDIR) ||
		errors.Is(err, syscall.ENAMETOOLONG) || errors.Is(err, syscall.ELOOP) || errors.Is(err, fs.ErrInvalid) || errors.Is(err, syscall.EBADF)
}
