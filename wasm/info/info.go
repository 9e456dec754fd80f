package info

import (
	"fmt"
	"math"
	"reflect"

	"github.com/fxamacker/cbor/v2"
	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/role/ws"
)

var mapType = reflect.TypeOf(map[string]any(nil))

// Options of vhosts and contexts (lws-context-vhost.h, LWS_SERVER_OPTION_…).
const (
	optSkipServerName = 1 << 2
	optDisableIPv6    = 1 << 5
	optValidateUTF8   = 1 << 8
	optExplicitVhosts = 1 << 13
	optUnixSock       = 1 << 14
	optV6OnlyModify   = 1 << 16
	optV6OnlyValue    = 1 << 17
	optFallback       = 1 << 20
	optOnlyRaw        = 1 << 22
	optListenShare    = 1 << 23
	optSkipInit       = 1 << 25
	optStrictHost     = 1 << 27
	optBestPractices  = 1 << 28
	optFailUnbound    = 1 << 30
	optInitAll        = 1 << 42

	optKnown = optSkipServerName | optDisableIPv6 | optValidateUTF8 | optExplicitVhosts | optUnixSock | optV6OnlyModify |
		optV6OnlyValue | optFallback | optOnlyRaw | optListenShare | optSkipInit | optStrictHost | optBestPractices |
		optFailUnbound | optInitAll
)

// Creation is a lws_context_creation_info.
type Creation struct {
	Vhost engine.VhostOptions // a protocol's Face is its token, an int32

	// The context's own.
	HeadBytes, PieceSize int
	ExplicitVhosts       bool
	PlatformWS           bool
}

// Context reads what lws_create_context gets.
func Context(b []byte) (*Creation, error) { return creation(b, true) }

// Vhost reads what lws_create_vhost gets.
func Vhost(b []byte) (*Creation, error) { return creation(b, false) }

func creation(b []byte, context bool) (*Creation, error) {
	f, err := parse(b, "lws_context_creation_info")
	if err != nil {
		return nil, err
	}
	c := &Creation{}
	if context {
		c.HeadBytes = int(f.number("max_http_header_data2", 0, 1<<20))
		if n := int(f.number("max_http_header_data", 0, math.MaxUint16)); c.HeadBytes == 0 {
			c.HeadBytes = n
		}
		c.PieceSize = int(f.number("pt_serv_buf_size", 0, 1<<24))
		c.PlatformWS = f.flag("golws_platform_ws")
	}
	opts := f.number("options", 0, 1<<53)
	if extra := opts &^ optKnown; extra != 0 {
		f.fail("options", fmt.Sprintf("%#x are not known here", extra))
	}
	has := func(o int64) bool { return opts&o == o }
	c.ExplicitVhosts = has(optExplicitVhosts)
	c.Vhost = engine.VhostOptions{
		Name: f.text("vhost_name"), Iface: f.text("iface"), Port: int(f.numberOr("port", engine.NoListenServer, 65535, engine.NoListen)),
		Protocols: protocols(f), PVOs: options(f, "pvo"), Mounts: mounts(f), Headers: options(f, "headers"),
		ListenFD: -1, UnixUID: -1, UnixGID: -1,
		UnixSocket: has(optUnixSock), DisableIPv6: has(optDisableIPv6), V6Only: has(optV6OnlyModify | optV6OnlyValue),
		ShareListen: has(optListenShare), StrictHost: has(optStrictHost),
		ValidateUTF8: has(optValidateUTF8), BestPractice: has(optBestPractices),
		SkipInit:     has(optSkipInit),
		ServerString: f.text("server_string"), Error404: f.text("error_document_404"),
		Timeout: f.seconds("timeout_secs"), ConnectTimeout: f.seconds("connect_timeout_secs"),
		KeepAliveIdle: f.seconds("keepalive_timeout"), HeadTimeout: f.seconds("timeout_secs_ah_idle"),
		BodyLimit: f.number("golws_http_body_limit", 0, 1<<53),
		Retry:     retry(f), Extensions: extensions(f),
	}
	f.pass("user")
	c.Vhost.AcceptAs(f.text("listen_accept_role"), f.text("listen_accept_protocol"), has(optOnlyRaw), has(optFallback))
	return c, f.done()
}

func protocols(f fields) (out []*engine.Protocol) {
	f.each("protocols", func(e fields) {
		out = append(out, &engine.Protocol{
			Name: e.text("name"), Face: int32(e.number("callback", math.MinInt32, math.MaxInt32)),
			RxBufferSize: int(e.number("rx_buffer_size", 0, 1<<24)),
		})
		e.pass("id", "user", "tx_packet_size")
	})
	return out
}

// extensions takes permessage-deflate, the one that there is.
func extensions(f fields) any {
	var d *ws.Deflate
	f.each("extensions", func(e fields) {
		if name := e.text("name"); name != "permessage-deflate" {
			e.fail("name", fmt.Sprintf("no extension %q, only permessage-deflate", name))
			return
		}
		d = &ws.Deflate{}
		if offer := e.text("client_offer"); offer != "" {
			var err error
			if d, err = ws.ParseDeflate(offer); err != nil {
				e.fail("client_offer", err.Error())
			}
		}
	})
	if d == nil {
		return nil
	}
	return d
}

// encoding gives the same bytes for the same options.
var encoding = func() cbor.EncMode {
	m, err := cbor.CanonicalEncOptions().EncMode()
	if err != nil {
		panic(err) // the options are constants
	}
	return m
}()

// options reads a list of lws_protocol_vhost_options; Face is the CBOR of what
// is below, for PROTOCOL_INIT.
func options(f fields, key string) (out []*engine.PVO) {
	f.each(key, func(e fields) {
		var below []byte
		if v, ok := e.m["options"]; ok {
			var err error
			if below, err = encoding.Marshal(v); err != nil {
				e.fail("options", err.Error())
			}
		}
		out = append(out, &engine.PVO{Name: e.text("name"), Value: e.text("value"), Options: options(e, "options"), Face: below})
	})
	return out
}

func mounts(f fields) (out []*engine.Mount) {
	f.each("mounts", func(e fields) {
		out = append(out, &engine.Mount{
			Mountpoint: e.text("mountpoint"), Origin: e.text("origin"), Default: e.text("def"), Protocol: e.text("protocol"),
			OriginKind: engine.MountKind(e.number("origin_protocol", 0, int64(engine.MountNone))),
			MimeTypes:  options(e, "extra_mimetypes"), Headers: options(e, "headers"),
			CacheMaxAge: int(e.number("cache_max_age", 0, math.MaxInt32)), CacheReuse: e.flag("cache_reusable"),
			CacheRevalid: e.flag("cache_revalidate"), CachePublic: e.flag("cache_intermediaries"), CacheNo: e.flag("cache_no"),
			BasicAuth: e.text("basic_auth_login_file"), AuthMask: uint(e.number("auth_mask", 0, math.MaxUint32)),
			KeepAlive: e.seconds("keepalive_timeout"),
		})
	})
	return out
}

func retry(f fields) (p *engine.RetryPolicy) {
	f.sub("retry_and_idle_policy", func(e fields) {
		p = &engine.RetryPolicy{
			PingSecs:   int(e.number("secs_since_valid_ping", 0, math.MaxUint16)),
			HangupSecs: int(e.number("secs_since_valid_hangup", 0, math.MaxUint16)),
		}
		e.pass("retry_ms_table", "conceal_count", "jitter_percent") // when to try again is for who tries
	})
	return p
}

// Connection is a lws_client_connect_info. Its handles are to be looked up.
type Connection struct {
	engine.ConnectInfo
	VhostHandle, ParentHandle int32 // 0 for none
	HasUser                   bool
	UserNumber, OpaqueNumber  int32
}

// Connect reads what lws_client_connect_via_info gets.
func Connect(b []byte) (*Connection, error) {
	f, err := parse(b, "lws_client_connect_info")
	if err != nil {
		return nil, err
	}
	_, hasUser := f.m["userdata"]
	c := &Connection{
		VhostHandle: int32(f.number("vhost", 0, math.MaxInt32)), ParentHandle: int32(f.number("parent_wsi", 0, math.MaxInt32)),
		HasUser: hasUser, UserNumber: int32(f.number("userdata", math.MinInt32, math.MaxInt32)),
		OpaqueNumber: int32(f.number("opaque_user_data", math.MinInt32, math.MaxInt32)),
		ConnectInfo: engine.ConnectInfo{
			Address: f.text("address"), Port: int(f.number("port", 0, 65535)), Path: f.text("path"), Host: f.text("host"), Origin: f.text("origin"),
			Protocols: f.text("protocol"), LocalProtocol: f.text("local_protocol_name"), Method: f.text("method"),
			SSL: uint(f.number("ssl_connection", 0, math.MaxInt32)), Iface: f.text("iface"), LocalPort: int(f.number("local_port", 0, 65535)),
			Retry: retry(f), AllowReservedBits: f.flag("allow_reserved_bits"), AllowUnknownOpcode: f.flag("allow_unknown_opcode"),
			AuthUser: f.text("auth_username"), AuthPass: f.text("auth_password"),
		},
	}
	return c, f.done()
}

// Adoption is a lws_adopt_desc_t.
type Adoption struct {
	Conn, Parent, Opaque int32
	HTTP                 bool
	Protocol             string
}

// Types of lws_adopt_desc_t (lws-adopt.h).
const (
	adoptHTTP   = 1
	adoptSocket = 2
)

// Adopt reads what lws_adopt_descriptor_vhost_via_info gets.
func Adopt(b []byte) (*Adoption, error) {
	f, err := parse(b, "lws_adopt_desc_t")
	if err != nil {
		return nil, err
	}
	kind := f.numberOr("type", 0, math.MaxInt32, adoptHTTP|adoptSocket)
	if kind&^(adoptHTTP|adoptSocket) != 0 {
		f.fail("type", "only LWS_ADOPT_SOCKET and LWS_ADOPT_HTTP")
	}
	a := &Adoption{
		Conn: int32(f.number("fd", 1, math.MaxInt32)), Parent: int32(f.number("parent", 0, math.MaxInt32)),
		Opaque: int32(f.number("opaque", math.MinInt32, math.MaxInt32)), HTTP: kind&adoptHTTP != 0, Protocol: f.text("vh_prot_name"),
	}
	return a, f.done()
}
