package rules_test

import (
	"testing"

	"github.com/greenlint/greenlint/rules"
)

func TestCanonical(t *testing.T) {
	for in, want := range map[string]string{
		"(*net/http.Client).Do": "net/http.Client.Do",
		"(net.Conn).Read":       "net.Conn.Read",
		"time.Sleep":            "time.Sleep",
		"(*github.com/redis/go-redis/v9.Client).Get": "github.com/redis/go-redis.Client.Get",
		"github.com/jackc/pgx/v5/pgxpool.New":        "github.com/jackc/pgx/pgxpool.New",
		"example.com/vet/v2x.F":                      "example.com/vet/v2x.F",
	} {
		if got := rules.Canonical(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

// TestGoKeys turns on, from a user's file, the keys that only Go's tables use.
func TestGoKeys(t *testing.T) {
	cat, err := rules.LoadLanguage("go")
	if err != nil {
		t.Fatal(err)
	}
	_, err = cat.ParseConfig("greenlint.toml", []byte(`
imports = ["example.com/x"]
polls   = ["example.com/x.Ready"]
clocks  = ["example.com/x.Now"]

[holds]
"example.com/x.Wrap()" = [0, 2]

[[effect]]
rule   = "GL204"
calls  = ["(*example.com/x.Lock).Take"]
local  = true
source = ["measured"]

[[context]]
kind   = "x-task"
loop   = "greenpool"
params = ["*example.com/x.Task"]

[[context]]
kind   = "x-handler"
loop   = "ui"
fields = ["example.com/x.Button.OnTapped"]
`))
	if err != nil {
		t.Fatal(err)
	}
	l := cat.For("go")
	if e := l.Symbol("(*example.com/x/v3.Lock).Take"); len(e.Effects) != 1 || !e.Effects[0].Local {
		t.Errorf("local: got %+v", e.Effects)
	}
	if !l.Poll("example.com/x.Ready") || !l.Poll("example.com/x.Now") || l.Poll("example.com/x.Go") {
		t.Error("polls: want Ready and Now")
	}
	if h := l.Holds("example.com/x.Wrap"); len(h) != 2 || h[1] != 2 {
		t.Errorf("holds: got %v", h)
	}
	rows := l.Contexts([]string{"example.com/x"})
	if len(rows) != 2 || len(rows[0].Params) != 1 || len(rows[1].Fields) != 1 {
		t.Errorf("contexts: got %d rows", len(rows))
	}
}
