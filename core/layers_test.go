// Package core_test holds the rule that imports point downwards only.
package core_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/golws/golws/"

// layers are the packages from the bottom up, as ARCHITECTURE.md draws them. A
// package may import what stands above it in this list only; entries ending in
// "/" stand for all packages below that path, which may not import each other
// unless siblings allows it.
var layers = []string{
	"core/wire/",
	"core/loop",
	"core/loop/sock/notify",
	"core/loop/sock/epoll",
	"core/loop/sock/hosted",
	"core/loop/sock/kqueue",
	"core/loop/sock",
	"core/loop/sim",
	"core/loop/embedded",
	"core/engine",
	"core/role/",
	"core/lws",
}

// siblings are the imports within one layer that are meant: a WebSocket begins
// as an HTTP exchange.
var siblings = map[string]string{
	"core/role/ws": "core/role/h1",
}

// banned says what may not be imported, and by whom.
var banned = []struct{ path, by, why string }{
	{"C", "core/", "core has no cgo"},
	{"net", "core/wire/", "a wire does no I/O"},
	{"net", "core/engine", "the engine knows no sockets"},
	{"net", "core/role/", "a role knows no sockets"},
	{"os", "core/wire/", "a wire does no I/O"},
	{"time", "core/wire/", "a wire has no clock"},
	{"time", "core/engine", "time is passed in"},
	{"sync", "core/wire/ws", "a wire has no lock"},
	{"sync", "core/wire/h1", "a wire has no lock"},
	{"log", "core/", "logging is the engine's Logger"},
}

func layer(pkg string) int {
	for i, l := range layers {
		if pkg == l || strings.HasSuffix(l, "/") && strings.HasPrefix(pkg, l) {
			return i
		}
	}
	return -1
}

func TestImportsPointDownwards(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,CgoFiles", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	d := json.NewDecoder(strings.NewReader(string(out)))
	seen := 0
	for {
		var p struct {
			ImportPath        string
			Imports, CgoFiles []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		pkg := strings.TrimPrefix(p.ImportPath, module)
		if pkg == "core" {
			continue // this test
		}
		seen++
		at := layer(pkg)
		if at < 0 {
			t.Errorf("%s has no place in the layers; give it one here and in ARCHITECTURE.md", pkg)
			continue
		}
		if len(p.CgoFiles) > 0 {
			t.Errorf("%s uses cgo", pkg)
		}
		for _, i := range p.Imports {
			for _, b := range banned {
				if i == b.path && (pkg == b.by || strings.HasPrefix(pkg, b.by)) {
					t.Errorf("%s imports %s: %s", pkg, i, b.why)
				}
			}
			dep, ok := strings.CutPrefix(i, module)
			if !ok {
				continue
			}
			switch to := layer(dep); {
			case to < 0:
				t.Errorf("%s imports %s, which is not in core", pkg, dep)
			case to > at:
				t.Errorf("%s imports %s, which is above it", pkg, dep)
			case to == at && siblings[pkg] != dep:
				t.Errorf("%s imports its neighbour %s", pkg, dep)
			}
		}
	}
	if seen < 8 {
		t.Fatalf("go list found only %d packages of core", seen)
	}
}
