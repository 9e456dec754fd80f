package sock

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

const keepIdle = unix.TCP_KEEPIDLE

func accept(fd int) (int, unix.Sockaddr, error) {
	return unix.Accept4(fd, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
}

func bindDevice(_, _ int, name string) error {
	return fmt.Errorf("bind to device %s: %w", name, errors.ErrUnsupported)
}
