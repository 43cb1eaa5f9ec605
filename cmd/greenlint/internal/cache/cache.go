// Package cache keeps what a run has found out for the runs after it: in a
// directory of the user's, or, where GOCACHEPROG names one, in a program that
// speaks the protocol of the go command's cache and may share it between machines.
//
// What is kept is found by the hash of all that it follows from, so nothing in
// the cache can be out of date, only missing. An entry that is not what was put
// there counts as missing, and so does a cache that can't be read or written: a
// run without a cache is slower, and says the same.
package cache

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"io"
	"os"
	"path/filepath"
)

// An ID is the hash of what an entry follows from, or of its bytes.
type ID [sha256.Size]byte

// A Cache is a place for entries. The nil Cache holds nothing. It is not for use
// by several goroutines at once, but several processes may share its directory.
type Cache struct {
	store  store
	binary chan ID // of the program that runs, once
	id     *ID
}

type store interface {
	get(ID) (body []byte, ok bool)
	put(ID, []byte)
	close() error
}

// Open opens the cache that the environment names.
func Open(ctx context.Context) (*Cache, error) {
	if command := os.Getenv("GOCACHEPROG"); command != "" {
		p, err := start(ctx, command)
		if err != nil {
			return nil, err
		}
		return open(p), nil
	}
	dir, err := Dir()
	if err != nil {
		return nil, err
	}
	if dir == "" {
		return nil, nil
	}
	return open(&directory{path: dir, limit: maxSize}), nil
}

// Dir is the directory in which entries are kept: what GREENLINT_CACHE names, or
// a part of the user's cache; "" where there shall be none.
func Dir() (string, error) {
	switch dir := os.Getenv("GREENLINT_CACHE"); dir {
	case "":
	case "off":
		return "", nil
	default:
		return filepath.Abs(dir)
	}
	base, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(base, "greenlint"), nil
}

// Clean removes all entries from the directory.
func Clean() error {
	dir, err := Dir()
	if err != nil || dir == "" {
		return err
	}
	return (&directory{path: dir}).clean()
}

// open prepares the cache; the program's own hash is needed soon and takes some
// milliseconds, in which the caller has other things to do.
func open(s store) *Cache {
	c := &Cache{store: s, binary: make(chan ID, 1)}
	go func() { c.binary <- self() }()
	return c
}

// self is the hash of the program that runs, and so of its rules and catalogue;
// zero where it can't be read.
func self() (id ID) {
	f, err := os.Open("/proc/self/exe") // also where another one has taken its place meanwhile
	if err != nil {
		name, e := os.Executable()
		if e != nil {
			return id
		}
		if f, err = os.Open(name); err != nil {
			return id
		}
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err == nil {
		h.Sum(id[:0])
	}
	return id
}

// Key begins the key of an entry: the program, and what the entry is for. ok is
// false where there is no use in going on.
func (c *Cache) Key(purpose string) (k *Key, ok bool) {
	if c == nil {
		return nil, false
	}
	if c.id == nil {
		id := <-c.binary
		c.id = &id
	}
	if *c.id == (ID{}) {
		return nil, false
	}
	k = &Key{sha256.New()}
	k.Add(c.id[:])
	k.Add([]byte(purpose))
	return k, true
}

// Get returns the entry of a key. The bytes are those that were put.
func (c *Cache) Get(id ID) ([]byte, bool) { return c.store.get(id) }

// Put keeps an entry, if it can.
func (c *Cache) Put(id ID, body []byte) { c.store.put(id, body) }

// Close ends the use of the cache.
func (c *Cache) Close() error {
	if c == nil {
		return nil
	}
	return c.store.close()
}

// A Key takes up, one by one and in order, the things that an entry follows from.
type Key struct{ hash hash.Hash }

// Add adds one thing.
func (k *Key) Add(b []byte) {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(b))) // so that no two lists of things are the same bytes
	k.hash.Write(n[:])
	k.hash.Write(b)
}

// ID is the key of all that was added so far.
func (k *Key) ID() (id ID) {
	k.hash.Sum(id[:0])
	return id
}
