package pyfront

import (
	"fmt"
	"strings"
	"testing"

	"github.com/greenlint/greenlint/rules"
)

// What rests on an option's default says so: who sets the option otherwise need not look.
func TestOptionIsNamed(t *testing.T) {
	p := program{loop: rules.Gevent, files: map[string]string{"m.py": `
import hashlib
import os
import gevent
from oslo_config import cfg
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
CONF = cfg.CONF
CONF.register_opt(cfg.StrOpt('connection', default='sqlite:///shop.db'), group='database')
CONF.register_opts([cfg.IntOpt('rounds', default=5_000_000), cfg.BoolOpt('threads', default=False)])
pool = gevent.get_hub().threadpool
def work():
    os.system("x")
def by_make():
    Session(create_engine(CONF.database.connection)).commit()
def by_text():
    Session(create_engine("sqlite:///shop.db")).commit()
def by_cost():
    hashlib.pbkdf2_hmac("sha256", b"x", b"y", CONF.rounds)
    hashlib.pbkdf2_hmac("sha256", b"x", b"y", 5_000_000)
def by_way():
    if CONF.threads:
        pool.apply(work)
    else:
        work()
def by_call():
    if CONF.threads:
        pool.apply(os.system, ("x",))
    else:
        os.system("x")
def by_none():
    os.system("x")
`}}
	res := analyze(t, p.files, nil)
	var got []string
	for _, task := range []rules.Func{"m.by_make", "m.by_text", "m.by_cost", "m.by_way", "m.by_call", "m.by_none"} {
		for _, f := range judged(t, &p, res, []rules.Func{task}) {
			line := f.Message[strings.Index(f.Message, "by_"):]
			for _, fr := range f.Chain {
				if fr.Option != "" {
					line += fmt.Sprintf("; %s by %s", fr.Func, fr.Option)
				}
			}
			got = append(got, line)
		}
	}
	want := []string{
		"by_make holds the gevent hub: sqlalchemy.orm.Session.commit by the default of the option database.connection",
		"by_text holds the gevent hub: sqlalchemy.orm.Session.commit",
		"by_cost holds the gevent hub for about 2.5 s: hashlib.pbkdf2_hmac by the default of the option rounds",
		"by_cost holds the gevent hub for about 2.5 s: hashlib.pbkdf2_hmac",
		"by_way holds the gevent hub: os.system (1 call away); m.work by threads",
		"by_call holds the gevent hub: os.system by the default of the option threads",
		"by_none holds the gevent hub: os.system",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
