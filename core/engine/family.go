package engine

// family is how a wsi hangs together with others: lws_get_parent and its kin.
type family struct {
	parent, child *Wsi
	sibling       *Wsi // the next child of the same parent
}

// Parent is the wsi that closes w when it closes itself, nil for none.
func (w *Wsi) Parent() *Wsi {
	if w.family == nil {
		return nil
	}
	return w.family.parent
}

// Child is the first child, nil for none.
func (w *Wsi) Child() *Wsi {
	if w.family == nil {
		return nil
	}
	return w.family.child
}

// SetParent makes w a child of p, which closes it when it closes itself. One
// that has ended, or that stands for a vhost in a callback, would not come to
// that: w has no parent then.
func (w *Wsi) SetParent(p *Wsi) {
	if !p.Alive() || p.Fake() {
		w.Logf(LogWarn, "it has no parent: %v has ended or is no connection", p)
		return
	}
	if p.family == nil {
		p.family = new(family)
	}
	w.family = &family{parent: p, child: w.Child(), sibling: p.family.child}
	p.family.child = w
}

func (w *Wsi) leaveParent() {
	p := w.Parent()
	if p == nil {
		return
	}
	for q := &p.family.child; *q != nil; q = &(*q).family.sibling {
		if *q == w {
			*q = w.family.sibling
			break
		}
	}
	w.family.parent, w.family.sibling = nil, nil
}
