package hubspot

import (
	"net/http"
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/throughline-dev/throughline/sandbox/internal/wire"
)

// maxText is how long a note's body and a ticket's text may be, in characters.
const maxText = 65_536

// property defines one that records of a kind can have.
type property struct {
	Name           string    `json:"name"`
	Label          string    `json:"label"`
	Type           string    `json:"type"`
	FieldType      string    `json:"fieldType"`
	GroupName      string    `json:"groupName"`
	Description    string    `json:"description"`
	Options        []option  `json:"options"`
	HasUniqueValue bool      `json:"hasUniqueValue"`
	HubspotDefined bool      `json:"hubspotDefined"`
	CreatedAt      time.Time `json:"createdAt"`
	UpdatedAt      time.Time `json:"updatedAt"`
	Archived       bool      `json:"archived"`
	Hidden         bool      `json:"hidden"`
	FormField      bool      `json:"formField"`

	readOnly bool
}

type option struct {
	Label  string `json:"label"`
	Value  string `json:"value"`
	Hidden bool   `json:"hidden"`
}

var propertyName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// fieldTypes are the ways to show a type.
var fieldTypes = map[string][]string{
	"string":       {"text", "textarea", "file", "html", "phonenumber", "calculation_equation"},
	"number":       {"number", "calculation_equation"},
	"date":         {"date"},
	"datetime":     {"date"},
	"bool":         {"booleancheckbox", "calculation_equation"},
	"enumeration":  {"booleancheckbox", "checkbox", "radio", "select", "calculation_equation"},
	"phone_number": {"phonenumber"},
}

func (s *Server) getProperty(r *http.Request) (any, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	k, err := s.kind(r.PathValue("type"))
	if err != nil {
		return nil, err
	}
	p, ok := k.properties[r.PathValue("name")]
	if !ok {
		return nil, no(http.StatusNotFound, "OBJECT_NOT_FOUND", "Property with name %q does not exist", r.PathValue("name"))
	}
	return p, nil
}

func (s *Server) createProperty(r *http.Request) (any, error) {
	var p property
	if err := wire.Read(r, &p, false); err != nil {
		return nil, invalid("Invalid input JSON: %s", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.kind(r.PathValue("type"))
	if err != nil {
		return nil, err
	}
	switch {
	case !propertyName.MatchString(p.Name):
		return nil, invalid("Property name %q must begin with a lowercase letter and have only lowercase letters, digits and underscores", p.Name)
	case p.Label == "":
		return nil, invalid("Some required fields were not set: [label]")
	case !slices.Contains(fieldTypes[p.Type], p.FieldType):
		return nil, invalid("Field type %q is not valid for the property type %q", p.FieldType, p.Type)
	case p.GroupName != k.group:
		return nil, invalid("Property group %q does not exist", p.GroupName)
	case p.HasUniqueValue && p.Type != "string" && p.Type != "number":
		return nil, invalid("Only string and number properties can have unique values")
	}
	if _, taken := k.properties[p.Name]; taken {
		return nil, no(http.StatusConflict, "OBJECT_ALREADY_EXISTS", "A property named '%s' already exists.", p.Name)
	}
	p.CreatedAt = time.Now().UTC()
	p.UpdatedAt, p.HubspotDefined, p.Archived = p.CreatedAt, false, false
	if p.Options == nil {
		p.Options = []option{}
	}
	if err := s.properties.Put(k.name+"/"+p.Name, p); err != nil {
		return nil, err
	}
	k.define(p)
	return p, nil
}

// check holds values against the properties that they are for, and writes them as HubSpot keeps them. An empty value takes
// the property away.
func (s *Server) check(k *kind, values map[string]string) (map[string]string, error) {
	var wrong []detail
	kept := map[string]string{}
	for name, value := range values {
		p, known := k.properties[name]
		code, message := "PROPERTY_DOESNT_EXIST", "Property \""+name+"\" does not exist"
		if known {
			value, code, message = s.checkValue(p, value)
		}
		if code != "" {
			wrong = append(wrong, detail{message, code, map[string][]string{"propertyName": {name}}})
		}
		kept[name] = value
	}
	if len(wrong) > 0 {
		slices.SortFunc(wrong, func(a, b detail) int {
			return strings.Compare(a.Context["propertyName"][0], b.Context["propertyName"][0])
		})
		return nil, notValid(wrong)
	}
	return kept, nil
}

func (s *Server) checkValue(p property, value string) (kept, code, message string) {
	switch {
	case p.readOnly:
		return value, "READ_ONLY_VALUE", p.Name + " is a read only property; its value cannot be set."
	case value == "":
		return "", "", ""
	case p.Name == "email":
		if a, err := mail.ParseAddress(value); err != nil || a.Address != value {
			return value, "INVALID_EMAIL", "Email address " + value + " is invalid"
		}
		return strings.ToLower(value), "", ""
	case p.Name == "domain":
		return strings.ToLower(value), "", ""
	case p.Name == "hubspot_owner_id":
		if !slices.ContainsFunc(s.Owners, func(o Owner) bool { return o.ID == value }) {
			return value, "INVALID_OWNER_ID", value + " was not a valid owner."
		}
	case (p.Name == "hs_note_body" || p.Name == "content") && utf8.RuneCountInString(value) > maxText:
		return value, "INVALID_STRING_LENGTH", p.Name + " is limited to 65536 characters."
	case len(p.Options) > 0:
		if !slices.ContainsFunc(p.Options, func(o option) bool { return o.Value == value }) {
			return value, "INVALID_OPTION", value + " was not one of the allowed options: [" + allowed(p.Options) + "]"
		}
	case p.Type == "number":
		if _, err := strconv.ParseFloat(value, 64); err != nil {
			return value, "INVALID_NUMBER", value + " was not a valid number."
		}
	case p.Type == "datetime":
		at, ok := moment(value)
		if !ok {
			return value, "INVALID_DATE", value + " was not a valid timestamp."
		}
		return at, "", ""
	}
	return value, "", ""
}

func allowed(options []option) string {
	var values []string
	for _, o := range options {
		values = append(values, o.Value)
	}
	return strings.Join(values, ", ")
}

// moment reads a time in milliseconds since 1970 or in ISO 8601, and writes it as HubSpot does.
func moment(value string) (string, bool) {
	at, err := time.Parse(time.RFC3339, value)
	if ms, number := strconv.ParseInt(value, 10, 64); number == nil {
		at, err = time.UnixMilli(ms), nil
	}
	return stamp(at), err == nil
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
