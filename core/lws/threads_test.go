package lws_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/lws"
)

// counts is a protocol that counts what begins and ends.
type counts struct {
	made, ended, inits, destroys, bytes atomic.Int64
}

func (c *counts) Callback(w *lws.Wsi, r lws.Reason, in lws.In) int {
	switch r {
	case engine.ReasonProtocolInit:
		c.inits.Add(1)
	case engine.ReasonProtocolDestroy:
		c.destroys.Add(1)
	case engine.ReasonWSICreate:
		c.made.Add(1)
	case engine.ReasonWSIDestroy:
		c.ended.Add(1)
	case engine.ReasonRawAdopt, engine.ReasonRawConnected:
		w.CallbackOnWritable()
	case engine.ReasonRawWriteable:
		if w.Write([]byte("hello"), engine.WriteHTTP) != nil {
			return -1
		}
	case engine.ReasonRawRX:
		c.bytes.Add(int64(len(in.Bytes)))
		w.CallbackOnWritable()
	}
	return 0
}

func openFiles(t *testing.T) int {
	es, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("no /proc: descriptors cannot be counted")
	}
	return len(es)
}

// Whoever destroys a context, and wherever its threads are then, every turn
// ends with ErrDestroyed and everything that was made ends once.
func TestDestroyWhileThreadsServe(t *testing.T) {
	before, goroutines := openFiles(t), runtime.NumGoroutine()
	rounds := 60
	if testing.Short() {
		rounds = 10
	}
	for round := range rounds {
		const threads = 4
		var c counts
		cx, err := lws.New(lws.Config{Threads: threads})
		if err != nil {
			t.Fatal(err)
		}
		v, err := lws.CreateVhost(cx, lws.VhostOptions{Iface: "127.0.0.1", ListenRole: "raw-skt",
			Protocols: []*lws.Protocol{{Name: "p", Handler: &c}}})
		if err != nil {
			t.Fatal(err)
		}
		port := v.ListenPort()
		var running sync.WaitGroup
		for i := range threads {
			running.Add(1)
			go func() {
				defer running.Done()
				runtime.LockOSThread()
				if err := lws.RunThread(cx.Thread(i)); err != nil {
					t.Error(err)
				}
			}()
		}
		var conns []net.Conn
		for range 8 {
			p, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
			if err != nil {
				t.Fatal(err)
			}
			conns = append(conns, p)
		}
		stop := make(chan struct{})
		var others sync.WaitGroup
		for range 2 { // what any goroutine may do meanwhile
			others.Add(1)
			go func() {
				defer others.Done()
				for {
					select {
					case <-stop:
						return
					default:
						cx.Cancel()
						runtime.Gosched()
					}
				}
			}()
		}
		buf := make([]byte, 5)
		for _, p := range conns {
			p.Write([]byte("x"))
			p.SetReadDeadline(time.Now().Add(10 * time.Second))
			if _, err := p.Read(buf); err != nil {
				t.Error(err)
			}
		}
		if round%2 == 0 {
			cx.Destroy()
		} else {
			lws.Stop(cx)
		}
		running.Wait()
		close(stop)
		others.Wait()
		for i := range threads {
			if err := cx.Thread(i).Service(0); !errors.Is(err, engine.ErrDestroyed) {
				t.Errorf("a turn behind the end answered %v", err)
			}
		}
		for _, p := range conns {
			p.Close()
		}
		if c.made.Load() != c.ended.Load() || c.inits.Load() != 1 || c.destroys.Load() != 1 {
			t.Fatalf("%d wsi made, %d ended, %d PROTOCOL_INIT, %d PROTOCOL_DESTROY",
				c.made.Load(), c.ended.Load(), c.inits.Load(), c.destroys.Load())
		}
		if cx.Live() != 0 {
			t.Fatalf("%d wsi live", cx.Live())
		}
	}
	if n := openFiles(t); n > before+1 { // the runtime's own poller comes with the first net.Dial
		t.Errorf("%d descriptors open, %d before", n, before)
	}
	// A goroutine has told of its end before it is gone, which nothing tells.
	for end := time.Now().Add(20 * time.Second); runtime.NumGoroutine() > goroutines && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if n := runtime.NumGoroutine(); n > goroutines {
		t.Errorf("%d goroutines, %d before", n, goroutines)
	}
}
