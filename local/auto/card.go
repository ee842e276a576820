package auto

import (
	"encoding/json"
	"fmt"
	"html"
	"strings"

	"github.com/slack-go/slack"

	sandbox "github.com/throughline-dev/throughline/sandbox/client"
)

// reading is a card as somebody reads it.
type reading struct {
	facts  map[string]string // by label
	status string            // the small print
}

// read reads a card's blocks.
func read(m sandbox.Message) (reading, error) {
	r := reading{facts: map[string]string{}}
	var blocks slack.Blocks
	if err := json.Unmarshal(m.Blocks, &blocks); err != nil {
		return r, fmt.Errorf("the card %q can't be read: %w", m.Text, err)
	}
	for _, b := range blocks.BlockSet {
		switch b := b.(type) {
		case *slack.SectionBlock:
			for _, f := range b.Fields {
				label, value, _ := strings.Cut(f.Text, "\n")
				r.facts[strings.Trim(label, "*")] = html.UnescapeString(value) // Slack's three escapes are HTML's
			}
		case *slack.ContextBlock:
			for _, e := range b.ContextElements.Elements {
				if text, ok := e.(*slack.TextBlockObject); ok {
					r.status += html.UnescapeString(text.Text)
				}
			}
		}
	}
	return r, nil
}
