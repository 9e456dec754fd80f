//go:build linux || darwin || freebsd

package sock

import (
	"net"
	"net/netip"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/golws/golws/core/loop"
)

// sockaddr is a for the system, with its address family.
func sockaddr(a loop.Addr) (unix.Sockaddr, int, error) {
	ip := a.IP.Addr()
	switch {
	case a.IsUnix():
		return &unix.SockaddrUnix{Name: a.Path}, unix.AF_UNIX, nil
	case ip.Is4():
		return &unix.SockaddrInet4{Port: int(a.IP.Port()), Addr: ip.As4()}, unix.AF_INET, nil
	case ip.Is6():
		sa := &unix.SockaddrInet6{Port: int(a.IP.Port()), Addr: ip.As16()}
		if z := ip.Zone(); z != "" {
			id, err := zoneID(z)
			if err != nil {
				return nil, 0, err
			}
			sa.ZoneId = id
		}
		return sa, unix.AF_INET6, nil
	}
	return nil, 0, os.NewSyscallError("socket", unix.EAFNOSUPPORT)
}

func zoneID(z string) (uint32, error) {
	if n, err := strconv.ParseUint(z, 10, 32); err == nil {
		return uint32(n), nil
	}
	i, err := net.InterfaceByName(z)
	if err != nil {
		return 0, err
	}
	return uint32(i.Index), nil
}

// addr is the system's address for us: an unnamed unix socket is the zero
// Addr, an IPv4 address is shown as such on an IPv6 socket too, and a zone is
// the interface's number.
func addr(sa unix.Sockaddr) loop.Addr {
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return ipAddr(netip.AddrFrom4(sa.Addr), sa.Port)
	case *unix.SockaddrInet6:
		return ip6Addr(sa.Addr, sa.Port, sa.ZoneId)
	case *unix.SockaddrUnix:
		return loop.Addr{Path: sa.Name}
	}
	return loop.Addr{}
}

func ip6Addr(b [16]byte, port int, zone uint32) loop.Addr {
	ip := netip.AddrFrom16(b).Unmap()
	if zone != 0 {
		ip = ip.WithZone(strconv.FormatUint(uint64(zone), 10))
	}
	return ipAddr(ip, port)
}

func ipAddr(ip netip.Addr, port int) loop.Addr {
	return loop.Addr{IP: netip.AddrPortFrom(ip, uint16(port))}
}

// localAddr is the zero Addr where the system does not tell.
func localAddr(fd int) loop.Addr {
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return loop.Addr{}
	}
	return addr(sa)
}
