package h1

// Token is a field name that is found by index. Its value is that of lws's
// WSI_TOKEN_* enumerator (enum lws_token_indexes of lws 4.5), so that the C
// face needs no table between them. Enumerators that are not field names have
// no Token.
type Token uint8

// NoToken stands for every other field name.
const NoToken Token = 0

// The known field names.
const (
	TokenHost                        Token = 3
	TokenConnection                  Token = 4
	TokenUpgrade                     Token = 5
	TokenOrigin                      Token = 6
	TokenSecWebSocketDraft           Token = 7
	TokenSecWebSocketExtensions      Token = 9
	TokenSecWebSocketKey1            Token = 10
	TokenSecWebSocketKey2            Token = 11
	TokenSecWebSocketProtocol        Token = 12
	TokenSecWebSocketAccept          Token = 13
	TokenSecWebSocketNonce           Token = 14
	TokenHTTP2Settings               Token = 16
	TokenAccept                      Token = 17
	TokenAccessControlRequestHeaders Token = 18
	TokenIfModifiedSince             Token = 19
	TokenIfNoneMatch                 Token = 20
	TokenAcceptEncoding              Token = 21
	TokenAcceptLanguage              Token = 22
	TokenPragma                      Token = 23
	TokenCacheControl                Token = 24
	TokenAuthorization               Token = 25
	TokenCookie                      Token = 26
	TokenContentLength               Token = 27
	TokenContentType                 Token = 28
	TokenDate                        Token = 29
	TokenRange                       Token = 30
	TokenReferer                     Token = 31
	TokenSecWebSocketKey             Token = 32
	TokenSecWebSocketVersion         Token = 33
	TokenSecWebSocketOrigin          Token = 34
	TokenAcceptCharset               Token = 40
	TokenAcceptRanges                Token = 41
	TokenAccessControlAllowOrigin    Token = 42
	TokenAge                         Token = 43
	TokenAllow                       Token = 44
	TokenContentDisposition          Token = 45
	TokenContentEncoding             Token = 46
	TokenContentLanguage             Token = 47
	TokenContentLocation             Token = 48
	TokenContentRange                Token = 49
	TokenETag                        Token = 50
	TokenExpect                      Token = 51
	TokenExpires                     Token = 52
	TokenFrom                        Token = 53
	TokenIfMatch                     Token = 54
	TokenIfRange                     Token = 55
	TokenIfUnmodifiedSince           Token = 56
	TokenLastModified                Token = 57
	TokenLink                        Token = 58
	TokenLocation                    Token = 59
	TokenMaxForwards                 Token = 60
	TokenProxyAuthenticate           Token = 61
	TokenProxyAuthorization          Token = 62
	TokenRefresh                     Token = 63
	TokenRetryAfter                  Token = 64
	TokenServer                      Token = 65
	TokenSetCookie                   Token = 66
	TokenStrictTransportSecurity     Token = 67
	TokenTransferEncoding            Token = 68
	TokenUserAgent                   Token = 69
	TokenVary                        Token = 70
	TokenVia                         Token = 71
	TokenWWWAuthenticate             Token = 72
	TokenXRealIP                     Token = 78
	TokenXForwardedFor               Token = 80
	TokenTE                          Token = 83
	TokenReplayNonce                 Token = 84
	TokenXAuthToken                  Token = 86
	TokenDSSSignature                Token = 87

	tokenCount = 88
)

var tokenNames = [tokenCount]string{
	TokenHost:                        "host",
	TokenConnection:                  "connection",
	TokenUpgrade:                     "upgrade",
	TokenOrigin:                      "origin",
	TokenSecWebSocketDraft:           "sec-websocket-draft",
	TokenSecWebSocketExtensions:      "sec-websocket-extensions",
	TokenSecWebSocketKey1:            "sec-websocket-key1",
	TokenSecWebSocketKey2:            "sec-websocket-key2",
	TokenSecWebSocketProtocol:        "sec-websocket-protocol",
	TokenSecWebSocketAccept:          "sec-websocket-accept",
	TokenSecWebSocketNonce:           "sec-websocket-nonce",
	TokenHTTP2Settings:               "http2-settings",
	TokenAccept:                      "accept",
	TokenAccessControlRequestHeaders: "access-control-request-headers",
	TokenIfModifiedSince:             "if-modified-since",
	TokenIfNoneMatch:                 "if-none-match",
	TokenAcceptEncoding:              "accept-encoding",
	TokenAcceptLanguage:              "accept-language",
	TokenPragma:                      "pragma",
	TokenCacheControl:                "cache-control",
	TokenAuthorization:               "authorization",
	TokenCookie:                      "cookie",
	TokenContentLength:               "content-length",
	TokenContentType:                 "content-type",
	TokenDate:                        "date",
	TokenRange:                       "range",
	TokenReferer:                     "referer",
	TokenSecWebSocketKey:             "sec-websocket-key",
	TokenSecWebSocketVersion:         "sec-websocket-version",
	TokenSecWebSocketOrigin:          "sec-websocket-origin",
	TokenAcceptCharset:               "accept-charset",
	TokenAcceptRanges:                "accept-ranges",
	TokenAccessControlAllowOrigin:    "access-control-allow-origin",
	TokenAge:                         "age",
	TokenAllow:                       "allow",
	TokenContentDisposition:          "content-disposition",
	TokenContentEncoding:             "content-encoding",
	TokenContentLanguage:             "content-language",
	TokenContentLocation:             "content-location",
	TokenContentRange:                "content-range",
	TokenETag:                        "etag",
	TokenExpect:                      "expect",
	TokenExpires:                     "expires",
	TokenFrom:                        "from",
	TokenIfMatch:                     "if-match",
	TokenIfRange:                     "if-range",
	TokenIfUnmodifiedSince:           "if-unmodified-since",
	TokenLastModified:                "last-modified",
	TokenLink:                        "link",
	TokenLocation:                    "location",
	TokenMaxForwards:                 "max-forwards",
	TokenProxyAuthenticate:           "proxy-authenticate",
	TokenProxyAuthorization:          "proxy-authorization",
	TokenRefresh:                     "refresh",
	TokenRetryAfter:                  "retry-after",
	TokenServer:                      "server",
	TokenSetCookie:                   "set-cookie",
	TokenStrictTransportSecurity:     "strict-transport-security",
	TokenTransferEncoding:            "transfer-encoding",
	TokenUserAgent:                   "user-agent",
	TokenVary:                        "vary",
	TokenVia:                         "via",
	TokenWWWAuthenticate:             "www-authenticate",
	TokenXRealIP:                     "x-real-ip",
	TokenXForwardedFor:               "x-forwarded-for",
	TokenTE:                          "te",
	TokenReplayNonce:                 "replay-nonce",
	TokenXAuthToken:                  "x-auth-token",
	TokenDSSSignature:                "dss-signature",
}

// String is the field name in lower case, empty when t is none.
func (t Token) String() string {
	if int(t) >= tokenCount {
		return ""
	}
	return tokenNames[t]
}

// TokenOf finds the Token of a field name in any case, NoToken when it is not
// a known one.
func TokenOf[T Text](name T) Token {
	if len(name) == 0 {
		return NoToken
	}
	for i := tokenHash(name); ; i++ {
		t := tokenIndex[i]
		if t == NoToken || EqualFold(tokenNames[t], name) {
			return t
		}
	}
}

// tokenIndex is an open-addressed table, a quarter full; the hash touches
// three bytes, and runs on past its end instead of wrapping.
var tokenIndex = func() (t [256 + tokenCount + 1]Token) {
	for i, name := range tokenNames {
		if name == "" {
			continue
		}
		h := tokenHash(name)
		for t[h] != NoToken {
			h++
		}
		t[h] = Token(i)
	}
	return
}()

func tokenHash[T Text](name T) uint8 {
	n := len(name)
	return uint8(n)*37 + (name[0]|0x20)*7 + (name[n/2]|0x20)*3 + (name[n-1] | 0x20)
}
