package slack

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Block Kit's limits, from https://docs.slack.dev/reference/block-kit: the pages of the blocks, the button and the
// composition objects.
const (
	maxBlocks          = 50
	maxSectionText     = 3000
	maxFields          = 10
	maxFieldText       = 2000
	maxHeaderText      = 150
	maxContextElements = 10
	maxActions         = 25
	maxButtonText      = 75
	maxButtonValue     = 2000
	maxURL             = 3000
	maxID              = 255
	maxConfirmTitle    = 100
	maxConfirmText     = 300
	maxConfirmButton   = 30
	// maxAllText is not documented: beyond about 13,200 characters in all blocks Slack answers msg_blocks_too_long
	// (https://github.com/slackapi/bolt-js/issues/2509).
	maxAllText = 13_200
)

// Block is a block of a message or a modal, of those kinds that the sandbox knows.
type Block struct {
	Type      string    `json:"type"` // "header", "section", "context", "actions" or "divider", and in a modal "input"
	BlockID   string    `json:"block_id,omitempty"`
	Text      *Text     `json:"text,omitempty"`
	Fields    []Text    `json:"fields,omitempty"`
	Accessory *Element  `json:"accessory,omitempty"`
	Elements  []Element `json:"elements,omitempty"`
	Expand    bool      `json:"expand,omitempty"`
	// Of an input:
	Label          *Text  `json:"label,omitempty"`
	Hint           *Text  `json:"hint,omitempty"`
	Element        *Input `json:"element,omitempty"`
	Optional       bool   `json:"optional,omitempty"`
	DispatchAction bool   `json:"dispatch_action,omitempty"`
}

// Text is a text object. In a context block's Elements it is an element.
type Text struct {
	Type     string `json:"type"` // "plain_text" or "mrkdwn"
	Text     string `json:"text"`
	Emoji    *bool  `json:"emoji,omitempty"`
	Verbatim *bool  `json:"verbatim,omitempty"`
}

// Element is a button, or in a context block a text.
type Element struct {
	Type string `json:"type"` // "button", "plain_text" or "mrkdwn"
	// Label is a button's text object, or, as a JSON string, a text's own text.
	Label    json.RawMessage `json:"text,omitempty"`
	ActionID string          `json:"action_id,omitempty"`
	Value    string          `json:"value,omitempty"`
	URL      string          `json:"url,omitempty"`
	Style    string          `json:"style,omitempty"`
	Confirm  *Confirm        `json:"confirm,omitempty"`
	Emoji    *bool           `json:"emoji,omitempty"`
	Verbatim *bool           `json:"verbatim,omitempty"`
	Access   string          `json:"accessibility_label,omitempty"`
}

// Confirm is the dialog before a click.
type Confirm struct {
	Title   *Text  `json:"title"`
	Text    *Text  `json:"text"`
	Confirm *Text  `json:"confirm"`
	Deny    *Text  `json:"deny"`
	Style   string `json:"style,omitempty"`
}

// Text is an element's text: a button's label, or the text itself.
func (e Element) Text() Text {
	var t Text
	if e.Type == "button" {
		_ = json.Unmarshal(e.Label, &t) // checked when it was posted
		return t
	}
	_ = json.Unmarshal(e.Label, &t.Text)
	t.Type = e.Type
	return t
}

// Blocks reads a message's blocks, which were checked when they were posted.
func Blocks(raw json.RawMessage) (blocks []Block) {
	_ = json.Unmarshal(raw, &blocks)
	return blocks
}

// checkBlocks holds blocks against the limits, and gives IDs to what has none, as Slack does. No blocks are nil.
func checkBlocks(raw string) (json.RawMessage, error) {
	if raw == "" || raw == "[]" {
		return nil, nil
	}
	var blocks []Block
	d := json.NewDecoder(bytes.NewReader([]byte(raw)))
	d.DisallowUnknownFields()
	if err := d.Decode(&blocks); err != nil {
		return nil, no("invalid_blocks_format", err.Error())
	}
	c := &checker{seen: map[string]bool{}}
	c.items("/blocks", len(blocks), maxBlocks)
	for i := range blocks {
		c.block(fmt.Sprintf("/blocks/%d", i), &blocks[i])
	}
	if len(c.wrong) > 0 {
		return nil, no("invalid_blocks", c.wrong...)
	}
	if c.characters > maxAllText {
		return nil, no("msg_blocks_too_long")
	}
	return json.Marshal(blocks)
}

// checker collects what is wrong, in Slack's words.
type checker struct {
	wrong      []string
	seen       map[string]bool // block IDs, and the action IDs of a block below them
	characters int
	modal      bool // whether it is a modal's blocks
	focused    int  // how many elements want the focus
}

func (c *checker) say(pointer, format string, args ...any) {
	c.wrong = append(c.wrong, fmt.Sprintf(format, args...)+" [json-pointer:"+pointer+"]")
}

func (c *checker) items(pointer string, n, most int) {
	if n > most {
		c.say(pointer, "no more than %d items allowed", most)
	}
}

func (c *checker) short(pointer, s string, most int) {
	if utf8.RuneCountInString(s) > most {
		c.say(pointer, "must be less than %d characters", most+1)
	}
}

// id checks an ID, or makes one up; within is where no other may have the same.
func (c *checker) id(pointer, within string, id *string) {
	if *id == "" {
		*id = rand.Text()[:5]
	}
	c.short(pointer, *id, maxID)
	if c.seen[within+*id] {
		c.say(pointer, "`%s` already exists", *id)
	}
	c.seen[within+*id] = true
}

func (c *checker) text(pointer string, t *Text, most int, plain bool) {
	if t == nil {
		c.say(pointer, "missing required field")
		return
	}
	if t.Type != "plain_text" && (plain || t.Type != "mrkdwn") {
		c.say(pointer+"/type", "unsupported type: %s", t.Type)
	}
	if t.Text == "" {
		c.say(pointer+"/text", "must be more than 0 characters")
	}
	c.short(pointer+"/text", t.Text, most)
	c.characters += utf8.RuneCountInString(t.Text)
}

func (c *checker) block(at string, b *Block) {
	c.id(at+"/block_id", "", &b.BlockID)
	switch b.Type {
	case "divider":
	case "header":
		c.text(at+"/text", b.Text, maxHeaderText, true)
	case "section":
		if b.Text != nil || len(b.Fields) == 0 {
			c.text(at+"/text", b.Text, maxSectionText, false)
		}
		c.items(at+"/fields", len(b.Fields), maxFields)
		for i := range b.Fields {
			c.text(fmt.Sprintf("%s/fields/%d", at, i), &b.Fields[i], maxFieldText, false)
		}
		if b.Accessory != nil {
			c.button(at+"/accessory", b.BlockID, b.Accessory)
		}
	case "context":
		c.items(at+"/elements", len(b.Elements), maxContextElements)
		c.some(at+"/elements", b.Elements)
		for i, e := range b.Elements {
			t := e.Text()
			c.text(fmt.Sprintf("%s/elements/%d", at, i), &t, maxSectionText, false)
		}
	case "actions":
		c.items(at+"/elements", len(b.Elements), maxActions)
		c.some(at+"/elements", b.Elements)
		for i := range b.Elements {
			c.button(fmt.Sprintf("%s/elements/%d", at, i), b.BlockID, &b.Elements[i])
		}
	case "input":
		if !c.modal { // Slack knows them in messages too; nobody here sends any
			c.say(at+"/type", "unsupported type: %s", b.Type)
			return
		}
		c.input(at, b)
	default:
		c.say(at+"/type", "unsupported type: %s", b.Type)
	}
}

func (c *checker) some(pointer string, elements []Element) {
	if len(elements) == 0 {
		c.say(pointer, "no less than 1 item allowed")
	}
}

func (c *checker) button(at, block string, e *Element) {
	if e.Type != "button" {
		c.say(at+"/type", "unsupported type: %s", e.Type)
		return
	}
	t := e.Text()
	c.text(at+"/text", &t, maxButtonText, true)
	c.id(at+"/action_id", block+"/", &e.ActionID)
	c.short(at+"/value", e.Value, maxButtonValue)
	c.short(at+"/url", e.URL, maxURL)
	if e.Style != "" && e.Style != "primary" && e.Style != "danger" {
		c.say(at+"/style", "must be a valid enum value")
	}
	if e.Confirm != nil {
		c.text(at+"/confirm/title", e.Confirm.Title, maxConfirmTitle, true)
		c.text(at+"/confirm/text", e.Confirm.Text, maxConfirmText, false)
		c.text(at+"/confirm/confirm", e.Confirm.Confirm, maxConfirmButton, true)
		c.text(at+"/confirm/deny", e.Confirm.Deny, maxConfirmButton, true)
	}
}
