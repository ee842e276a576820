package intake

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/throughline-dev/throughline/workflows/field"
	"github.com/throughline-dev/throughline/workflows/lead"
)

// KeyField is the field by which a sender names a submission, so that a repeat is recognised.
const KeyField = "submission_id"

// MaxKey is the longest name that a sender may give a submission, in bytes.
const MaxKey = 200

// Entry is a submission as it was read from a body.
type Entry struct {
	Submission lead.Submission
	// Key is what the sender calls the submission; "" where it has no name.
	Key string
	// Signed is when a sender has signed it who has the secret; the zero time where nobody has.
	Signed time.Time
	// Mistakes are the fields that couldn't be read at all.
	Mistakes lead.Mistakes
}

// What a body can be that no field can be read from.
var (
	ErrNotUTF8   = errors.New("the body is not valid UTF-8: send it in that encoding")
	ErrNotJSON   = errors.New("the body is not valid JSON")
	ErrNotObject = errors.New("the body must be one JSON object, with the fields as its members")
)

// ReadJSON reads a submission from a JSON object. The campaign's fields may stand in an object "utm" or as utm_…; members
// that Throughline doesn't know are kept as they are. The error is one of the package's; a field that can't be read is no
// error here but one of the entry's mistakes.
func ReadJSON(body []byte) (Entry, error) {
	fields, err := readObject(body)
	if err != nil {
		return Entry{}, err
	}
	return read(fields), nil
}

// readObject reads a JSON object, whose numbers stay as they were written.
func readObject(body []byte) (map[string]any, error) {
	if !utf8.Valid(body) { // encoding/json would put "�" for what it can't read
		return nil, ErrNotUTF8
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return nil, ErrNotJSON
	}
	fields, ok := value.(map[string]any)
	if _, err := d.Token(); err != io.EOF || !ok {
		return nil, ErrNotObject
	}
	if name, found := twice(body); found {
		if name == "" || field.WrongLine(name, maxMember) != "" {
			return nil, errors.New("the body has a member twice in an object: give each once")
		}
		return nil, fmt.Errorf("the body has the member %q twice in an object: give it once", name)
	}
	return fields, nil
}

// twice finds a member that an object in valid JSON has twice: a decoder would take the last and drop what was sent first, without a word.
func twice(body []byte) (name string, found bool) {
	type object struct {
		seen  map[string]bool // nil for a list
		value bool            // what comes next is one, and no name
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	around := []object{{}}
	for {
		token, err := d.Token()
		if err != nil { // the end, since it was read before
			return "", false
		}
		in := &around[len(around)-1]
		switch delim, _ := token.(json.Delim); {
		case delim == '}' || delim == ']':
			around = around[:len(around)-1]
			continue
		case in.seen != nil && !in.value:
			if name, _ = token.(string); in.seen[name] {
				return name, true
			}
			in.seen[name], in.value = true, true
			continue
		case delim == '{':
			in.value = false
			around = append(around, object{seen: map[string]bool{}})
			continue
		case delim == '[':
			in.value = false
			around = append(around, object{})
			continue
		}
		in.value = false
	}
}

// ReadForm reads a submission from an HTML form's fields. A further field that came several times is kept as a list. The
// error is [ErrNotUTF8] or nil.
func ReadForm(form url.Values) (Entry, error) {
	fields := make(map[string]any, len(form))
	for name, values := range form {
		if !utf8.ValidString(name) || !utf8.ValidString(strings.Join(values, "")) {
			return Entry{}, ErrNotUTF8
		}
		if len(values) == 1 {
			fields[name] = values[0]
			continue
		}
		list := make([]any, len(values))
		for i, v := range values {
			list[i] = v
		}
		fields[name] = list
	}
	return read(fields), nil
}

// read takes what it knows out of the fields; the rest is the submission's Other.
func read(fields map[string]any) Entry {
	var e Entry
	s := &e.Submission
	for name, to := range map[string]*string{
		"name": &s.Name, "email": &s.Email, "company": &s.Company, "phone": &s.Phone,
		"country": &s.Country, "region": &s.Region, "message": &s.Message,
	} {
		*to = e.text(name, fields[name])
		delete(fields, name)
	}
	s.Employees = e.number("employees", fields["employees"])
	delete(fields, "employees")
	e.Key = e.key(fields[KeyField])
	delete(fields, KeyField)

	utm := map[string]string{}
	if nested, ok := fields["utm"].(map[string]any); ok {
		for name, value := range nested {
			utm[name] = e.text("utm_"+name, value)
		}
		delete(fields, "utm")
	}
	for field, value := range fields {
		if name, ok := strings.CutPrefix(field, "utm_"); ok {
			utm[name] = e.text(field, value)
			delete(fields, field)
		}
	}
	if len(utm) > 0 {
		s.UTM = utm
	}
	if len(fields) > 0 {
		s.Other = fields
	}
	slices.SortFunc(e.Mistakes, func(a, b lead.Mistake) int { return strings.Compare(a.Field, b.Field) })
	return e
}

// Trap takes a field out of the submission that people don't see, so that it is no part of the lead, and reports whether there
// was something in it; that is one of the entry's mistakes. It isn't dropped in silence as a robot's: a browser may have filled
// it in for a person. An unticked box is nothing, and "" no field.
func (e *Entry) Trap(field string) (filled bool) {
	if field == "" {
		return false
	}
	value := e.Submission.Other[field]
	delete(e.Submission.Other, field)
	if len(e.Submission.Other) == 0 {
		e.Submission.Other = nil
	}
	if filled = !blank(value); filled {
		e.wrong(field, trapped)
	}
	return filled
}

// trapped is what is wrong with a field that people don't see, where there is something in it.
const trapped = "must be left empty: people don't see it, so that what fills it in is known for a robot"

func blank(value any) bool {
	list, several := value.([]any)
	if !several {
		return value == nil || value == "" || value == false
	}
	return !slices.ContainsFunc(list, func(one any) bool { return !blank(one) })
}

func (e *Entry) text(field string, value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case []any:
		e.wrong(field, "must be given once")
	default:
		e.wrong(field, "must be text")
	}
	return ""
}

func (e *Entry) number(field string, value any) int {
	if n, ok := value.(json.Number); ok {
		value = n.String()
	}
	text := strings.TrimSpace(e.text(field, value))
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		e.wrong(field, "must be a whole number, such as 40")
	}
	return n
}

func (e *Entry) key(value any) string {
	if n, ok := value.(json.Number); ok {
		value = n.String()
	}
	key := strings.TrimSpace(e.text(KeyField, value))
	if len(key) > MaxKey {
		e.wrong(KeyField, "is too long: at most "+strconv.Itoa(MaxKey)+" bytes")
	}
	return key
}

func (e *Entry) wrong(field, problem string) {
	e.Mistakes = append(e.Mistakes, lead.Mistake{Field: field, Problem: problem})
}

// Check normalises the submission and returns all that is wrong with it as [lead.Mistakes], or nil. A field that couldn't be
// read is named for that alone, and not for being empty too.
func (e *Entry) Check() error {
	e.Submission.Normalize()
	all := slices.Clone(e.Mistakes)
	named := map[string]bool{}
	for _, m := range all {
		named[m.Field] = true
	}
	var found lead.Mistakes
	if errors.As(e.Submission.Validate(), &found) {
		for _, m := range found {
			if !named[m.Field] {
				all = append(all, m)
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all
}
