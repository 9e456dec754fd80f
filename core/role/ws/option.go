package ws

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/wire/pmd"
)

// ErrNoDeflate is an option for a connection without permessage-deflate.
var ErrNoDeflate = errors.New("the connection does not compress")

// SetDeflateOption changes how an established connection compresses
// (lws_set_extension_option). The options are "compression_level", 1 to 9 or 0
// for the fastest, and "threshold", the length in bytes from which on a message
// is compressed. What lws programs size buffers with, "rx_buf_size",
// "tx_buf_size" and "mem_level", is taken and changes nothing: no such memory
// belongs to a connection.
func SetDeflateOption(w *engine.Wsi, name, value string) error {
	c := of(w)
	if c == nil || c.z == nil {
		return ErrNoDeflate
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 {
		return fmt.Errorf("permessage-deflate: %s=%q is not a number", name, value)
	}
	switch name {
	case "compression_level":
		if n > pmd.BestLevel {
			return fmt.Errorf("permessage-deflate: %s=%d is more than %d", name, n, pmd.BestLevel)
		}
		c.z.out.SetLevel(n)
	case "threshold":
		c.z.threshold = n
	case "rx_buf_size", "tx_buf_size", "mem_level":
	default:
		return fmt.Errorf("permessage-deflate has no option %q", name)
	}
	return nil
}
