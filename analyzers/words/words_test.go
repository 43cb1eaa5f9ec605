package words

import (
	"bytes"
	"testing"
)

// FuzzSet compares a set with what the standard library says of each word.
func FuzzSet(f *testing.F) {
	f.Add("celery gunicorn -P sh", "exec celery -A shop worker -P gevent")
	f.Add("monkey monkeypatch", "from gevent import monkey")
	f.Add("patch_all(", "patch_al")
	f.Add("abcd abcde bcd", "xabcd")
	f.Add("", "text")
	f.Fuzz(func(t *testing.T, list, text string) {
		var all []string
		for _, w := range bytes.Split([]byte(list), []byte(" ")) {
			all = append(all, string(w))
		}
		s := New(all)
		found := s.All([]byte(text))
		some := false
		for _, w := range all {
			want := w != "" && bytes.Contains([]byte(text), []byte(w))
			some = some || want
			if got := found.Any([]string{w}); got != want {
				t.Errorf("%q in %q: %v", w, text, got)
			}
		}
		if got := s.In([]byte(text)); got != some {
			t.Errorf("one of %q in %q: %v", all, text, got)
		}
		if found.Any([]string{"no word of the set"}) && list != "no word of the set" {
			t.Error("a word that is not of the set was found")
		}
	})
}

func BenchmarkIn(b *testing.B) {
	var list []string
	for i := range 200 {
		list = append(list, "word"[:i%4+1]+string(rune('a'+i%26))+"library"+string(rune('a'+i/26)))
	}
	s := New(list)
	text := bytes.Repeat([]byte("        return self.session.query(models.Instance).filter_by(uuid=uuid)\n"), 1000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if s.In(text) {
			b.Fatal("found")
		}
	}
}
