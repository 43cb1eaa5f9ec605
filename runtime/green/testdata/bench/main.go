// Command bench is the Go half of run.sh: green's side of each comparison, and
// the servers and clients that stand on the other side of all of them.
package main

import (
	"bufio"
	"context"
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/greenlint/greenlint/runtime/green"
)

var (
	n       = flag.Int("n", 1000, "tasks, connections or feeds")
	total   = flag.Int("total", 200_000, "switches or requests in all")
	address = flag.String("addr", "127.0.0.1:0", "where to listen or dial")
	pid     = flag.Int("pid", 0, "the server's process, whose CPU time counts")
	delay   = flag.Duration("delay", 0, "what the feed server waits before it answers")
)

func main() {
	log.SetFlags(0)
	if len(os.Args) < 2 {
		log.Fatal("usage: bench switch|sleepers|echo|load|feeds|hub [flags]")
	}
	flag.CommandLine.Parse(os.Args[2:])
	loop := func(main func(*green.Task) error) {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer stop()
		if err := green.NewLoop(green.Options{}).Run(ctx, main); err != nil && ctx.Err() == nil {
			log.Fatal(err)
		}
	}
	switch os.Args[1] {
	case "switch":
		loop(switches)
	case "sleepers":
		loop(sleepers)
	case "echo":
		loop(echo)
	case "load":
		load()
	case "feeds":
		feeds()
	case "hub":
		loop(hub)
	default:
		log.Fatal("unknown: " + os.Args[1])
	}
}

// cpu is what this process has used of the processors.
func cpu() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// switches prints the CPU time of a turn, the best of five rounds.
func switches(t *green.Task) error {
	best := time.Duration(1 << 62)
	for range 5 {
		g, _ := green.NewGroup(t)
		start := cpu()
		for range *n {
			g.Go("yields", func(t *green.Task) error {
				for range *total / *n {
					t.Yield()
				}
				return nil
			})
		}
		if err := g.Wait(); err != nil {
			return err
		}
		best = min(best, (cpu()-start)/time.Duration(*total))
	}
	fmt.Println(best.Nanoseconds())
	return nil
}

// sleepers prints the bytes of memory that a sleeping task takes.
func sleepers(t *green.Task) error {
	debug.FreeOSMemory()
	before := rss("self")
	for range *n {
		t.Go("sleeps", func(t *green.Task) error { return t.Sleep(time.Hour) })
	}
	t.Sleep(10 * time.Millisecond)
	runtime.GC()
	fmt.Println((rss("self") - before) / *n)
	return nil
}

func echo(t *green.Task) error {
	ln, err := green.Listen(t, "tcp", *address)
	if err != nil {
		return err
	}
	fmt.Println(ln.Addr())
	s := green.StreamServer{Handler: func(t *green.Task, c net.Conn) error {
		buf := make([]byte, 1024)
		for {
			k, err := c.Read(buf)
			if err != nil {
				return err
			}
			if _, err := c.Write(buf[:k]); err != nil {
				return err
			}
		}
	}}
	return s.Serve(t, ln)
}

// load sends 64 bytes on each of n connections and waits for them to come back,
// again and again. It prints the server's CPU time for a request in
// microseconds, and its memory in MB with all connections open.
func load() {
	conns := make([]net.Conn, 0, *n)
	for range *n {
		c, err := net.Dial("tcp", *address)
		if err != nil {
			log.Printf("%d connections: %v", len(conns), err)
			break
		}
		conns = append(conns, c)
	}
	round := func(k int) {
		var wg sync.WaitGroup
		for _, c := range conns {
			wg.Go(func() {
				buf := make([]byte, 64)
				for range k {
					if _, err := c.Write(buf); err != nil {
						log.Fatal(err)
					}
					if _, err := io.ReadFull(c, buf); err != nil {
						log.Fatal(err)
					}
				}
			})
		}
		wg.Wait()
	}
	round(1)
	k := max(*total / *n, 1)
	start := cpuOf(*pid)
	round(k)
	used := cpuOf(*pid) - start
	fmt.Printf("%.2f %d %d\n", float64(used.Microseconds())/float64(k*len(conns)), rss(strconv.Itoa(*pid))>>20, len(conns))
}

// cpuOf reads utime and stime, in clock ticks of 10 ms.
func cpuOf(pid int) time.Duration {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		log.Fatal(err)
	}
	f := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+2:]))
	u, _ := strconv.Atoi(f[11])
	s, _ := strconv.Atoi(f[12])
	return time.Duration(u+s) * 10 * time.Millisecond
}

func rss(pid string) int {
	b, err := os.ReadFile("/proc/" + pid + "/statm")
	if err != nil {
		log.Fatal(err)
	}
	pages, _ := strconv.Atoi(strings.Fields(string(b))[1])
	return pages * os.Getpagesize()
}

// feeds serves small RSS documents of ten items.
func feeds() {
	var doc strings.Builder
	doc.WriteString(`<?xml version="1.0"?><rss version="2.0"><channel><title>A feed</title><link>http://localhost/</link>`)
	for i := range 10 {
		fmt.Fprintf(&doc, `<item><title>Item %d</title><link>http://localhost/%d</link><guid>%d</guid><description>%s</description></item>`, i, i, i, strings.Repeat("Some words about the thing. ", 8))
	}
	doc.WriteString(`</channel></rss>`)
	ln, err := net.Listen("tcp", *address)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(ln.Addr())
	http.Serve(ln, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(*delay)
		w.Header().Set("Content-Type", "application/rss+xml")
		io.WriteString(w, doc.String())
	}))
}

// hub fetches and parses n feeds, a thousand at a time, each over a connection
// of its own as feeds of different hosts are. It prints feeds per second and CPU
// milliseconds per feed.
func hub(t *green.Task) error {
	tr := green.NewTransport(t.Loop())
	tr.MaxIdlePerHost = -1
	client := &http.Client{Transport: tr}
	urls := make([]string, *n)
	for i := range urls {
		urls[i] = fmt.Sprintf("http://%s/feed/%d", *address, i)
	}
	start, used := time.Now(), cpu()
	items := 0
	for k, err := range green.MapUnordered(t, green.NewPool(1000), slices.Values(urls), func(t *green.Task, url string) (int, error) {
		resp, err := client.Get(url)
		if err != nil {
			return 0, err
		}
		defer resp.Body.Close()
		var feed struct {
			Items []struct {
				Title string `xml:"title"`
				Link  string `xml:"link"`
				Text  string `xml:"description"`
			} `xml:"channel>item"`
		}
		err = xml.NewDecoder(bufio.NewReader(resp.Body)).Decode(&feed)
		return len(feed.Items), err
	}) {
		if err != nil {
			return err
		}
		items += k
	}
	if items != 10**n {
		return fmt.Errorf("%d items", items)
	}
	fmt.Printf("%.0f %.2f\n", float64(*n)/time.Since(start).Seconds(), (cpu()-used).Seconds()*1000/float64(*n))
	return nil
}
