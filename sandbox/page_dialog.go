package sandbox

import (
	"bytes"
	"html/template"
	"net/http"

	"github.com/throughline-dev/throughline/sandbox/internal/slack"
)

// dialogPage is a modal, as a part of the Slack page.
type dialogPage struct {
	ID                   string
	Title, Submit, Close template.HTML
	Blocks               []dialogBlock
}

// dialogBlock is a block of a modal: an input, or what a message has too.
type dialogBlock struct {
	slackBlock
	Label, Hint, Placeholder template.HTML
	Optional                 bool
	Name                     string // the block's ID, which its value is sent under
	Input                    *slack.Input
	Most                     int // the longest text that may be typed; 0 for no limit
	Options                  []dialogOption
}

type dialogOption struct {
	Value  string
	Text   template.HTML
	Chosen bool
}

// dialog serves a modal that somebody has open, for the Slack page to show.
func (s *Sandbox) dialog(w http.ResponseWriter, r *http.Request) {
	v, ok := s.slack.Dialog(r.FormValue("user"), r.PathValue("id"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	p := dialogPage{ID: r.PathValue("id"), Title: plain(v.Title), Submit: plain(v.Submit), Close: plain(v.Close)}
	for _, b := range v.Blocks {
		p.Blocks = append(p.Blocks, s.dialogBlock(b))
	}
	var b bytes.Buffer
	if err := pageTemplates["slack"].ExecuteTemplate(&b, "dialog", p); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	secure(w.Header())
	_, _ = w.Write(b.Bytes())
}

func (s *Sandbox) dialogBlock(b slack.Block) dialogBlock {
	if b.Type != "input" {
		return dialogBlock{slackBlock: s.slackBlock(b)}
	}
	v := dialogBlock{
		slackBlock: slackBlock{Type: b.Type}, Label: plain(b.Label), Hint: plain(b.Hint), Placeholder: plain(b.Element.Placeholder),
		Optional: b.Optional, Name: b.BlockID, Input: b.Element,
	}
	if b.Element.MaxLength != nil {
		v.Most = *b.Element.MaxLength
	}
	for _, o := range b.Element.Options {
		chosen := b.Element.Chosen != nil && b.Element.Chosen.Value == o.Value
		v.Options = append(v.Options, dialogOption{o.Value, plain(o.Text), chosen})
	}
	return v
}

// plain is a plain_text object as HTML; "" for none.
func plain(t *slack.Text) template.HTML {
	if t == nil {
		return ""
	}
	return plainText(t.Text)
}
