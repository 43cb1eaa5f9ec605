package pyfront

import (
	"fmt"
	"slices"
	"testing"

	"github.com/greenlint/greenlint/analyzers/flow"
	"github.com/greenlint/greenlint/rules"
)

// What a server runs before its first request holds up nobody, and what a request
// runs does.
func TestIdle(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"fastapi": {"m.py": `import time
from contextlib import asynccontextmanager
from fastapi import FastAPI, APIRouter

async def wait_for_database():
    time.sleep(1)  # only the lifespan waits

async def shared():
    time.sleep(1)  # stalls

def connect():
    time.sleep(1)

@asynccontextmanager
async def lifespan(app):
    await wait_for_database()
    await shared()
    connect()
    yield
    time.sleep(1)

app = FastAPI(lifespan=lifespan)
router = APIRouter()

@app.on_event("startup")
async def start():
    time.sleep(1)

async def late():
    time.sleep(1)

app.add_event_handler("startup", late)

@app.get("/")
async def index():
    await shared()
`},
		"aiohttp": {"m.py": `import time
from aiohttp import web

async def start(app):
    time.sleep(1)

async def prepare(request, response):
    time.sleep(1)  # stalls

def make():
    app = web.Application()
    app.on_startup.append(start)
    app.on_response_prepare.append(prepare)
    return app
`},
	} {
		r := analyze(t, files, nil)
		contexts := flow.Awake(r.Graph, r.Contexts)
		var got []string
		for _, f := range flow.Judge(flow.Solve(r.Graph, flow.Entries(contexts)), contexts, []rules.Env{{Name: "asyncio", Loop: rules.Asyncio}}, flow.Options{}) {
			got = append(got, fmt.Sprint(f.Pos.Line))
		}
		want := map[string][]string{"fastapi": {"9"}, "aiohttp": {"8"}}[name]
		if !slices.Equal(got, want) {
			t.Errorf("%s: found in lines %v, want %v", name, got, want)
		}
	}
}
