package sock

import "github.com/golws/golws/core/loop/sock/notify"

// BufferSize is the size of the receive buffer that New makes.
const BufferSize = 128 << 10

// nestedSize is the size of the receive buffers for turns within Data, while
// Config.Buffer is lent.
const nestedSize = 16 << 10

// Config is what New can be told. Its zero value is usable.
type Config struct {
	// Buffer is the loop's receive buffer. The driver reads into it until it
	// is closed; it may be C memory. One of BufferSize is made where it is nil.
	Buffer []byte
	// Notifier tells what is ready and is the driver's from then on. The
	// system's own is made where it is nil.
	Notifier notify.Notifier
}
