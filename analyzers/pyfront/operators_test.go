package pyfront

import "testing"

func TestFormatted(t *testing.T) {
	str := func(s string) set { return one(constOf(s)) }
	for _, c := range []struct {
		format, with string // "" = not known
		want         string // "" = nothing is known
	}{
		{"%s_manager", "", "…_manager"},
		{"%s_manager", "van", "van_manager"},
		{"%(name)s_of_%(what)-10.3f!", "", "…_of_…!"},
		{"%s/%s", "a", "…/…"},
		{"100%% of %d", "", "100% of …"},
		{"%s", "", ""},
		{"%s", "van", "van"},
		{"%", "", ""},
		{"a%", "", "a…"},
		{"a%(", "", "a…"},
		{"plain", "", ""},
	} {
		b := unknownSet
		if c.with != "" {
			b = str(c.with)
		}
		got, ok := formatted(str(c.format), b)
		if !ok {
			got = ""
		}
		if got != c.want {
			t.Errorf("%q %% %q: got %q, want %q", c.format, c.with, got, c.want)
		}
	}
}
