package pyparse

import (
	goparser "go/parser"
	gotoken "go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// corpus returns the standard library of the newest CPython on this machine.
func corpus(b testing.TB) [][]byte {
	b.Helper()
	var dir string
	for _, j := range judges(b) {
		if d := j.library(b); d != "" {
			dir = d
		}
	}
	if dir == "" {
		b.Skip("no Python standard library found")
	}
	return readAll(pythonFiles(dir))
}

func readAll(files []string) (sources [][]byte) {
	for _, file := range files {
		if src, err := os.ReadFile(file); err == nil {
			sources = append(sources, src)
		}
	}
	return sources
}

// measure runs parse over all sources and reports speed in megabytes of source per
// second of processor time, allocations per kilobyte, and bytes of heap that stay
// alive per byte of source.
func measure(b *testing.B, sources [][]byte, parse func(src []byte) any) {
	b.Helper()
	size := 0
	for _, src := range sources {
		size += len(src)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	parse(sources[0])
	keep := make([]any, len(sources))
	b.ReportAllocs()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := processTime()
	b.ResetTimer()
	for range b.N {
		for i, src := range sources {
			keep[i] = parse(src)
		}
	}
	b.StopTimer()
	spent := processTime() - start
	runtime.ReadMemStats(&after)
	allocs := after.Mallocs - before.Mallocs
	runtime.GC()
	runtime.ReadMemStats(&after)
	total := float64(size) * float64(b.N)
	b.ReportMetric(total/1e6/spent.Seconds(), "MB/s/core")
	b.ReportMetric(float64(allocs)/(total/1024), "allocs/KB")
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(size), "heapB/B")
	b.ReportMetric(float64(size)/1e6, "MB")
	b.ReportMetric(0, "ns/op")
	runtime.KeepAlive(keep)
}

// BenchmarkParse keeps every tree, as a run over a project does.
func BenchmarkParse(b *testing.B) {
	measure(b, corpus(b), func(src []byte) any { return Parse(src, Options{}) })
}

// BenchmarkParseReused drops each tree before the next file.
func BenchmarkParseReused(b *testing.B) {
	measure(b, corpus(b), func(src []byte) any { Parse(src, Options{}); return nil })
}

// BenchmarkScan only turns files into tokens.
func BenchmarkScan(b *testing.B) {
	var s scanner
	measure(b, corpus(b), func(src []byte) any { scanAll(&s, src); return nil })
}

// scanAll scans a file without a parser, which is not right inside f-strings.
func scanAll(s *scanner, src []byte) (tokens int) {
	s.init(src, 0)
	for s.next(); s.tok != tEOF; s.next() {
		tokens++
	}
	return tokens
}

// goroot is where the go command keeps its own library.
func goroot(b *testing.B) string {
	b.Helper()
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		b.Skip("no go command: ", err)
	}
	return strings.TrimSpace(string(out))
}

// BenchmarkGoParser is the yardstick: the standard library's parser for Go.
func BenchmarkGoParser(b *testing.B) {
	var files []string
	filepath.WalkDir(filepath.Join(goroot(b), "src"), func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && strings.HasSuffix(path, ".go") && !strings.Contains(path, "testdata") {
			files = append(files, path)
		}
		return nil
	})
	if len(files) > 3000 {
		files = files[:3000]
	}
	if len(files) == 0 {
		b.Skip("no Go sources found")
	}
	measure(b, readAll(files), func(src []byte) any {
		f, _ := goparser.ParseFile(gotoken.NewFileSet(), "", src, goparser.ParseComments|goparser.SkipObjectResolution)
		return f
	})
}

var processStart = time.Now()
