//go:build !linux

package h1

import (
	"io"
	"os"
)

// handle is an open file.
type handle struct{ f *os.File }

// openFile opens a file to be read and says what it is.
func openFile(path []byte) (h handle, fi fileInfo, err error) {
	f, err := os.Open(string(path))
	if err != nil {
		return h, fi, err
	}
	st, err := f.Stat()
	if err != nil {
		_ = f.Close()
		return h, fi, err
	}
	return handle{f}, fileInfo{size: st.Size(), mtime: st.ModTime().UnixNano(), regular: st.Mode().IsRegular(), dir: st.IsDir()}, nil
}

// read reads up to len(b) bytes, 0 at the end.
func (h handle) read(b []byte) (int, error) {
	n, err := h.f.Read(b)
	if err == io.EOF {
		err = nil
	}
	return n, err
}

// close gives the file back; nothing was written to it that could fail.
func (h handle) close() { _ = h.f.Close() }
