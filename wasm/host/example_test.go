package host_test

import (
	"context"
	"log"
	"os"

	"github.com/golws/golws/wasm/host"
)

// A ws echo whose protocols run in a sandbox.
func Example() {
	ctx := context.Background()
	code, err := os.ReadFile("build/out/lws.wasm")
	if err != nil {
		log.Fatal(err)
	}
	program, err := host.Compile(ctx, code, host.Config{MaxMemory: 64 << 20})
	if err != nil {
		log.Fatal(err)
	}
	server, err := host.NewServer(ctx, program, host.Sandbox{})
	if err != nil {
		log.Fatal(err)
	}
	echo := server.Protocol(func(c *host.Call) int {
		if c.Reason == 6 && c.Write(c.Wsi, c.In, 0) != nil { // LWS_CALLBACK_RECEIVE, LWS_WRITE_TEXT
			return -1
		}
		return 0
	})
	if _, err := server.CreateContext(map[string]any{
		"port": 7681, "protocols": []any{map[string]any{"name": "echo", "callback": echo}},
	}); err != nil {
		log.Fatal(err)
	}
	log.Fatal(server.Run(ctx))
}
