package info_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/wasm/info"
)

type m = map[string]any

func encode(t testing.TB, v any) []byte {
	t.Helper()
	mode, err := cbor.CanonicalEncOptions().EncMode()
	if err != nil {
		t.Fatal(err)
	}
	b, err := mode.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func full() m {
	return m{
		"port": 80, "iface": "::1", "vhost_name": "v", "options": float64(1<<42 | 1<<27 | 1<<22 | 1<<13), "user": -5, "server_string": "s", "error_document_404": "/e",
		"timeout_secs": 1, "connect_timeout_secs": 2, "keepalive_timeout": 3, "timeout_secs_ah_idle": 4,
		"listen_accept_role": "raw-skt", "listen_accept_protocol": "p", "max_http_header_data": 5, "pt_serv_buf_size": 6, "golws_platform_ws": true, "golws_http_body_limit": 1 << 40,
		"protocols": []any{m{"name": "p", "callback": -7, "rx_buffer_size": 8, "id": 9, "user": 10, "tx_packet_size": 11}},
		"headers":   []any{m{"name": "h", "value": "v"}},
		"pvo":       []any{m{"name": "p", "options": []any{m{"name": "a", "value": "b"}}}},
		"mounts": []any{m{
			"mountpoint": "/", "origin": "/o", "def": "d", "protocol": "p", "origin_protocol": 2, "cache_max_age": 12, "cache_reusable": 1,
			"cache_revalidate": true, "cache_intermediaries": 1, "cache_no": 0, "auth_mask": 1 << 28, "basic_auth_login_file": "l", "keepalive_timeout": 13,
			"extra_mimetypes": []any{m{"name": ".x", "value": "a/b"}}, "headers": []any{},
		}},
		"extensions":            []any{m{"name": "permessage-deflate", "client_offer": "permessage-deflate"}},
		"retry_and_idle_policy": m{"retry_ms_table": []any{1, 2}, "conceal_count": 3, "secs_since_valid_ping": 4, "secs_since_valid_hangup": 5, "jitter_percent": 6},
	}
}

func TestEveryMember(t *testing.T) {
	c, err := info.Context(encode(t, full()))
	if err != nil {
		t.Fatal(err)
	}
	v := c.Vhost
	if v.Port != 80 || v.Iface != "::1" || v.Name != "v" || !v.StrictHost || !c.ExplicitVhosts || v.Timeout != 1e6 || v.ConnectTimeout != 2e6 ||
		v.KeepAliveIdle != 3e6 || v.HeadTimeout != 4e6 || v.ListenRole != "raw-skt" || v.ListenProtocol != "p" || c.HeadBytes != 5 || c.PieceSize != 6 ||
		!c.PlatformWS || v.BodyLimit != 1<<40 || v.ServerString != "s" || v.Error404 != "/e" || v.Extensions == nil {
		t.Errorf("%+v", c)
	}
	p := v.Protocols[0]
	if p.Name != "p" || p.Face != int32(-7) || p.RxBufferSize != 8 {
		t.Errorf("%+v", p)
	}
	mt := v.Mounts[0]
	if mt.Mountpoint != "/" || mt.Origin != "/o" || mt.Default != "d" || mt.OriginKind != engine.MountFile || mt.CacheMaxAge != 12 || !mt.CacheReuse ||
		!mt.CacheRevalid || !mt.CachePublic || mt.CacheNo || mt.AuthMask != 1<<28 || mt.BasicAuth != "l" || mt.KeepAlive != 13e6 || mt.MimeTypes[0].Name != ".x" {
		t.Errorf("%+v", mt)
	}
	if r := v.Retry; r == nil || *r != (engine.RetryPolicy{PingSecs: 4, HangupSecs: 5}) {
		t.Errorf("%+v", r)
	}
	if o := v.PVOs[0]; o.Options[0].Value != "b" || !bytes.Equal(o.Face.([]byte), encode(t, []any{m{"name": "a", "value": "b"}})) {
		t.Errorf("%+v", o)
	}
	if v.Headers[0].Value != "v" {
		t.Errorf("%+v", v.Headers[0])
	}
}

// Every member that is looked at refuses what it is not, and says which one it is.
func TestEveryMemberIsChecked(t *testing.T) {
	for key := range full() {
		if key == "user" {
			continue
		}
		for _, bad := range []any{m{"no": 1}, []any{m{"no": 1}}, []byte("bytes"), 1e300} {
			in := full()
			in[key] = bad
			_, err := info.Context(encode(t, in))
			var f *info.FieldError
			if !errors.As(err, &f) || !bytes.Contains([]byte(f.Path), []byte(key)) {
				t.Errorf("%s = %v: %v", key, bad, err)
			}
		}
	}
}

func TestConnectAndAdopt(t *testing.T) {
	c, err := info.Connect(encode(t, m{
		"address": "a", "port": 1, "path": "/p", "host": "h", "origin": "o", "protocol": "x,y", "local_protocol_name": "l", "method": "GET",
		"ssl_connection": 1, "vhost": 77, "parent_wsi": 88, "userdata": 0, "opaque_user_data": -1, "iface": "127.0.0.1", "local_port": 2,
		"allow_reserved_bits": 1, "allow_unknown_opcode": false, "auth_username": "u", "auth_password": "p", "retry_and_idle_policy": m{},
	}))
	if err != nil {
		t.Fatal(err)
	}
	if !c.HasUser || c.UserNumber != 0 || c.OpaqueNumber != -1 || c.VhostHandle != 77 || c.ParentHandle != 88 || c.Retry == nil || !c.AllowReservedBits ||
		c.AllowUnknownOpcode || c.Protocols != "x,y" || c.LocalPort != 2 || c.AuthPass != "p" || c.Method != "GET" || c.SSL != 1 {
		t.Errorf("%+v", c)
	}
	if _, err := info.Connect(encode(t, m{"adress": "x"})); err == nil || err.Error() != "lws_client_connect_info.adress: no such member here" {
		t.Errorf("%v", err)
	}
	a, err := info.Adopt(encode(t, m{"fd": 5, "vh_prot_name": "p", "type": 2, "parent": 6, "opaque": 7}))
	if err != nil || *a != (info.Adoption{Conn: 5, Parent: 6, Opaque: 7, Protocol: "p"}) {
		t.Errorf("%+v %v", a, err)
	}
	for _, bad := range []m{{"fd": 5, "type": 4}, {"fd": -1}} {
		if _, err := info.Adopt(encode(t, bad)); err == nil {
			t.Errorf("%v was taken", bad)
		}
	}
}

// Bytes that duplicate a key, or use what CBOR has and maps of ours have not.
func TestOddCBOR(t *testing.T) {
	for name, b := range map[string][]byte{
		"a key twice":    {0xa2, 0x64, 'p', 'o', 'r', 't', 1, 0x64, 'p', 'o', 'r', 't', 2},
		"a number key":   {0xa1, 1, 2},
		"a tag":          {0xa1, 0x64, 'p', 'o', 'r', 't', 0xc2, 0x41, 1},
		"text no UTF-8":  {0xa1, 0x65, 'i', 'f', 'a', 'c', 'e', 0x61, 0xff},
		"a huge array":   {0xa1, 0x69, 'p', 'r', 'o', 't', 'o', 'c', 'o', 'l', 's', 0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
		"a huge text":    {0xa1, 0x65, 'i', 'f', 'a', 'c', 'e', 0x7b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
		"nothing at all": {},
	} {
		if _, err := info.Vhost(b); !errors.Is(err, info.ErrCBOR) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzInfo: whatever is read, nothing panics, and what is refused says why.
func FuzzInfo(f *testing.F) {
	f.Add(encode(f, full()))
	f.Add(encode(f, m{"address": "a", "port": 1, "retry_and_idle_policy": m{"retry_ms_table": []any{1}}}))
	f.Add(encode(f, m{"fd": 5, "type": 3}))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, read := range []func([]byte) error{
			func(b []byte) error { _, err := info.Context(b); return err },
			func(b []byte) error { _, err := info.Vhost(b); return err },
			func(b []byte) error { _, err := info.Connect(b); return err },
			func(b []byte) error { _, err := info.Adopt(b); return err },
		} {
			err := read(b)
			var field *info.FieldError
			if err != nil && !errors.Is(err, info.ErrCBOR) && !errors.As(err, &field) {
				t.Errorf("%v", err)
			}
		}
	})
}
