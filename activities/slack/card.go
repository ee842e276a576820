package slack

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	sdk "github.com/slack-go/slack"

	"github.com/throughline-dev/throughline/activities/fault"
)

// Block Kit's limits, in characters where they aren't counts (docs.slack.dev/reference/block-kit). A message above one of them
// is refused as a whole, so texts are shortened, visibly.
const (
	maxHeader   = 150
	maxSection  = 3000
	maxField    = 2000
	maxLabel    = 75 // a button's
	maxTitle    = 100
	maxQuestion = 300
	maxActionID = 255
	maxValue    = 2000
	maxFields   = 10
	maxButtons  = 25
)

// ActionPrefix marks the buttons that are ours: an action_id is "throughline:<action>".
const ActionPrefix = "throughline:"

// summary is what a notification shows, and what a screen reader reads.
func (c Card) summary() string { return escape(line(c.Title), maxSection) }

// blocks draws the card: the title, the text, the facts in two columns, the buttons, and the status in small print.
func (c Card) blocks() ([]sdk.Block, error) {
	var blocks []sdk.Block
	if title := line(c.Title); title != "" {
		blocks = append(blocks, sdk.NewHeaderBlock(plainText(title, maxHeader)))
	}
	if text := strings.TrimSpace(c.Text); text != "" {
		blocks = append(blocks, sdk.NewSectionBlock(plainText(text, maxSection), nil, nil))
	}
	for fields := range slices.Chunk(c.fields(), maxFields) {
		blocks = append(blocks, sdk.NewSectionBlock(nil, fields, nil))
	}
	buttons, err := c.buttons()
	if err != nil {
		return nil, err
	}
	for some := range slices.Chunk(buttons, maxButtons) {
		blocks = append(blocks, sdk.NewActionBlock("", some...))
	}
	if status := strings.TrimSpace(c.Status); status != "" {
		blocks = append(blocks, sdk.NewContextBlock("", plainText(status, maxField)))
	}
	return blocks, nil
}

func (c Card) fields() []*sdk.TextBlockObject {
	var fields []*sdk.TextBlockObject
	for _, f := range c.Facts {
		value := strings.TrimSpace(f.Value)
		if value == "" {
			continue
		}
		label := "*" + escape(line(f.Label), maxTitle) + "*\n"
		// Verbatim: a name that somebody typed into a form is no mention, and no link.
		fields = append(fields, &sdk.TextBlockObject{
			Type: sdk.MarkdownType, Text: label + linked(value, f.Link, maxField-length(label)), Verbatim: true,
		})
	}
	return fields
}

func (c Card) buttons() ([]sdk.BlockElement, error) {
	var buttons []sdk.BlockElement
	for _, b := range c.Buttons {
		id, label := ActionPrefix+b.Action, cmp.Or(line(b.Label), b.Action)
		value := buttonValue{TaskRef: c.Task}
		if len(b.Fields) > 0 {
			if err := checkFields(b.Action, b.Fields); err != nil {
				return nil, err
			}
			value.Dialog = &Dialog{Title: shorten(line(c.Title), maxHeader), Label: shorten(label, maxLabel), Fields: b.Fields}
			if b.Prefilled {
				value.Dialog.Fields, value.Dialog.Prefilled = nil, true
			}
		}
		// These two are read by the machine when somebody clicks: shortened they would answer something else.
		carried, fits := value.encode()
		if length(id) > maxActionID || !fits {
			return nil, fault.Final(system, "invalid_card", fmt.Sprintf(
				"the answer %q doesn't fit: its name has %d characters of %d, and what its button carries must fit into %d: "+
					"the task's name and version, and the fields' names, labels and hints",
				shorten(b.Action, maxTitle), length(id), maxActionID, maxValue)).Err()
		}
		button := sdk.NewButtonBlockElement(id, carried, plainText(label, maxLabel))
		if b.Style == string(sdk.StylePrimary) || b.Style == string(sdk.StyleDanger) {
			button.Style = sdk.Style(b.Style)
		}
		if b.Confirm != "" && value.Dialog == nil { // a dialog asks by itself
			button.Confirm = sdk.NewConfirmationBlockObject(plainText(label, maxTitle), plainText(b.Confirm, maxQuestion),
				plainText("Yes", maxLabel), plainText("Cancel", maxLabel))
			button.Confirm.Style = button.Style
		}
		buttons = append(buttons, button)
	}
	return buttons, nil
}

func plainText(text string, most int) *sdk.TextBlockObject {
	return sdk.NewTextBlockObject(sdk.PlainTextType, escape(text, most), true, false)
}
