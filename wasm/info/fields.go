// Package info turns the CBOR maps that lws.wasm gets into the engine's
// options. Their keys are the names of the C structures' members; ABI.md lists
// them. What is not listed is refused by its name.
package info

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/fxamacker/cbor/v2"
)

// MaxBytes limits one map.
const MaxBytes = 1 << 20

// ErrCBOR is what is no well-formed CBOR map of text keys.
var ErrCBOR = errors.New("not a CBOR map")

// FieldError is a key that is not known or a value that cannot be.
type FieldError struct{ Path, Why string }

func (e *FieldError) Error() string { return e.Path + ": " + e.Why }

var mode = func() cbor.DecMode {
	m, err := cbor.DecOptions{
		DupMapKey: cbor.DupMapKeyEnforcedAPF, TagsMd: cbor.TagsForbidden, MaxNestedLevels: 16,
		MaxArrayElements: 4096, MaxMapPairs: 4096, DefaultMapType: mapType,
	}.DecMode()
	if err != nil {
		panic(err) // the options are constants
	}
	return m
}()

// fields reads the members of one map. The first error stays.
type fields struct {
	path string
	m    map[string]any
	err  *error
}

func parse(b []byte, what string) (fields, error) {
	if len(b) > MaxBytes {
		return fields{}, &FieldError{what, "more than 1 MiB"}
	}
	m := map[string]any{}
	if err := mode.Unmarshal(b, &m); err != nil {
		return fields{}, fmt.Errorf("%w: %w", ErrCBOR, err)
	}
	if m == nil { // CBOR null
		return fields{}, ErrCBOR
	}
	return fields{what, m, new(error)}, nil
}

func (f fields) fail(key, why string) {
	if *f.err == nil {
		*f.err = &FieldError{f.path + "." + key, why}
	}
}

// done is the first error; what is left was not asked for.
func (f fields) done() error {
	if *f.err == nil && len(f.m) > 0 {
		left := make([]string, 0, len(f.m))
		for k := range f.m {
			left = append(left, k)
		}
		f.fail(slices.Min(left), "no such member here")
	}
	return *f.err
}

func (f fields) take(key string) (any, bool) {
	v, ok := f.m[key]
	delete(f.m, key)
	return v, ok && v != nil
}

// number reads a whole number between lo and hi; 0 where it is missing.
func (f fields) number(key string, lo, hi int64) int64 { return f.numberOr(key, lo, hi, 0) }

func (f fields) numberOr(key string, lo, hi, missing int64) int64 {
	v, ok := f.take(key)
	if !ok {
		return missing
	}
	n, ok := whole(v)
	switch {
	case !ok:
		f.fail(key, "not a whole number")
	case n < lo || n > hi:
		f.fail(key, fmt.Sprintf("%d is not between %d and %d", n, lo, hi))
	default:
		return n
	}
	return missing
}

func whole(v any) (int64, bool) {
	switch n := v.(type) {
	case uint64:
		return int64(n), n <= math.MaxInt64
	case int64:
		return n, true
	case float64:
		return int64(n), n == math.Trunc(n) && math.Abs(n) <= 1<<53
	case bool:
		if n {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

func (f fields) seconds(key string) int64 { return f.number(key, 0, math.MaxInt32) * 1e6 }

func (f fields) flag(key string) bool { return f.number(key, 0, math.MaxInt32) != 0 }

func (f fields) text(key string) string {
	v, ok := f.take(key)
	if !ok {
		return ""
	}
	s, ok := v.(string)
	if !ok {
		f.fail(key, "not text")
	}
	return s
}

// each calls do for the maps of an array.
func (f fields) each(key string, do func(e fields)) {
	v, ok := f.take(key)
	if !ok {
		return
	}
	vs, ok := v.([]any)
	if !ok {
		f.fail(key, "not an array")
		return
	}
	for i, v := range vs {
		m, ok := v.(map[string]any)
		at := fmt.Sprintf("%s[%d]", key, i)
		if !ok {
			f.fail(at, "not a map")
			return
		}
		e := fields{f.path + "." + at, m, f.err}
		do(e)
		_ = e.done() // it stays in f.err
	}
}

// sub calls do for a map.
func (f fields) sub(key string, do func(e fields)) {
	v, ok := f.take(key)
	if !ok {
		return
	}
	m, ok := v.(map[string]any)
	if !ok {
		f.fail(key, "not a map")
		return
	}
	e := fields{f.path + "." + key, m, f.err}
	do(e)
	_ = e.done() // it stays in f.err
}

// pass lets members be there that are the embedder's own, or lws's only: they
// mean nothing here.
func (f fields) pass(keys ...string) {
	for _, key := range keys {
		delete(f.m, key)
	}
}
