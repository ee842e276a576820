package slack

import (
	"bytes"
	"cmp"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/throughline-dev/throughline/activities/fault"
)

// Dialog is what a click asks for before it counts.
type Dialog struct {
	Title  string  `json:"title"` // the card's: what the answer is about
	Label  string  `json:"label"` // the button's: what the answer is
	Fields []Field `json:"fields,omitempty"`
	// Prefilled is set where the fields have values to begin with, and so didn't fit: they are asked for when somebody clicks.
	Prefilled bool `json:"prefilled,omitempty"`
}

// Limits of what a dialog may hold (docs.slack.dev/reference/block-kit and /reference/views/modal-views).
const (
	maxModalTitle  = 24
	maxInputLabel  = 2000 // also an input's hint
	maxInput       = 3000 // what somebody may type, and find there to begin with
	maxMetadata    = 3000
	maxOptions     = 100
	maxOptionText  = 75
	maxOptionValue = 150
	maxBlockID     = 255
	maxBlocks      = 100
)

// buttonValue is what a button carries through Slack, and what comes back with a click on it: its task, and the dialog that it
// asks with, so that whoever takes the click can open the dialog without asking anybody.
type buttonValue struct {
	TaskRef
	Dialog *Dialog `json:"d,omitempty"`
}

// encode writes the value within Slack's limit: as JSON, where that is too long compressed, which holds some seventy
// colleagues. Where that is too long too, the longest list of choices loses its end, and the field's hint says so. What is read
// by the machine is never shortened: ok is false where it doesn't fit.
func (v buttonValue) encode() (value string, ok bool) {
	for most := maxOptions; most > 0; most-- {
		short := v
		if v.Dialog != nil {
			d := *v.Dialog
			d.Fields = withChoices(d.Fields, most)
			short.Dialog = &d
		}
		plain, err := json.Marshal(short)
		if err != nil {
			break // plain types always marshal
		}
		if length(string(plain)) <= maxValue {
			return string(plain), true
		}
		if v.Dialog == nil {
			break
		}
		if packed := pack(plain); len(packed) <= maxValue {
			return packed, true
		}
	}
	return "", false
}

// withChoices are fields whose lists of choices end after the first so many.
func withChoices(fields []Field, most int) []Field {
	fields = slices.Clone(fields)
	for i, f := range fields {
		if n := len(f.Choices); n > most {
			fields[i].Choices = f.Choices[:most]
			fields[i].Hint = strings.TrimSpace(fmt.Sprintf("%s\nThese are the first %d of %d.", f.Hint, most, n))
		}
	}
	return fields
}

// packedMark begins a value that is compressed. JSON begins with a brace.
const packedMark = "z"

func pack(plain []byte) string {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestCompression) // fails for an unknown level only
	_, _ = w.Write(plain)                              // a buffer takes everything
	_ = w.Close()
	return packedMark + base64.RawURLEncoding.EncodeToString(b.Bytes())
}

// maxUnpacked is more than any value that fits, compressed, into a button.
const maxUnpacked = 64 << 10

var errNoValue = errors.New("the button's value names no task: it is no value of ours")

func decodeValue(value string) (v buttonValue, err error) {
	plain := []byte(value)
	if rest, ok := strings.CutPrefix(value, packedMark); ok {
		b, err := base64.RawURLEncoding.DecodeString(rest)
		if err != nil {
			return v, errNoValue
		}
		plain, err = io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(b)), maxUnpacked))
		if err != nil {
			return v, errNoValue
		}
	}
	if json.Unmarshal(plain, &v) != nil {
		return buttonValue{}, errNoValue
	}
	return v, nil
}

// checkFields refuses what no dialog can ask for, while the card is posted: later, on the click, nobody could do anything.
func checkFields(action string, fields []Field) error {
	wrong := ""
	seen := map[string]bool{}
	for _, f := range fields {
		switch {
		case f.Name == "" || length(f.Name) > maxBlockID || seen[f.Name]:
			wrong = fmt.Sprintf("needs a name of its own, of 1 to %d characters", maxBlockID)
		case line(f.Label) == "":
			wrong = "needs a label"
		case f.Kind == FieldChoice:
			wrong = checkChoices(f.Choices)
		case f.Kind != FieldText && f.Kind != FieldLong:
			wrong = fmt.Sprintf("is of kind %q, which is none", f.Kind)
		}
		if wrong != "" {
			return fault.Final(system, "invalid_card", fmt.Sprintf("the answer %q: the field %q %s", action, f.Name, wrong)).Err()
		}
		seen[f.Name] = true
	}
	if len(fields) >= maxBlocks {
		return fault.Final(system, "invalid_card", fmt.Sprintf("the answer %q has %d fields: less than %d fit", action, len(fields), maxBlocks)).Err()
	}
	return nil
}

func checkChoices(choices []Choice) string {
	if len(choices) == 0 {
		return "has no choices"
	}
	for _, c := range choices {
		if c.Value == "" || length(c.Value) > maxOptionValue || line(cmp.Or(c.Label, c.Value)) == "" {
			return fmt.Sprintf("has the choice %q: a choice needs a value of 1 to %d characters", c.Label, maxOptionValue)
		}
	}
	return ""
}
