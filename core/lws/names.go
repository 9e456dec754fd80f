package lws

import (
	"context"
	"net"
	"net/netip"
	"sync"
)

// systemResolver resolves by the system's means, or by asking servers, on a
// goroutine of its own.
type systemResolver struct{ servers []netip.Addr }

const domainPort = 53

// Resolve prefers no family: addresses come in the system's order.
func (s systemResolver) Resolve(host string, done func([]netip.Addr, error)) (cancel func()) {
	ctx, cancel := context.WithCancel(context.Background())
	r := net.DefaultResolver
	if len(s.servers) > 0 {
		tries := 0
		var mu sync.Mutex // A and AAAA are asked for at once
		r = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			mu.Lock()
			at := netip.AddrPortFrom(s.servers[tries%len(s.servers)], domainPort)
			tries++
			mu.Unlock()
			var d net.Dialer
			return d.DialContext(ctx, network, at.String())
		}}
	}
	go func() {
		defer cancel()
		as, err := r.LookupNetIP(ctx, "ip", host)
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
