package host

// What a Backend tells, from outside of any call. An error with ErrHandle says
// that the module has closed the connection meanwhile.

// problem is the text of an error for the module, nil for none.
func problem(err error) []byte {
	if err == nil {
		return nil
	}
	return []byte(err.Error())
}

// Opened tells how Backend.Open ended.
func (i *Instance) Opened(conn int32, err error) error {
	_, e := i.With("golws_conn_opened", 1, []uint64{uint64(uint32(conn))}, problem(err))
	return e
}

// Data gives bytes that have arrived. They are copied to the receive buffer,
// unless they lie there.
func (i *Instance) Data(conn int32, b []byte) error {
	for len(b) > 0 {
		if i.over != nil {
			return i.over
		}
		at, n := i.rx, min(len(b), int(i.rxSize))
		if o, ok := i.offset(b); ok {
			at, n = o, len(b)
		} else {
			i.mem.Write(i.rx, b[:n])
		}
		b = b[n:]
		if _, err := i.Invoke("golws_conn_data", uint64(uint32(conn)), uint64(at), uint64(n)); err != nil {
			return err
		}
	}
	return nil
}

// ReceiveBuffer is the module's, to read into for Data.
func (i *Instance) ReceiveBuffer() []byte { return i.view(i.rx, i.rxSize) }

// Writable tells that there is space again.
func (i *Instance) Writable(conn int32) error {
	_, err := i.Invoke("golws_conn_writable", uint64(uint32(conn)))
	return err
}

// Ended tells that the peer sends no more, or that the connection is broken.
func (i *Instance) Ended(conn int32, err error) error {
	_, e := i.With("golws_conn_ended", 1, []uint64{uint64(uint32(conn))}, problem(err))
	return e
}

// NewConn is a handle for a connection that came by itself, of a context or a
// listener of one.
func (i *Instance) NewConn(cx int32, remote, local string) (int32, error) {
	return i.With("golws_conn_new", 1, []uint64{uint64(uint32(cx))}, []byte(remote), []byte(local))
}

// Accepted gives a listener's new connection; false says that it was refused
// and is closed.
func (i *Instance) Accepted(lsn, conn int32) (bool, error) {
	n, err := i.Invoke("golws_accepted", uint64(uint32(lsn)), uint64(uint32(conn)))
	return n == 1, err
}

// AcceptFailed tells of an error of accepting.
func (i *Instance) AcceptFailed(lsn int32, err error) error {
	_, e := i.With("golws_accept_failed", 1, []uint64{uint64(uint32(lsn))}, problem(err))
	return e
}

// Resolved answers Backend.Resolve with addresses, comma separated.
func (i *Instance) Resolved(qry int32, addrs string, err error) error {
	_, e := i.With("golws_resolved", 1, []uint64{uint64(uint32(qry))}, []byte(addrs), problem(err))
	return e
}

// Tick tells that time has passed.
func (i *Instance) Tick() error {
	_, err := i.Invoke("golws_tick")
	return err
}

// OpenedWS tells that PlatformBackend.OpenWS has succeeded.
func (i *Instance) OpenedWS(conn int32, protocol string) error {
	_, err := i.With("golws_ws_opened", 1, []uint64{uint64(uint32(conn))}, []byte(protocol))
	return err
}

// MessageWS gives a message, or a piece of one.
func (i *Instance) MessageWS(conn int32, b []byte, first, final, binary bool) error {
	flags := uint64(0)
	for k, on := range []bool{first, final, binary} {
		if on {
			flags |= 1 << k
		}
	}
	_, err := i.With("golws_ws_message", 1, []uint64{uint64(uint32(conn)), flags}, b)
	return err
}

// ClosedWS tells that the WebSocket has closed, or could not be opened.
func (i *Instance) ClosedWS(conn int32, code int, reason string, clean bool) error {
	_, err := i.With("golws_ws_closed", 2, []uint64{uint64(uint32(conn)), uint64(code), status32(clean)}, []byte(reason))
	return err
}

func status32(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}
