//go:build linux || darwin || freebsd

package sock

import (
	"slices"

	"github.com/golws/golws/core/loop/sock/notify"
)

// reg is one fd's registration with the notifier. What is wanted in addition
// is asked for at once, so that PollFd knows it; what is no longer wanted is
// taken back before the next Wait, so that turning a thing off and on again
// within a turn costs no system call.
type reg struct {
	d    *Driver
	tok  notify.Token // 0 before it has begun and when it is closed
	fd   int32
	want notify.Interest
	have notify.Interest
	in   bool // the notifier watches it
	mark bool // in Driver.dirty
}

// failure is what a source is to be told in the next Poll.
type failure struct {
	r   *reg
	err error
}

// begin gives r a slot and has fd watched for what is wanted.
func (r *reg) begin(src source) error {
	r.tok = r.d.slots.take(src)
	if err := r.add(); err != nil {
		r.d.slots.give(r.tok)
		r.tok = 0
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
	if r.tok == 0 || want == r.have && r.in {
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
	if err != nil && !slices.ContainsFunc(r.d.failed, func(f failure) bool { return f.r == r }) {
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
	if r.tok == 0 {
		return
	}
	if r.in {
		r.del()
	}
	r.d.slots.give(r.tok)
	r.tok, r.want = 0, 0
}

// settle takes back the interests that are no longer wanted.
func (d *Driver) settle() {
	for i, r := range d.dirty {
		d.dirty[i] = nil
		r.mark = false
		if r.tok != 0 && r.in && r.want != r.have {
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
		if src := d.slots.find(f.r.tok); src != nil {
			src.broke(f.err)
		}
	}
}
