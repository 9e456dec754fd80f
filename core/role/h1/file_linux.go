package h1

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// handle is an open file: a bare fd, as os.File costs a finalizer, a poller
// registration and some allocations for each.
type handle struct{ fd int }

// openFile opens a file to be read and says what it is. path is used as memory
// for the NUL that ends it. A pipe or a device does not make it wait.
func openFile(path []byte) (h handle, fi fileInfo, err error) {
	path = append(path, 0)
	at := unix.AT_FDCWD
	for {
		// unix.Openat would copy the path.
		fd, _, e := unix.Syscall6(unix.SYS_OPENAT, uintptr(at), uintptr(unsafe.Pointer(&path[0])),
			unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK|unix.O_NOCTTY, 0, 0, 0)
		if e == unix.EINTR {
			continue
		}
		if e != 0 {
			return h, fi, e
		}
		h.fd = int(fd)
		break
	}
	var st unix.Stat_t
	if err := unix.Fstat(h.fd, &st); err != nil {
		h.close()
		return h, fi, err
	}
	return h, fileInfo{
		size: st.Size, mtime: st.Mtim.Nano(),
		regular: st.Mode&unix.S_IFMT == unix.S_IFREG, dir: st.Mode&unix.S_IFMT == unix.S_IFDIR,
	}, nil
}

// read reads up to len(b) bytes, 0 at the end.
func (h handle) read(b []byte) (int, error) {
	for {
		n, err := unix.Read(h.fd, b)
		if err != unix.EINTR {
			return max(n, 0), err
		}
	}
}

// close gives the fd back, whatever close answers.
func (h handle) close() { _ = unix.Close(h.fd) }
