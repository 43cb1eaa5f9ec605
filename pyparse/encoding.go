package pyparse

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// decode makes t.src UTF-8: it finds the byte order mark and the coding cookie and
// transcodes what is in a known encoding other than UTF-8.
func (t *Tree) decode() Error {
	if bytes.HasPrefix(t.src, []byte("\xef\xbb\xbf")) {
		t.bom = 3
	}
	name, at := codingCookie(t.src[t.bom:])
	if name != "" {
		at += t.bom
		table, known := encodings[normalEncoding(name)]
		switch {
		case !known:
			return Error{at, at + uint32(len(name)), "unknown encoding: " + name}
		case t.bom != 0 && !strings.HasPrefix(normalEncoding(name)+"_", "utf_8_"):
			// CPython is as strict: "utf8" will not do here.
			return Error{at, at + uint32(len(name)), "encoding " + name + " does not go with a UTF-8 byte order mark"}
		case table != nil:
			return t.transcode(table, name)
		}
	}
	if i := bytes.IndexByte(t.src, 0); i >= 0 {
		return Error{uint32(i), uint32(i) + 1, "source code cannot contain null bytes"}
	}
	if utf8.Valid(t.src) {
		return Error{}
	}
	for i := 0; ; {
		r, n := utf8.DecodeRune(t.src[i:])
		if r == utf8.RuneError && n <= 1 {
			return Error{uint32(i), uint32(i) + 1, fmt.Sprintf("invalid UTF-8: byte 0x%02x", t.src[i])}
		}
		i += n
	}
}

// codingCookie returns the name of the encoding that one of the first two lines
// declares, as PEP 263 has it, and where the name stands.
//
//	^[ \t\f]*#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)
func codingCookie(src []byte) (name string, at uint32) {
	pos := 0
	for range 2 {
		end := pos
		for end < len(src) && src[end] != '\n' && src[end] != '\r' {
			end++
		}
		line := src[pos:end]
		i := len(line) - len(bytes.TrimLeft(line, " \t\f"))
		if i < len(line) && line[i] != '#' {
			return "", 0
		}
		for i < len(line) {
			j := bytes.Index(line[i:], []byte("coding"))
			if j < 0 {
				break
			}
			i += j + len("coding")
			k := i
			if k >= len(line) || line[k] != ':' && line[k] != '=' {
				continue
			}
			k++
			for k < len(line) && (line[k] == ' ' || line[k] == '\t') {
				k++
			}
			start := k
			for k < len(line) && line[k] < 0x80 && (charClass[line[k]]&ccIdent != 0 || line[k] == '-' || line[k] == '.') {
				k++
			}
			if k > start {
				return string(line[start:k]), uint32(pos + start)
			}
		}
		pos = int(skipNewline(src, uint32(end)))
	}
	return "", 0
}

// normalEncoding folds the spellings of an encoding's name.
func normalEncoding(name string) string {
	b := make([]byte, 0, len(name))
	for _, c := range []byte(name) {
		switch {
		case 'A' <= c && c <= 'Z':
			b = append(b, c|0x20)
		case c == '-', c == '.', c == ' ':
			b = append(b, '_')
		default:
			b = append(b, c)
		}
	}
	return string(b)
}

// transcode turns the source from a single-byte encoding into UTF-8.
func (t *Tree) transcode(table func(byte) rune, name string) (err Error) {
	wide := 0
	for _, c := range t.src {
		if c >= utf8.RuneSelf {
			wide++
		}
	}
	if wide == 0 {
		return Error{}
	}
	out := make([]byte, 0, len(t.src)+2*wide)
	for _, c := range t.src {
		r := rune(c)
		if c >= utf8.RuneSelf {
			r = table(c)
			if r == utf8.RuneError && err.Msg == "" {
				at := uint32(len(out))
				err = Error{at, at + 3, fmt.Sprintf("invalid %s: byte 0x%02x", name, c)}
			}
		}
		out = utf8.AppendRune(out, r)
	}
	t.src = out
	t.foreign = true
	return err
}

func ascii(byte) rune { return utf8.RuneError }

func latin1(c byte) rune { return rune(c) }

// highHalf makes the table of an encoding whose bytes below start are those of
// Latin-1, from the characters of the rest. U+FFFD marks a byte without a meaning.
func highHalf(start byte, chars string) func(byte) rune {
	runes := []rune(chars)
	return func(c byte) rune {
		if c < start {
			return rune(c)
		}
		return runes[c-start]
	}
}

// encodings are those that are read, nil meaning UTF-8. They are what is found in
// old sources of the Western, Central European and Cyrillic world.
var encodings = func() map[string]func(byte) rune {
	latin9 := func(c byte) rune {
		switch c {
		case 0xA4:
			return '€'
		case 0xA6:
			return 'Š'
		case 0xA8:
			return 'š'
		case 0xB4:
			return 'Ž'
		case 0xB8:
			return 'ž'
		case 0xBC:
			return 'Œ'
		case 0xBD:
			return 'œ'
		case 0xBE:
			return 'Ÿ'
		}
		return rune(c)
	}
	iso5 := func(c byte) rune {
		switch {
		case c <= 0xA0 || c == 0xAD:
			return rune(c)
		case c == 0xF0:
			return '№'
		case c == 0xFD:
			return '§'
		}
		return rune(c) - 0xA0 + 0x400
	}
	iso7 := highHalf(0xA0, "\u00a0‘’£€₯¦§¨©ͺ«¬\u00ad\ufffd―°±²³΄΅Ά·ΈΉΊ»Ό½ΎΏΐΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡ\ufffdΣΤΥΦΧΨΩΪΫάέήίΰαβγδεζηθικλμνξοπρςστυφχψωϊϋόύώ\ufffd")
	m := map[string]func(byte) rune{}
	add := func(table func(byte) rune, names ...string) {
		for _, name := range names {
			m[name] = table
		}
	}
	add(nil, "utf_8", "utf8", "u8", "utf", "utf_8_sig", "utf8_ucs2", "utf8_ucs4", "cp65001", "utf_8_unix", "utf_8_dos", "utf_8_mac")
	add(ascii, "ascii", "us_ascii", "646", "ansi_x3.4_1968", "ansi_x3_4_1968", "iso646_us")
	add(latin1, "latin_1", "latin1", "iso_8859_1", "iso8859_1", "iso_8859_1_unix", "latin_1_unix", "l1", "latin", "8859", "cp819", "iso8859")
	add(highHalf(0xA0, "\u00a0Ą˘Ł¤ĽŚ§¨ŠŞŤŹ\u00adŽŻ°ą˛ł´ľśˇ¸šşťź˝žżŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙"),
		"iso_8859_2", "iso8859_2", "latin2", "latin_2", "l2")
	add(iso5, "iso_8859_5", "iso8859_5", "cyrillic")
	add(iso7, "iso_8859_7", "iso8859_7", "greek", "greek8")
	add(latin9, "iso_8859_15", "iso8859_15", "latin_9", "latin9", "l9", "iso_8859_15_unix")
	add(highHalf(0x80, "€\ufffd‚ƒ„…†‡ˆ‰Š‹Œ\ufffdŽ\ufffd\ufffd‘’“”•–—˜™š›œ\ufffdžŸ\u00a0¡¢£¤¥¦§¨©ª«¬\u00ad®¯°±²³´µ¶·¸¹º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ"),
		"cp1252", "windows_1252", "1252")
	add(highHalf(0x80, "ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—\ufffd™љ›њќћџ\u00a0ЎўЈ¤Ґ¦§Ё©Є«¬\u00ad®Ї°±Ііґµ¶·ё№є»јЅѕїАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя"),
		"cp1251", "windows_1251", "1251")
	add(highHalf(0x80, "€\ufffd‚\ufffd„…†‡\ufffd‰Š‹ŚŤŽŹ\ufffd‘’“”•–—\ufffd™š›śťžź\u00a0ˇ˘Ł¤Ą¦§¨©Ş«¬\u00ad®Ż°±˛ł´µ¶·¸ąş»Ľ˝ľżŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙"),
		"cp1250", "windows_1250", "1250")
	koi8 := "─│┌┐└┘├┤┬┴┼▀▄█▌▐░▒▓⌠■∙√≈≤≥\u00a0⌡°²·÷═║╒ё╓╔╕╖╗╘╙╚╛╜╝╞╟╠╡Ё╢╣╤╥╦╧╨╩╪╫╬©юабцдефгхийклмнопярстужвьызшэщчъЮАБЦДЕФГХИЙКЛМНОПЯРСТУЖВЬЫЗШЭЩЧЪ"
	add(highHalf(0x80, koi8), "koi8_r", "cskoi8r")
	return m
}()
