// Package host runs lws.wasm in wazero: golws's protocols in a sandbox of their
// own, with a limit on memory and on the time of a call, and with real sockets
// under them (Serve) or whatever a Backend has.
//
// The module is compiled once (Compile) and makes any number of instances. An
// Instance belongs to one goroutine; Server.Post reaches it from others.
package host

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

// Version of the ABI that this package speaks (wasm/ABI.md).
const (
	Major = 1
	Minor = 0
)

// Config limits what instances may do. Its zero value is usable.
type Config struct {
	// MaxMemory limits an instance's memory in bytes; 0 for 256 MiB. Beyond it
	// the instance ends with ErrMemory.
	MaxMemory int64
	// CallTime limits one call into the module, with the callbacks that it
	// makes; 0 for none. Beyond it the instance ends with ErrTime. It costs
	// about a microsecond for each call.
	CallTime time.Duration
	// CacheDir keeps the compiled module for later processes; "" for none.
	CacheDir string
}

const (
	defaultMemory = 256 << 20
	pageBytes     = 64 << 10
)

// Program is a compiled module.
type Program struct {
	cfg     Config
	runtime wazero.Runtime
	cache   wazero.CompilationCache
	code    wazero.CompiledModule
}

// Compile compiles a module for the machine that it runs on, which takes a
// second or two; with Config.CacheDir only the first time. The error is an
// ErrNotModule where it is not lws.wasm.
func Compile(ctx context.Context, wasm []byte, cfg Config) (*Program, error) {
	if cfg.MaxMemory == 0 {
		cfg.MaxMemory = defaultMemory
	}
	p := &Program{cfg: cfg}
	rc := wazero.NewRuntimeConfig().WithMemoryLimitPages(uint32(min(cfg.MaxMemory/pageBytes, 65536))).WithCloseOnContextDone(cfg.CallTime > 0)
	if cfg.CacheDir != "" {
		var err error
		if p.cache, err = wazero.NewCompilationCacheWithDir(cfg.CacheDir); err != nil {
			return nil, fmt.Errorf("the cache of compiled modules: %w", err)
		}
		rc = rc.WithCompilationCache(p.cache)
	}
	p.runtime = wazero.NewRuntimeWithConfig(ctx, rc)
	err := p.compile(ctx, wasm)
	if err != nil {
		_ = p.Close(ctx) // it only frees memory here
		return nil, err
	}
	return p, nil
}

func (p *Program) compile(ctx context.Context, wasm []byte) error {
	var err error
	if p.code, err = p.runtime.CompileModule(ctx, wasm); err != nil {
		return fmt.Errorf("%w: %w", ErrNotModule, err)
	}
	exported := p.code.ExportedFunctions()
	for _, name := range []string{"_initialize", "golws_abi", "golws_rx", "golws_conn_data", "lws_create_context"} {
		if exported[name] == nil {
			return fmt.Errorf("%w: it does not export %s", ErrNotModule, name)
		}
	}
	if _, err := wasi_snapshot_preview1.Instantiate(ctx, p.runtime); err != nil {
		return err
	}
	b := p.runtime.NewHostModuleBuilder("golws")
	for name, f := range imports {
		b.NewFunctionBuilder().WithGoModuleFunction(f.call, f.params, f.results).Export(name)
	}
	_, err = b.Instantiate(ctx)
	return err
}

// Close frees the program; its instances are closed before.
func (p *Program) Close(ctx context.Context) error {
	err := p.runtime.Close(ctx)
	if p.cache != nil {
		if e := p.cache.Close(ctx); err == nil {
			err = e
		}
	}
	return err
}

// Sandbox says what one instance sees of the world.
type Sandbox struct {
	// Files are what the module can read, by the path at which it sees them;
	// none at first.
	Files map[string]fs.FS
	// Stderr gets the last words of Go's runtime; nil for none.
	Stderr io.Writer
	// Log gets the module's log lines: LLL_ level, wsi (0 for none), text.
	Log func(level, wsi int32, text string)
}

// New makes an instance, with b under it.
func (p *Program) New(ctx context.Context, b Backend, s Sandbox) (*Instance, error) {
	i := &Instance{prog: p, io: b, sandbox: s, tokens: map[int32]Callback{}}
	if s.Stderr != nil {
		i.words.more = s.Stderr
	}
	i.ctx = context.WithValue(ctx, instanceKey{}, i)
	files := wazero.NewFSConfig()
	for at, f := range s.Files {
		files = files.WithFSMount(f, at)
	}
	mc := wazero.NewModuleConfig().WithName("").WithStartFunctions("_initialize").WithFSConfig(files).
		WithRandSource(rand.Reader).WithSysWalltime().WithSysNanotime().WithStderr(&i.words)
	var err error
	if i.mod, err = p.runtime.InstantiateModule(experimental.WithMemoryAllocator(i.ctx, i), p.code, mc); err != nil {
		return nil, errors.Join(i.ended(fmt.Errorf("%w: %w", ErrNotModule, err)), i.Close())
	}
	i.mem = i.mod.Memory()
	v, err := i.Raw("golws_abi")
	if err != nil {
		return nil, errors.Join(err, i.Close())
	}
	if major := int32(v) >> 16; major != Major {
		return nil, errors.Join(&VersionError{Major: int(major), Minor: int(int32(v) & 0xffff)}, i.Close())
	}
	if err := i.buffers(); err != nil {
		return nil, errors.Join(err, i.Close())
	}
	return i, nil
}

// Imports are the functions that the module asks for, as "module.name".
func (p *Program) Imports() (names []string) {
	for _, f := range p.code.ImportedFunctions() {
		m, n, _ := f.Import()
		names = append(names, m+"."+n)
	}
	return names
}

// Signatures are the functions that the module exports, with the types of their
// parameters.
func (p *Program) Signatures() map[string][]api.ValueType {
	out := map[string][]api.ValueType{}
	for name, f := range p.code.ExportedFunctions() {
		out[name] = f.ParamTypes()
	}
	return out
}

type importFunc struct {
	params, results []api.ValueType
	call            api.GoModuleFunc
}
