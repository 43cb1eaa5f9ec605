// Package flow answers which effects a context reaches.
package flow
