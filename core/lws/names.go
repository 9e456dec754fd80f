package lws

import (
	"context"
	"net"
	"net/netip"
)

// systemResolver resolves by the system's means, on a goroutine of its own.
type systemResolver struct{}

// Resolve prefers no family: addresses come in the system's order.
func (systemResolver) Resolve(host string, done func([]netip.Addr, error)) (cancel func()) {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		defer cancel()
		as, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		done(as, err)
	}()
	return cancel
}

// interfaceAddrs are the addresses of a network interface, IPv4 first.
func interfaceAddrs(name string) ([]netip.Addr, error) {
	i, err := net.InterfaceByName(name)
	if err != nil {
		return nil, err
	}
	as, err := i.Addrs()
	if err != nil {
		return nil, err
	}
	var v4, v6 []netip.Addr
	for _, a := range as {
		n, ok := a.(*net.IPNet)
		if !ok {
			continue
		}
		ip, ok := netip.AddrFromSlice(n.IP)
		if !ok {
			continue
		}
		if ip = ip.Unmap(); ip.Is4() {
			v4 = append(v4, ip)
		} else {
			if ip.IsLinkLocalUnicast() {
				ip = ip.WithZone(name)
			}
			v6 = append(v6, ip)
		}
	}
	return append(v4, v6...), nil
}
