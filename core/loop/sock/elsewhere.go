//go:build !(linux || darwin || freebsd)

package sock

import (
	"errors"
	"fmt"

	"github.com/golws/golws/core/loop"
)

// Driver is a loop.Driver of sockets; there is none on this system.
type Driver struct{ loop.Driver }

// New answers errors.ErrUnsupported.
func New(Config) (*Driver, error) {
	return nil, fmt.Errorf("sockets on this system: %w", errors.ErrUnsupported)
}
