// Hubd asks every runner of a fleet how it is.
package main

import (
	"context"
	"flag"
	"log"
	"net/http"
	"os"
	"os/signal"

	"github.com/greenlint/greenlint/runtime/green"

	"example.com/tuihub/internal/fleet"
	"example.com/tuihub/internal/ledger"
)

func main() {
	listen := flag.String("listen", ":7070", "where tuihub finds this")
	file := flag.String("ledger", "ledger", "where faults are written down")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	loop := green.NewLoop(green.Options{})
	f := fleet.New(loop, flag.Args(), ledger.New(*file))
	go func() { log.Fatal(http.ListenAndServe(*listen, f)) }()
	if err := loop.Run(ctx, f.Watch); err != nil {
		log.Fatal(err)
	}
}
