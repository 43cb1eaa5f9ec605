package ui

import (
	"net/http"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

func fyneWindow() []fyne.CanvasObject {
	entry := widget.NewEntry()
	entry.OnChanged = func(text string) {
		http.Get("http://example.com/?q=" + text) // want `GL401: callback .*fyneWindow\S* holds the ui loop: net/http.Get`
	}
	return []fyne.CanvasObject{
		widget.NewButton("wait", wait_bad),
		&widget.Button{Text: "look", OnTapped: func() {
			time.Sleep(time.Second) // want `GL204: callback .*fyneWindow\S* holds the ui loop: time.Sleep`
		}},
		widget.NewButton("load", func() { load_ok(entry) }),
	}
}

func wait_bad() {
	time.Sleep(time.Second) // want `GL204: callback ui.wait_bad holds the ui loop: time.Sleep`
}

func load_ok(entry *widget.Entry) {
	go func() {
		_, err := http.Get("http://example.com")
		fyne.Do(func() { entry.SetText(err.Error()) })
	}()
}

func do_bad(results chan string, entry *widget.Entry) {
	go fyne.Do(func() {
		entry.SetText(<-results) // want `GL204: callback .*do_bad\S* holds the ui loop: channel receive`
	})
}

type tile struct{ link widget.Hyperlink }

func (t *tile) Tapped(*fyne.PointEvent) {
	http.Get("http://example.com") // want `GL401: method \(\*ui.tile\).Tapped holds the ui loop: net/http.Get`
}

func menu(t *tile) *fyne.MenuItem {
	t.link.OnTapped = wait_bad
	return &fyne.MenuItem{Action: func() {
		time.Sleep(time.Second) // want `GL204: callback ui.menu\S* holds the ui loop: time.Sleep`
	}}
}
