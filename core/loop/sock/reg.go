//go:build linux || darwin || freebsd

package sock

import "github.com/golws/golws/core/loop/sock/notify"

// reg is one fd's registration with the notifier. What is wanted in addition
// is asked for at once, so that PollFd knows it; what is no longer wanted is
// taken back before the next Wait, so that turning a thing off and on again
// within a turn costs no system call.
type reg struct {
	d    *Driver
	tok  notify.Token
	fd   int32
	want notify.Interest
	have notify.Interest
	in   bool // the notifier watches it
	live bool // begun and not closed
	mark bool // in Driver.dirty
	lost bool // the notifier has failed to watch it
}

// failure is what a source is to be told in the next Poll.
type failure struct {
	r   *reg
	err error
}

// begin gives r a slot and has fd watched for what is wanted.
func (r *reg) begin(src source) error {
	r.tok = r.d.slots.take(src)
	r.live = true
	if err := r.add(); err != nil {
		r.d.slots.give(r.tok)
		r.live = false
		return err
	}
	return nil
}

func (r *reg) add() error {
	if err := r.d.n.Add(int(r.fd), r.want, r.tok); err != nil {
		return err
	}
	r.in, r.have = true, r.want
	return nil
}

// set changes what is wanted.
func (r *reg) set(want notify.Interest) {
	r.want = want
	if !r.live || want == r.have && r.in {
		return
	}
	if want&^r.have == 0 && r.in {
		if !r.mark {
			r.mark = true
			r.d.dirty = append(r.d.dirty, r)
		}
		return
	}
	if want != 0 {
		r.apply()
	}
}

func (r *reg) apply() {
	var err error
	if r.in {
		if err = r.d.n.Mod(int(r.fd), r.want, r.tok); err == nil {
			r.have = r.want
		}
	} else {
		err = r.add()
	}
	if err != nil && !r.lost {
		r.lost = true
		r.d.failed = append(r.d.failed, failure{r, err})
		r.d.n.Wake()
	}
}

// park stops the watching of something that is not wanted for anything, but
// would be reported as hung up for ever. set begins it again.
func (r *reg) park() {
	if r.in {
		r.del()
	}
}

func (r *reg) del() {
	// It fails only where the fd is not watched: what was wanted is so.
	_ = r.d.n.Del(int(r.fd))
	r.in, r.have = false, 0
}

// end stops the watching for good and makes all events that are under way stale.
func (r *reg) end() {
	if !r.live {
		return
	}
	if r.in {
		r.del()
	}
	r.live, r.want = false, 0
	r.d.slots.give(r.tok)
}

// settle takes back the interests that are no longer wanted.
func (d *Driver) settle() {
	for i, r := range d.dirty {
		d.dirty[i] = nil
		r.mark = false
		if r.live && r.in && r.want != r.have {
			r.apply()
		}
	}
	d.dirty = d.dirty[:0]
}

// tellFailed tells the owners of what the notifier could not watch.
func (d *Driver) tellFailed() {
	for len(d.failed) > 0 {
		f := d.failed[0]
		d.failed = d.failed[1:]
		if src := d.slots.find(f.r.tok); f.r.live && src != nil {
			f.r.lost = false
			src.broke(f.err)
		}
	}
}
