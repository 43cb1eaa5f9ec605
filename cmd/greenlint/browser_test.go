package main

import (
	"image"
	"image/color"
	_ "image/png"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// browser is the chromium that the tests run: $GREENLINT_CHROMIUM names it, else
// it is looked for.
func browser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{os.Getenv("GREENLINT_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if name == "" {
			continue
		}
		if found, err := exec.LookPath(name); err == nil {
			return found
		}
	}
	t.Skip("chromium is not installed: the HTML pages are not drawn")
	return ""
}

// draw has the browser make a picture of a page, for readers of dark pages or not.
func draw(t *testing.T, browser, page string, dark bool) image.Image {
	t.Helper()
	dir := t.TempDir()
	scheme := "1" // as the browser's settings number them
	if dark {
		scheme = "0"
	}
	picture := filepath.Join(dir, "page.png")
	cmd := exec.Command(browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
		"--user-data-dir="+filepath.Join(dir, "profile"), "--blink-settings=preferredColorScheme="+scheme,
		"--window-size=1200,2400", "--screenshot="+picture, "file://"+page)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	f, err := os.Open(picture)
	require.NoError(t, err, string(out))
	defer f.Close()
	img, _, err := image.Decode(f)
	require.NoError(t, err)
	return img
}

// pixels counts those of one colour.
func pixels(img image.Image, want color.RGBA) int {
	n := 0
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y++ {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
			if color.RGBAModel.Convert(img.At(x, y)) == want {
				n++
			}
		}
	}
	return n
}

// TestPagesInBrowser draws what check and confirm write: the page's own paper
// covers most of it, light or dark as its reader likes, and the marks of what was
// found are seen upon it.
func TestPagesInBrowser(t *testing.T) {
	chromium := browser(t)
	bin := ownCommand(t)
	dir := t.TempDir()
	checked, confirmed := filepath.Join(dir, "check.html"), filepath.Join(dir, "confirm.html")
	for _, args := range [][]string{
		{"check", "testdata/projects/feedhub", "--format", "html", "--output", checked},
		{"confirm", "testdata/stalls/gl101_loop_bad.py", "--output", confirmed},
	} {
		cmd := exec.Command(bin, args...)
		cmd.Dir = filepath.Join("..", "..")
		out, _ := cmd.CombinedOutput() // findings are a status of their own
		require.Contains(t, []int{0, 1}, cmd.ProcessState.ExitCode(), string(out))
	}
	rgb := func(v uint32) color.RGBA { return color.RGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 255} }
	for _, c := range []struct {
		name, page  string
		dark        bool
		paper, mark uint32
	}{
		{"check", checked, false, 0xffffff, 0xc62a2f},
		{"check, dark", checked, true, 0x15171a, 0xff8b85},
		{"confirm", confirmed, false, 0xffffff, 0xd1242f},
		{"confirm, dark", confirmed, true, 0x0d1117, 0xf85149},
	} {
		t.Run(c.name, func(t *testing.T) {
			img := draw(t, chromium, c.page, c.dark)
			all := img.Bounds().Dx() * img.Bounds().Dy()
			require.Greater(t, pixels(img, rgb(c.paper)), all/3, "the paper")
			require.Greater(t, pixels(img, rgb(c.mark)), 100, "the marks")
		})
	}
}
