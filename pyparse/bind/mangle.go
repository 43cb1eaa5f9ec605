package bind

import "strings"

// Mangle returns the name under which Python stores an identifier that is written
// within a class: __x in class C is _C__x. class is "" outside of classes.
func Mangle(class, name string) string {
	if len(name) < 3 || name[:2] != "__" || strings.HasSuffix(name, "__") || strings.Contains(name, ".") {
		return name
	}
	class = strings.TrimLeft(class, "_")
	if class == "" {
		return name
	}
	return "_" + class + name
}
