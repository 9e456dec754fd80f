package ws

import (
	"crypto/sha1"
	"encoding/base64"
)

// Version is the value of Sec-WebSocket-Version (RFC 6455 section 4.1).
const Version = "13"

// guid is joined to the client's key before it is hashed (RFC 6455 section 1.3).
const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

const (
	keyLen    = 24 // base64 of 16 bytes
	acceptLen = 28 // base64 of a SHA-1 sum
)

// ValidKey reports whether key, the value of Sec-WebSocket-Key without white space around it,
// is base64 of 16 bytes (RFC 6455 section 4.2.1).
func ValidKey[S ~string | ~[]byte](key S) bool {
	if len(key) != keyLen || key[keyLen-2] != '=' || key[keyLen-1] != '=' {
		return false
	}
	for i := range keyLen - 2 {
		c := key[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '+' || c == '/') {
			return false
		}
	}
	return true
}

// NewKey is the value of Sec-WebSocket-Key for a client. RFC 6455 section 4.1 wants random to
// be fresh and unpredictable for each connection.
func NewKey(random [16]byte) string {
	return base64.StdEncoding.EncodeToString(random[:])
}

// AppendAccept appends the value of Sec-WebSocket-Accept that answers key (RFC 6455 section
// 4.2.2).
func AppendAccept[S ~string | ~[]byte](dst []byte, key S) []byte {
	buf := make([]byte, 0, keyLen+len(guid))
	buf = append(buf, key...)
	buf = append(buf, guid...)
	sum := sha1.Sum(buf)
	return base64.StdEncoding.AppendEncode(dst, sum[:])
}

// AcceptKey is the value of Sec-WebSocket-Accept that answers key.
func AcceptKey[S ~string | ~[]byte](key S) string {
	return string(AppendAccept(make([]byte, 0, acceptLen), key))
}
