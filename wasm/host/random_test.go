package host_test

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/golws/golws/wasm/host"
	"github.com/tetratelabs/wazero/api"
)

var seeds = flag.Int("seeds", 30, "how many times anything is called")

// Whatever an embedder calls, with whatever it has at hand, in and outside of
// callbacks: the module answers. It does not trap, and no context dies of it.
func TestAnythingMayBeCalled(t *testing.T) {
	for seed := range uint64(*seeds) {
		if anything(t, seed) {
			t.Fatalf("with seed %d", seed)
		}
	}
}

// anything says whether the test has failed.
func anything(t *testing.T, seed uint64) bool {
	rng := rand.New(rand.NewPCG(seed, 7))
	p := rig(t, "")
	p.strange = true
	var names []string
	params := map[string][]api.ValueType{}
	for name, types := range program(t, "").Signatures() {
		if name != "_initialize" && name != "golws_gc" {
			names = append(names, name)
			params[name] = types
		}
	}
	slices.Sort(names)
	rx, _ := p.i.Raw("golws_rx")
	tx, _ := p.i.Raw("golws_tx")
	handles := []int32{0, 1, -1}
	known := map[string][]int32{} // by what they are of
	often := []string{
		"golws_conn_new", "golws_accepted", "golws_conn_data", "golws_conn_data", "golws_conn_data", "lws_write", "lws_write", "lws_callback_on_writable",
		"lws_client_connect_via_info", "lws_adopt_descriptor_vhost_via_info", "golws_tick", "golws_conn_writable", "lws_rx_flow_control", "golws_ws_message",
	}
	kind := func(name string) string {
		switch {
		case strings.HasPrefix(name, "golws_accept"):
			return "lsn"
		case strings.HasPrefix(name, "golws_conn_new"), strings.HasPrefix(name, "lws_context"), name == "lws_client_connect_via_info", name == "lws_create_vhost":
			return "cx"
		case strings.HasPrefix(name, "golws_conn"), strings.HasPrefix(name, "golws_ws"):
			return "conn"
		case strings.HasPrefix(name, "lws_vhost"), name == "lws_adopt_descriptor_vhost_via_info", name == "lws_get_vhost_listen_port":
			return "vh"
		case name == "golws_resolved":
			return "qry"
		}
		return "wsi"
	}
	pick := func(of string) int32 {
		if open := slices.Sorted(maps.Values(p.lsns)); of == "lsn" && len(open) > 0 {
			return open[rng.IntN(len(open))]
		}
		l := known[of]
		if len(l) == 0 || rng.IntN(10) == 0 {
			return handles[len(handles)-1-rng.IntN(min(len(handles), 40))]
		}
		return l[len(l)-1-rng.IntN(min(len(l), 10))]
	}
	depth := 0
	var call func(at *host.Instance)
	bits := []string{
		"GET / HTTP/1.1\r\nHost: h\r\n\r\n", "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello",
		"GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
		"\x81\x85\x00\x00\x00\x00hello", "\x89\x80\x00\x00\x00\x00", "\x01\x81\x00\x00\x00\x00a", "\x88\x82\x00\x00\x00\x00\x03\xe8", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
		"192.0.2.1:80", "192.0.2.1", "default", "echo", "1.2.3.4, ::1", "",
	}
	tok := p.i.Protocol(func(c *host.Call) int {
		handles = append(handles, int32(c.Wsi))
		known["wsi"] = append(known["wsi"], int32(c.Wsi))
		if c.Reason == 17 || c.Reason == 105 { // FILTER_NETWORK_CONNECTION, CONNECTING
			known["conn"] = append(known["conn"], c.Num)
		}
		for depth < 3 && rng.IntN(3) == 0 {
			call(c.Instance)
		}
		return min(rng.IntN(30), 1) - 1
	})
	infos := []m{
		{"port": 0, "protocols": []any{m{"name": "echo", "callback": tok, "rx_buffer_size": 3}}},
		{"port": -2, "protocols": []any{m{"name": "echo", "callback": tok}}, "options": 1 << 20, "listen_accept_role": "raw-skt", "listen_accept_protocol": "echo"},
		{"port": 0, "golws_platform_ws": true, "protocols": []any{m{"name": "echo", "callback": tok}},
			"extensions": []any{m{"name": "permessage-deflate"}}, "mounts": []any{m{"mountpoint": "/m", "origin": "/www", "origin_protocol": 2}}},
		{"address": "192.0.2.1", "port": 7001, "protocol": "echo", "path": "/"}, {"address": "somewhere", "port": 80, "method": "GET", "path": "/"},
		{"address": "192.0.2.1", "port": 7002, "method": "RAW"},
	}
	call = func(i *host.Instance) {
		depth++
		defer func() { depth-- }()
		name := names[rng.IntN(len(names))]
		if rng.IntN(2) == 0 {
			name = often[rng.IntN(len(often))]
		}
		if strings.Contains(name, "destroy") && rng.IntN(10) > 0 || name == "lws_set_log_level" {
			return
		}
		at, n := []uint64{rx, tx, tx + 60000, 0, rng.Uint64() & 0xffffffff}[rng.IntN(5)], 0
		if at == rx || at == tx {
			var b []byte
			how := rng.IntN(3)
			if strings.HasSuffix(name, "_info") || strings.HasPrefix(name, "lws_create") {
				how = 0
			}
			switch how {
			case 0:
				in := infos[rng.IntN(len(infos))]
				switch {
				case strings.HasPrefix(name, "lws_adopt"):
					in = m{"fd": pick("conn"), "type": 2 + rng.IntN(2)}
				case name == "lws_client_connect_via_info":
					in = infos[3+rng.IntN(3)]
				case strings.HasPrefix(name, "lws_create"):
					in = infos[rng.IntN(3)]
				}
				var err error
				if b, err = cbor.Marshal(in); err != nil {
					t.Fatal(err)
				}
			case 1:
				for range 1 + rng.IntN(3) {
					b = append(b, bits[rng.IntN(len(bits))]...)
				}
			default:
				b = make([]byte, rng.IntN(40000))
			}
			if depth > 1 && at == rx {
				at = tx // the receive buffer is lent
			}
			if len(b) > 0 && rng.IntN(8) == 0 {
				b[rng.IntN(len(b))] ^= byte(rng.Uint32())
			}
			i.Memory().Write(uint32(at), b)
			n = len(b)
		}
		var args []uint64
		for k, ty := range params[name] {
			switch {
			case ty == api.ValueTypeF64:
				args = append(args, f64bits([]float64{0, -1, 1000, 1e15, 5}[rng.IntN(5)]))
			case name == "golws_alloc":
				args = append(args, uint64(rng.IntN(1000)))
			case k == 0:
				args = append(args, uint64(uint32(pick(kind(name)))))
			case k == 1 && name == "golws_accepted":
				args = append(args, uint64(uint32(pick("conn"))))
			default:
				switch rng.IntN(12) {
				case 0:
					args = append(args, uint64(uint32(rng.Int32())))
				case 1, 2:
					args = append(args, uint64(rng.IntN(4)))
				case 3:
					args = append(args, uint64(n))
				default:
					if len(args) > 0 && args[len(args)-1] == at {
						args = append(args, uint64(n))
					} else {
						args = append(args, at)
					}
				}
			}
		}
		if strings.HasPrefix(name, "lws_create_context") {
			args = []uint64{at, uint64(n)}
		}
		v, err := i.Raw(name, args...)
		if err != nil {
			t.Errorf("%s(%d): %v", name, args, err)
			return
		}
		if r := int32(uint32(v)); r > 1<<20 {
			handles = append(handles, r)
			switch name {
			case "golws_conn_new":
				known["conn"] = append(known["conn"], r)
				p.outside[r] = func([]byte) {}
			case "lws_create_context":
				known["cx"] = append(known["cx"], r)
			case "lws_create_vhost", "lws_get_vhost":
				known["vh"] = append(known["vh"], r)
			}
		}
	}
	for _, in := range infos[:3] {
		if cx, err := p.i.CreateContext(in); err == nil {
			known["cx"] = append(known["cx"], cx)
		}
	}
	for range 4000 {
		if p.i.Err() != nil || t.Failed() {
			break
		}
		call(p.i)
		for k := 0; k < 3 && len(p.todo) > 0; k++ {
			f := p.todo[0]
			p.todo = p.todo[1:]
			f()
		}
		if p.due != 0 {
			p.now = max(p.now, min(p.due, p.now+1e6))
		}
	}
	for _, g := range p.gone {
		if strings.HasSuffix(g, "true") {
			t.Error("a context died: " + strings.Join(p.logs, "\n"))
		}
	}
	if p.i.Err() == nil {
		c, err := p.i.Counters()
		if err != nil {
			t.Error(err)
		}
		if seed < 5 {
			t.Logf("%v callbacks, %v sends, %v allocations, left %v", c[12], c[13], c[0], fmt.Sprint(c[5:12]))
		}
	}
	return t.Failed()
}
