//go:build wasip1 && golws_test

package main

// golws_test_panic is only in modules that are built to be tested: it meets an
// internal error in the context.
//
//go:wasmexport golws_test_panic
func golwsTestPanic(h int32) (ret int32) {
	cx, code := usable(h)
	if cx == nil {
		return code
	}
	cx.begin()
	defer cx.end(&ret)
	var none []byte
	return int32(none[h])
}
