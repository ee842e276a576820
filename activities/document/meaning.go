package document

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// longest is how long a heading or a label can be, in bytes, to be looked up: a line of 200 KB is no heading.
const longest = 100

// meaning looks up what a heading or label is about. It knows the words themselves; words in front of them that change nothing
// ("proposed timeline"); a remark in brackets behind them ("Budget (rough)"); and several words joined by "and", "&", "/" or
// "+", which mean what the first of them does. In a loose lookup, for what is a heading by its form, the words may also go on:
// "Goals for the first year".
func meaning(label string, loose bool) (word, bool) {
	if len(label) > longest {
		return word{}, false
	}
	if w, ok := known(label); ok {
		return w, true
	}
	if open := strings.IndexAny(label, "(["); open > 0 {
		if w, ok := meaning(label[:open], loose); ok {
			return more(w), true
		}
	}
	if w, ok := joined(label); ok {
		return w, true
	}
	if !loose {
		return word{}, false
	}
	for _, link := range links {
		if before, _, found := strings.Cut(strings.ToLower(label), link); found {
			if w, ok := known(before); ok {
				return more(w), true
			}
		}
	}
	return word{}, false
}

// links go between a heading's word and what else it says.
var links = []string{" for ", " of ", " from ", " by ", " – ", " — ", " - ", " für ", " von ", " pour ", " de ", " du ", " para ", " del "}

// more is a word whose heading says more than the section's title.
func more(w word) word {
	w.same = false
	return w
}

// known looks up words as they stand, and without qualifiers before them.
func known(label string) (word, bool) {
	folded := fold(label)
	for {
		if w, ok := words[folded]; ok {
			return w, true
		}
		qualifier, rest, ok := strings.Cut(folded, " ")
		if !ok || !qualifiers[qualifier] {
			return word{}, false
		}
		folded = rest
	}
}

// joints are what joins several words to one heading.
var joints = strings.NewReplacer(" & ", "\x00", "/", "\x00", " + ", "\x00", ", ", "\x00", " and ", "\x00", " und ", "\x00", " et ", "\x00", " y ", "\x00")

// joined looks up words that are joined; every one of them has to be known.
func joined(label string) (word, bool) {
	parts := strings.Split(joints.Replace(strings.ToLower(label)), "\x00")
	if len(parts) < 2 {
		return word{}, false
	}
	var first word
	for i, part := range parts {
		w, ok := known(part)
		switch {
		case !ok:
			return word{}, false
		case i == 0:
			first = w
		case w.kind != first.kind:
			first = more(first)
		}
	}
	return first, true
}

// bare is a heading's text without what people put around it: emoji, emphasis, a colon, a bullet.
func bare(s string) string {
	return strings.TrimFunc(s, func(r rune) bool {
		const keycap, emoji, joiner = '\u20e3', '\ufe0f', '\u200d'
		return unicode.IsSpace(r) || unicode.Is(unicode.So, r) || unicode.Is(unicode.Sk, r) || r == keycap || r == emoji ||
			r == joiner || strings.ContainsRune("*_#:：-–—•·=.✓", r)
	})
}

// capital reports whether a text begins with a letter that isn't a small one.
func capital(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r) && !unicode.IsLower(r)
}
