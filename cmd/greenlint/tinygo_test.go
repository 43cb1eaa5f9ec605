package main

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTinyGo reads a driver without TinyGo's own packages: the catalogue declares
// machine, and the user's file declares one that greenlint does not know.
func TestTinyGo(t *testing.T) {
	s := newShop(t)
	bin := ownCommand(t)

	s.write("go.mod", "module example.com/board\n\ngo 1.24\n")
	s.write("greenlint.toml", `
[[stub]]
package = "radio"
text    = "package radio\n\ntype Chip struct{}\n\nfunc (Chip) Ready() bool { return true }\n"

[[stub.name]]
match   = "CHIP[0-9]"
declare = "var NAME Chip"
`)
	driver := []string{
		"package sensor",
		"",
		"import (",
		"\t\"machine\"",
		"\t\"radio\"",
		"\t\"time\"",
		")",
		"",
		"var ready = make(chan bool, 1)",
		"",
		"func Wait(p machine.Pin) {",
		"\tfor !p.Get() { // GL101",
		"\t}",
		"}",
		"",
		"func Ask(bus machine.I2C) {",
		"\tbuf := make([]byte, 1)",
		"\tfor buf[0] == 0 { // GL101",
		"\t\tbus.Tx(0x40, nil, buf)",
		"\t}",
		"}",
		"",
		"func Patient(p machine.Pin) {",
		"\tfor !p.Get() {",
		"\t\ttime.Sleep(time.Millisecond)",
		"\t}",
		"}",
		"",
		"func Chip() bool { return radio.CHIP1.Ready() }",
		"",
		"func Watch(p machine.Pin) error {",
		"\treturn p.SetInterrupt(0, func(machine.Pin) {",
		"\t\tready <- true // GL204",
		"\t})",
		"}",
		"",
	}
	s.write("sensor/sensor.go", strings.Join(driver, "\n"))
	s.write("odd/odd.go", "package odd\n\nimport \"machine\"\n\nfunc Odd() { machine.NoSuchThing.At.All() }\n\nfunc Wait(p machine.Pin) {\n\tfor !p.Get() {\n\t}\n}\n")
	const wait = "import \"machine\"\n\nfunc main() {\n\tfor !machine.Pin(1).Get() {\n\t}\n}\n"
	s.write("alone/main.go", "package main\n\n"+wait)
	s.write("tasks/main.go", "package main\n\n"+wait+"\nfunc init() { go func() {}() }\n")

	_, out := bash(t, s.dir, bin+" check -q --format concise", "CI=")
	var want []string
	for i, line := range driver {
		if _, rule, ok := strings.Cut(line, " // "); ok {
			want = append(want, "sensor/sensor.go:"+strconv.Itoa(i+1)+" "+rule)
		}
	}
	want = append(want, "odd/odd.go:8 GL101", "tasks/main.go:6 GL101")
	var got []string
	for line := range strings.Lines(out) {
		if f := strings.SplitN(line, ":", 4); len(f) == 4 && strings.HasSuffix(f[0], ".go") && f[1][0] != ' ' {
			got = append(got, f[0]+":"+f[1]+" "+strings.Fields(f[3])[0])
		}
	}
	require.ElementsMatch(t, want, got, out)
	require.Contains(t, out, "odd/odd.go: GL902 unreadable: not fully analysed: a function was left out: ")
}
