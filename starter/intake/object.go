package intake

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/throughline-dev/throughline/activities/policy/nearest"
	"github.com/throughline-dev/throughline/workflows/field"
)

// maxUnknown is how many members that mean nothing are named, and maxMember how long a name can be, in characters, to be
// repeated.
const (
	maxUnknown = 20
	maxMember  = 100
)

// object is a JSON object whose members are taken one after the other. What is left when it is closed is a mistake: a member
// that was misspelt would otherwise be lost in silence, and with it a discount.
type object struct {
	at      string // what its members' names begin with: "" or "lines[2]."
	members map[string]any
	known   []string
	wrong   *field.Mistakes
}

func (o *object) mistake(name, problem string) { o.wrong.Add(o.at+name, problem) }

// take is a member's value; nil where there is none, or null.
func (o *object) take(name string) any {
	o.known = append(o.known, name)
	value := o.members[name]
	delete(o.members, name)
	return value
}

func (o *object) text(name string) string {
	switch v := o.take(name).(type) {
	case nil:
	case string:
		return v
	default:
		o.mistake(name, "must be text")
	}
	return ""
}

// scalar is a text, or a number as it was written, and whether there is one. What it must be is said of anything else.
func (o *object) scalar(name, must string) (text string, there bool) {
	switch v := o.take(name).(type) {
	case nil:
	case string:
		return strings.TrimSpace(v), true
	case json.Number:
		return v.String(), true
	default:
		o.mistake(name, must)
	}
	return "", false
}

// inner is a member that is an object; nil where there is none.
func (o *object) inner(name string) *object {
	switch v := o.take(name).(type) {
	case nil:
	case map[string]any:
		return &object{at: o.at + name + ".", members: v, wrong: o.wrong}
	default:
		o.mistake(name, "must be an object")
	}
	return nil
}

// close names the members that nobody has taken.
func (o *object) close() {
	for i, name := range slices.Sorted(maps.Keys(o.members)) {
		switch {
		case i == maxUnknown:
			o.mistake("other fields", fmt.Sprintf("are too many that mean nothing here: %d more", len(o.members)-i))
			return
		case name == "" || field.WrongLine(name, maxMember) != "":
			o.mistake("other fields", "have one without a readable name")
		default:
			o.mistake(name, "is no field here"+nearest.Hint(name, o.known))
		}
	}
}
