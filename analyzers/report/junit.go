package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/greenlint/greenlint/rules"
)

// A junitWriter writes test results as build servers read them: a suite for each
// file with findings, in which each finding is a failed test. Without findings
// there is one test that passed, since many readers refuse a report without any.
type junitWriter struct{ o Options }

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name      string        `xml:"name,attr"`
	Classname string        `xml:"classname,attr"`
	File      string        `xml:"file,attr,omitempty"`
	Line      int           `xml:"line,attr,omitempty"`
	Time      string        `xml:"time,attr"`
	Failure   *junitFailure `xml:"failure,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",cdata"`
}

func (j *junitWriter) Write(w io.Writer, r *Result) error {
	text := &textWriter{o: j.o}
	text.o.Color = false
	src := &snippets{o: &text.o}
	out := junitSuites{Name: "greenlint"}
	for f := range r.open() {
		file := escape(j.o.path(f.Pos.File))
		if n := len(out.Suites); n == 0 || out.Suites[n-1].Name != file {
			out.Suites = append(out.Suites, junitSuite{Name: file, Time: "0"})
		}
		var b strings.Builder
		text.finding(&b, f, src, &style{})
		s := &out.Suites[len(out.Suites)-1]
		line := max(1, f.Pos.Line)
		s.Cases = append(s.Cases, junitCase{
			Name: fmt.Sprintf("%s:%d:%d", j.o.ruleTitle(f.Rule), line, max(1, f.Pos.Column)), Classname: file, File: file, Line: line, Time: "0",
			Failure: &junitFailure{escape(f.Message), string(j.severity(f)), b.String()},
		})
		s.Tests++
		s.Failures++
		out.Tests++
		out.Failures++
	}
	if len(out.Suites) == 0 {
		out.Tests = 1
		out.Suites = []junitSuite{{Name: "greenlint", Tests: 1, Time: "0", Cases: []junitCase{{Name: "no findings", Classname: "greenlint", Time: "0"}}}}
	}
	body, err := xml.MarshalIndent(out, "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, xml.Header+string(body)+"\n")
	return err
}

func (j *junitWriter) severity(f *rules.Finding) rules.Severity {
	if f.Severity == "" {
		return rules.Warning
	}
	return f.Severity
}
