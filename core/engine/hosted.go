package engine

// ThreadEnder is a Face that has a thread's descriptor watched by somebody
// else's event loop.
type ThreadEnder interface {
	// ThreadEnded comes when everything on t has ended, on t's thread, before
	// its driver closes.
	ThreadEnded(t *Thread)
}

// Hosted runs f, which runs an event loop that calls Service for this thread.
// Until f is left, Destroy leaves the thread's end to that Service, or to
// Hosted behind it, as it does for a Service that waits.
func (t *Thread) Hosted(f func() error) error {
	outer := !t.hosted.Swap(true)
	var err error
	if !t.ctx.destroying.Load() {
		err = f()
	}
	if outer {
		t.hosted.Store(false)
	}
	if t.ctx.destroying.Load() {
		t.tearIdle()
		return ErrDestroyed
	}
	return err
}

// ended tells the face.
func (t *Thread) ended() {
	if e, ok := t.ctx.opt.Face.(ThreadEnder); ok {
		e.ThreadEnded(t)
	}
}
