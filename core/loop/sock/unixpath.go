//go:build linux || darwin || freebsd

package sock

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"

	"github.com/golws/golws/core/loop"
)

// ownedPath is the path of a unix socket that was bound here, with the file's
// identity: a path that somebody has replaced since is not ours to remove.
type ownedPath struct {
	name string
	info fs.FileInfo
}

func (p *ownedPath) remove() error {
	now, err := os.Lstat(p.name)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(now, p.info) {
		return nil
	}
	if err != nil {
		return err
	}
	return os.Remove(p.name)
}

// openUnix binds and listens. Permissions and owner are set before listening
// begins, so that nobody connects earlier than they allow.
func (l *listener) openUnix(fd int, sa unix.Sockaddr, spec loop.ListenSpec) error {
	path := spec.Addr.Path
	if path[0] == '@' {
		if err := unix.Bind(fd, sa); err != nil {
			return os.NewSyscallError("bind", err)
		}
		return l.listen(fd)
	}
	if err := removeStale(path, sa); err != nil {
		return err
	}
	if err := unix.Bind(fd, sa); err != nil {
		return os.NewSyscallError("bind", err)
	}
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	l.path = &ownedPath{path, info}
	if spec.UnixMode != 0 {
		if err := os.Chmod(path, fs.FileMode(spec.UnixMode)&fs.ModePerm); err != nil {
			return err
		}
	}
	if spec.UnixUID > 0 || spec.UnixGID > 0 {
		if err := os.Lchown(path, orLeave(spec.UnixUID), orLeave(spec.UnixGID)); err != nil {
			return err
		}
	}
	return l.listen(fd)
}

func orLeave(id int) int {
	if id <= 0 {
		return -1
	}
	return id
}

// removeStale removes a socket that nobody listens on, and nothing else.
func removeStale(path string, sa unix.Sockaddr) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Mode()&fs.ModeSocket == 0 {
		return os.NewSyscallError("bind", unix.EADDRINUSE)
	}
	fd, err := newSocket(unix.AF_UNIX)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if !errors.Is(unix.Connect(fd, sa), unix.ECONNREFUSED) {
		return os.NewSyscallError("bind", unix.EADDRINUSE)
	}
	return os.Remove(path)
}
