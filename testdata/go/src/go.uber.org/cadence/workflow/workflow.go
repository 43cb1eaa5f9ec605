// Package workflow is a stub of the client, with just what the fixtures use.
package workflow

import "time"

type Context interface{ Value(key any) any }

type Future interface {
	Get(ctx Context, v any) error
}

type Channel interface {
	Receive(ctx Context, v any) bool
}

func Sleep(ctx Context, d time.Duration) error { return nil }

func ExecuteActivity(ctx Context, activity any, args ...any) Future { return nil }

func SideEffect(ctx Context, f func(ctx Context) any) Future { return nil }

func Go(ctx Context, f func(ctx Context)) {}

func GetSignalChannel(ctx Context, name string) Channel { return nil }
