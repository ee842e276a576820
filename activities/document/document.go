// Package document makes proposals: it finds in the notes of a discovery call what a proposal needs, renders the document as
// HTML and as PDF, the same bytes for the same input, and keeps each version where everybody concerned can open it.
package document

import (
	"time"

	"github.com/throughline-dev/throughline/activities/money"
)

// Notes are those of a discovery call, as people write them: plain text or Markdown.
type Notes struct {
	Text string `json:"text"`
}

// The kinds of sections that a proposal has, in the order in which the document shows them.
const (
	Goals        = "goals"
	Scope        = "scope"
	Timeline     = "timeline"
	Budget       = "budget"
	Stakeholders = "stakeholders"
	Risks        = "risks"
	NextSteps    = "next-steps"
)

// Section is a part of a proposal.
type Section struct {
	// Kind is one of the constants above, or "" for what the notes say beside them, under a heading of its own.
	Kind  string `json:"kind,omitempty"`
	Title string `json:"title"`
	// Text is the notes' own words, in Markdown. It is empty where the notes have nothing of this kind: the document marks it
	// for the strategist, and nothing is made up.
	Text string `json:"text,omitempty"`
	// Shown is whether the client gets a section without a kind. What people note down beside isn't meant for the client, unless
	// somebody says so; the sections of a kind are.
	Shown bool `json:"shown,omitempty"`
}

// Line is a line item.
type Line struct {
	Description string         `json:"description"`
	Quantity    money.Quantity `json:"quantity"`
	// Price is for one.
	Price money.Amount `json:"price"`
}

// Discount is what is taken off the sum of the lines: a share of it, or an amount; not both.
type Discount struct {
	Percent money.Percent `json:"percent,omitempty"`
	Amount  money.Amount  `json:"amount,omitzero"`
}

// Totals are a proposal's sums, each rounded so that what is shown adds up: the lines' amounts to Subtotal, and Subtotal less
// Discount to Total.
type Totals struct {
	// Lines are the lines' amounts, price times quantity, rounded half up to the minor unit.
	Lines    []money.Amount `json:"lines"`
	Subtotal money.Amount   `json:"subtotal"`
	// Discount is what is taken off, at least nothing and at most the subtotal.
	Discount money.Amount `json:"discount"`
	Total    money.Amount `json:"total"`
}

// Party is one side of a proposal.
type Party struct {
	Company string `json:"company"`
	// Name and Email are of the person who receives and signs it.
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
	// Country is an ISO 3166-1 alpha-2 code, upper case; "" where it isn't known.
	Country string `json:"country,omitempty"`
}

// Proposal is all that a version of a proposal says.
type Proposal struct {
	// Number is what people call it by: "P-7QX4M2KD". It is made from the workflow's ID.
	Number string `json:"number"`
	// Version counts from 1.
	Version int `json:"version"`
	// Draft is a version for our own people: the document says so, marks the sections that the notes had nothing for, and which
	// are the notes' own. Without it those that are empty, and the notes' own that aren't [Section.Shown], are left out.
	Draft    bool      `json:"draft,omitempty"`
	Title    string    `json:"title"`
	Client   Party     `json:"client"`
	Provider Party     `json:"provider"` // us
	Sections []Section `json:"sections"`
	Lines    []Line    `json:"lines"`
	Discount Discount  `json:"discount,omitzero"`
	Totals   Totals    `json:"totals"`
	// Terms is text that stands below the totals, in Markdown; may be empty.
	Terms string `json:"terms,omitempty"`
	// Issued is the date of the version and ValidUntil the last day on which it can be accepted ("2026-11-30").
	Issued     string `json:"issued"`
	ValidUntil string `json:"valid_until"`
}

// Document is a version that was rendered and kept.
type Document struct {
	Number  string `json:"number"`
	Version int    `json:"version"`
	// Digest is the SHA-256 of the PDF's bytes, in hexadecimal: what is approved and signed is known by it.
	Digest string `json:"digest"`
	// Size is that of the PDF, in bytes, and Pages how many it has.
	Size  int `json:"size"`
	Pages int `json:"pages"`
	// HTMLDigest is the SHA-256 of the HTML's bytes.
	HTMLDigest string `json:"html_digest"`
	// Unshown are characters that no font of the PDF has, each once; the strategist is told.
	Unshown string    `json:"unshown,omitempty"`
	At      time.Time `json:"at"`
}
