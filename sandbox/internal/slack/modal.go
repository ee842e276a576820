package slack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// The limits of modals and of what is filled in there (https://docs.slack.dev/reference/views/modal-views, and Block Kit's pages
// of the input block, its elements and the option object).
const (
	maxView        = 250 << 10 // bytes
	maxModalBlocks = 100
	maxModalTitle  = 24 // also its buttons'
	maxMetadata    = 3000
	maxInputLabel  = 2000 // also the hint's
	maxInputText   = 3000
	maxPlaceholder = 150
	maxOptions     = 100
	maxOptionText  = 75
	maxOptionValue = 150
)

// View is a modal as an app sends it.
type View struct {
	Type            string  `json:"type"` // "modal"
	Title           *Text   `json:"title"`
	Blocks          []Block `json:"blocks"`
	Submit          *Text   `json:"submit"`
	Close           *Text   `json:"close"`
	PrivateMetadata string  `json:"private_metadata"`
	CallbackID      string  `json:"callback_id"`
	ClearOnClose    bool    `json:"clear_on_close"`
	NotifyOnClose   bool    `json:"notify_on_close"`
	ExternalID      string  `json:"external_id"`
}

// Input is what an input block asks with: a "plain_text_input" or a "static_select".
type Input struct {
	Type        string   `json:"type"`
	ActionID    string   `json:"action_id"`
	Placeholder *Text    `json:"placeholder,omitempty"`
	Focus       bool     `json:"focus_on_load,omitempty"`
	Initial     string   `json:"initial_value,omitempty"`
	Multiline   bool     `json:"multiline,omitempty"`
	MinLength   *int     `json:"min_length,omitempty"`
	MaxLength   *int     `json:"max_length,omitempty"`
	Options     []Option `json:"options,omitempty"`
	Chosen      *Option  `json:"initial_option,omitempty"`
}

// Option is one of the values that a select offers.
type Option struct {
	Text        *Text  `json:"text"`
	Value       string `json:"value"`
	Description *Text  `json:"description,omitempty"`
}

// checkView reads a modal and holds it against the limits. What has no ID is given one.
func checkView(raw string) (*View, error) {
	if len(raw) > maxView {
		return nil, no("view_too_large")
	}
	v := &View{}
	d := json.NewDecoder(bytes.NewReader([]byte(raw)))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return nil, no("invalid_arguments", err.Error()+" [json-pointer:/view]")
	}
	c := &checker{seen: map[string]bool{}, modal: true}
	if v.Type != "modal" {
		c.say("/view/type", "must be a valid enum value")
	}
	c.text("/view/title", v.Title, maxModalTitle, true)
	c.optional("/view/submit", v.Submit, maxModalTitle)
	c.optional("/view/close", v.Close, maxModalTitle)
	c.short("/view/private_metadata", v.PrivateMetadata, maxMetadata)
	c.short("/view/callback_id", v.CallbackID, maxID)
	c.short("/view/external_id", v.ExternalID, maxID)
	c.items("/view/blocks", len(v.Blocks), maxModalBlocks)
	for i := range v.Blocks {
		at := fmt.Sprintf("/view/blocks/%d", i)
		c.block(at, &v.Blocks[i])
		if v.Blocks[i].Type == "input" && v.Submit == nil {
			c.say(at+"/input", "must define `submit` to use `input` block")
		}
	}
	if c.focused > 1 {
		c.say("/view/blocks", "only one element can have `focus_on_load`")
	}
	if len(c.wrong) > 0 {
		return nil, no("invalid_arguments", c.wrong...)
	}
	return v, nil
}

func (c *checker) input(at string, b *Block) {
	c.text(at+"/label", b.Label, maxInputLabel, true)
	c.optional(at+"/hint", b.Hint, maxInputLabel)
	e := b.Element
	if e == nil {
		c.say(at+"/element", "missing required field")
		return
	}
	at += "/element"
	c.id(at+"/action_id", b.BlockID+"/", &e.ActionID)
	c.optional(at+"/placeholder", e.Placeholder, maxPlaceholder)
	if e.Focus {
		c.focused++
	}
	switch e.Type {
	case "plain_text_input":
		c.between(at+"/min_length", e.MinLength, 0)
		c.between(at+"/max_length", e.MaxLength, 1)
		c.short(at+"/initial_value", e.Initial, maxInputText)
		if len(e.Options) > 0 || e.Chosen != nil {
			c.say(at+"/options", "must not be there")
		}
	case "static_select":
		c.options(at, e)
	default:
		c.say(at+"/type", "unsupported type: %s", e.Type)
	}
}

// optional checks a plain text that may be left out.
func (c *checker) optional(at string, t *Text, most int) {
	if t != nil {
		c.text(at, t, most, true)
	}
}

func (c *checker) between(at string, n *int, least int) {
	if n != nil && (*n < least || *n > maxInputText) {
		c.say(at, "must be between %d and %d", least, maxInputText)
	}
}

func (c *checker) options(at string, e *Input) {
	c.items(at+"/options", len(e.Options), maxOptions)
	if len(e.Options) == 0 {
		c.say(at+"/options", "no less than 1 item allowed")
	}
	if e.Multiline || e.Initial != "" || e.MinLength != nil || e.MaxLength != nil {
		c.say(at, "has fields of a text")
	}
	for i, o := range e.Options {
		c.text(fmt.Sprintf("%s/options/%d/text", at, i), o.Text, maxOptionText, true)
		value := fmt.Sprintf("%s/options/%d/value", at, i)
		if o.Value == "" {
			c.say(value, "must be more than 0 characters")
		}
		c.short(value, o.Value, maxOptionValue)
	}
	if e.Chosen != nil && e.option(e.Chosen.Value) == nil {
		c.say(at+"/initial_option", "must be one of the options")
	}
}

// option is the one with that value; nil where there is none.
func (e *Input) option(value string) *Option {
	for i := range e.Options {
		if e.Options[i].Value == value {
			return &e.Options[i]
		}
	}
	return nil
}

// What Slack says under a field, before it sends the modal to the app.
const (
	fieldRequired = "Please complete this required field."
	fieldTooLong  = "Please enter no more than %d characters."
	fieldTooShort = "Please enter at least %d characters."
	fieldNoChoice = "Please choose one of the options."
)

// wrong is what Slack doesn't let pass of what was filled in; "" for nothing.
func (b *Block) wrong(value string) string {
	e, n := b.Element, utf8.RuneCountInString(value)
	switch {
	case value == "" && !b.Optional:
		return fieldRequired
	case value == "":
		return ""
	case e.Type == "static_select" && e.option(value) == nil:
		return fieldNoChoice
	case e.MaxLength != nil && n > *e.MaxLength:
		return fmt.Sprintf(fieldTooLong, *e.MaxLength)
	case e.MinLength != nil && n < *e.MinLength:
		return fmt.Sprintf(fieldTooShort, *e.MinLength)
	}
	return ""
}
