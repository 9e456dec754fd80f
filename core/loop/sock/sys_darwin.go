package sock

import (
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

const keepIdle = unix.TCP_KEEPALIVE

func accept(fd int) (int, unix.Sockaddr, error) {
	syscall.ForkLock.RLock()
	n, sa, err := unix.Accept(fd)
	if err == nil {
		unix.CloseOnExec(n)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return -1, nil, err
	}
	if err := unix.SetNonblock(n, true); err != nil {
		unix.Close(n)
		return -1, nil, err
	}
	return n, sa, nil
}

func bindDevice(fd, family int, name string) error {
	i, err := net.InterfaceByName(name)
	if err != nil {
		return err
	}
	level, option := unix.IPPROTO_IP, unix.IP_BOUND_IF
	if family == unix.AF_INET6 {
		level, option = unix.IPPROTO_IPV6, unix.IPV6_BOUND_IF
	}
	return os.NewSyscallError("setsockopt", unix.SetsockoptInt(fd, level, option, i.Index))
}
