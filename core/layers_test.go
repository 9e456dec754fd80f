// Package core_test holds the rule that imports point downwards only.
package core_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
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
	{"time", "core/role/", "time is passed in"},
	{"sync", "core/wire/ws", "a wire has no lock"},
	{"sync", "core/wire/h1", "a wire has no lock"},
	{"log", "core/", "logging is the engine's Logger"},
}

type face struct {
	path string
	may  []string
}

// faces are the packages outside of core, and what of this module each may
// import: a package, or all below a path.
var faces = []face{
	{"capi/evlib", nil},
	{"capi", []string{"capi/evlib", "core/"}},
	{"wasm/info", []string{"core/engine", "core/role/"}},
	{"wasm/host/cmd/golws-host", []string{"wasm/host", "core/engine"}},
	{"wasm/host", []string{"core/loop", "core/loop/sock"}},
	{"wasm", []string{"wasm/info", "core/"}},
	{"examples/go/", []string{"core/lws"}},
	{"examples/go", nil},
}

// systems are those whose files differ.
var systems = []string{"linux/amd64", "darwin/arm64", "windows/amd64", "wasip1/wasm"}

func under(pkg, path string) bool {
	return pkg == path || strings.HasSuffix(path, "/") && strings.HasPrefix(pkg, path)
}

func layer(pkg string) int {
	for i, l := range layers {
		if under(pkg, l) {
			return i
		}
	}
	return -1
}

type listed struct {
	ImportPath        string
	Imports, CgoFiles []string
}

// list gives the packages of this module as they are on a system.
func list(t *testing.T, system string) []listed {
	goos, goarch, _ := strings.Cut(system, "/")
	c := exec.Command("go", "list", "-json=ImportPath,Imports,CgoFiles", "../...")
	c.Env = append(os.Environ(), "GOOS="+goos, "GOARCH="+goarch)
	if goos == "linux" {
		c.Env = append(c.Env, "CGO_ENABLED=1") // capi is there only then
	}
	out, err := c.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		p.ImportPath = strings.TrimPrefix(p.ImportPath, module)
		all = append(all, p)
	}
}

func TestImportsPointDownwards(t *testing.T) {
	for _, system := range systems {
		t.Run(system, func(t *testing.T) {
			core := 0
			for _, p := range list(t, system) {
				switch {
				case p.ImportPath == "core": // this test
				case strings.HasPrefix(p.ImportPath, "core/"):
					core++
					checkCore(t, p)
				default:
					checkFace(t, p)
				}
			}
			if core < len(layers) {
				t.Fatalf("go list found only %d packages of core", core)
			}
		})
	}
}

func checkCore(t *testing.T, p listed) {
	pkg, at := p.ImportPath, layer(p.ImportPath)
	if at < 0 {
		t.Errorf("%s has no place in the layers; give it one here and in ARCHITECTURE.md", pkg)
		return
	}
	if len(p.CgoFiles) > 0 {
		t.Errorf("%s uses cgo", pkg)
	}
	for _, i := range p.Imports {
		for _, b := range banned {
			if i == b.path && strings.HasPrefix(pkg, b.by) {
				t.Errorf("%s imports %s: %s", pkg, i, b.why)
			}
		}
		dep, ours := strings.CutPrefix(i, module)
		if !ours {
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

func checkFace(t *testing.T, p listed) {
	pkg := p.ImportPath
	at := slices.IndexFunc(faces, func(f face) bool { return under(pkg, f.path) })
	if at < 0 {
		t.Errorf("%s is neither of core nor a face of it; say here what it may import", pkg)
		return
	}
	for _, i := range p.Imports {
		dep, ours := strings.CutPrefix(i, module)
		if ours && !slices.ContainsFunc(faces[at].may, func(path string) bool { return under(dep, path) }) {
			t.Errorf("%s imports %s", pkg, dep)
		}
	}
}
