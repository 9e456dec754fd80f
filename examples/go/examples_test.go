// Package examples_test runs the Go examples with each other and with net/http.
package examples_test

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// build makes the examples, and says where they are.
func build(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("go", "build", "-o", dir, "./...").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return dir
}

// serve starts a server on a port that is free, and waits for the line that says
// which: says matches the port.
func serve(t *testing.T, says string, program string, args ...string) (c *exec.Cmd, port string) {
	t.Helper()
	c = exec.Command(program, append(args, "0")...)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() }) // it may have ended by itself
	line, err := bufio.NewReader(out).ReadString('\n')
	said := regexp.MustCompile(says).FindStringSubmatch(line)
	if err != nil || said == nil {
		t.Fatalf("%s says %q, %v", program, line, err)
	}
	return c, said[1]
}

func TestEchoAndClient(t *testing.T) {
	bin := build(t)
	server, port := serve(t, `^listening on port (\d+)\n$`, filepath.Join(bin, "ws-echo"))
	out, err := exec.Command(filepath.Join(bin, "ws-client"), "ws://127.0.0.1:"+port+"/", "50").CombinedOutput()
	if err != nil || string(out) != "50 messages came back as they were sent\n" {
		t.Errorf("client: %v, %q", err, out)
	}
	if out, err := exec.Command(filepath.Join(bin, "ws-client"), "ws://127.0.0.1:1/").CombinedOutput(); err == nil || !strings.Contains(string(out), "connection refused") {
		t.Errorf("client of a port where nobody is: %v, %q", err, out)
	}
	if err := server.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("the server ended with %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Error("the server does not end when told to")
	}
}

func TestStatic(t *testing.T) {
	bin, dir := build(t), t.TempDir()
	page := bytes.Repeat([]byte("golws "), 50_000)
	if err := os.WriteFile(filepath.Join(dir, "page.txt"), page, 0o644); err != nil {
		t.Fatal(err)
	}
	_, port := serve(t, `^serving .* on port (\d+)\n$`, filepath.Join(bin, "http-static"), dir)
	for _, c := range []struct {
		path   string
		status int
		body   func([]byte) bool
	}{
		{"/page.txt", 200, func(b []byte) bool { return bytes.Equal(b, page) }},
		{"/time", 200, func(b []byte) bool {
			_, err := time.Parse(time.RFC3339, strings.TrimSpace(string(b)))
			return err == nil
		}},
		{"/nosuch", 404, func([]byte) bool { return true }},
	} {
		r, err := http.Get("http://127.0.0.1:" + port + c.path)
		if err != nil {
			t.Error(err)
			continue
		}
		b, err := io.ReadAll(r.Body)
		r.Body.Close()
		if err != nil || r.StatusCode != c.status || !c.body(b) {
			t.Errorf("%s: status %d, %d bytes, %v", c.path, r.StatusCode, len(b), err)
		}
	}
}
