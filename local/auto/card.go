package auto

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	sandbox "github.com/throughline-dev/throughline/sandbox/client"
)

// reading is a card as somebody reads it.
type reading struct {
	facts  map[string]string // by label
	text   string            // below the title
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
			if b.Text != nil {
				r.text += html.UnescapeString(b.Text.Text)
			}
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

// Cards are the cards that a filter lets through and whose title begins like that, oldest first.
func (p *Player) Cards(ctx context.Context, of sandbox.MessageFilter, title string) ([]sandbox.Message, error) {
	messages, err := p.World.Messages(ctx, of)
	return slices.DeleteFunc(messages, func(m sandbox.Message) bool { return !strings.HasPrefix(m.Text, title) }), err
}

// Card waits for one of these cards that can be answered and has what is wanted; nil wants nothing more.
func (p *Player) Card(
	ctx context.Context, what string, of sandbox.MessageFilter, title string, wanted func(sandbox.Message) bool,
) (card sandbox.Message, err error) {
	err = p.Until(ctx, what, func(ctx context.Context) (bool, string, error) {
		cards, err := p.Cards(ctx, of, title)
		for _, c := range cards {
			if len(c.Buttons) > 0 && (wanted == nil || wanted(c)) {
				card = c
				return true, "", err
			}
		}
		return false, fmt.Sprintf("%d others", len(cards)), err
	})
	return card, err
}

// failed waits for the card by which operations are asked what becomes of a step that a vendor refused with that status.
func (p *Player) failed(ctx context.Context, id string, status int) (sandbox.Message, error) {
	card, err := p.Card(ctx, "operations' card", sandbox.MessageFilter{Case: id}, failedTitle, nil)
	if err != nil {
		return card, err
	}
	r, err := read(card)
	if err != nil {
		return card, err
	}
	what := r.facts["What happened"]
	p.Say("operations are asked: %s", what)
	if !strings.Contains(what, fmt.Sprintf(" answered %d", status)) {
		err = fmt.Errorf("expected operations to read that the answer was %d, saw %q", status, what)
	}
	return card, err
}
