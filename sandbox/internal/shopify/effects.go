package shopify

import (
	"regexp"
	"slices"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/ledger"
)

// What Throughline writes to the shop has the return's number in it, and a refund's note the effect's key at its end.
var (
	numbered = regexp.MustCompile(`\bR-[0-9A-Z]+\b`)
	marked   = regexp.MustCompile(`\[([^\[\]\s]+/[^\[\]\s]+)\]$`)
)

// number is the return's number as it stands in the notes of its lines.
func (r ret) number() string {
	for _, l := range r.Lines {
		if n := numbered.FindString(l.Note); n != "" {
			return n
		}
	}
	return ""
}

// effect is the key of the effect that made a refund.
func (r refund) effect() string {
	if m := marked.FindStringSubmatch(r.Note); m != nil {
		return m[1]
	}
	return ""
}

// Effects are what has happened in the shop, counted by key; of one case, or with "" all of it. A refund has the key of its effect.
// Shopify is told no key of returns, exchanges and changes of stock: theirs begin with the return's number, which counts as a case.
func (s *Server) Effects(caseID string) []client.Effect {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var t ledger.Tally
	count := func(operation, key, id string) {
		if key != "" && (caseID == "" || caseID == ledger.CaseOf(key)) {
			t.Count(client.Effect{System: "shopify", Operation: operation, Key: key}, id, 1)
		}
	}
	of := func(number, what string) string {
		if number == "" {
			return ""
		}
		return number + "/" + what
	}
	for _, o := range s.orders.All() {
		for _, r := range o.Returns {
			if r.holds() {
				count("return", of(r.number(), "return"), gid("Return", r.N))
			}
		}
		for _, r := range o.Refunds {
			count("refund", r.effect(), gid("Refund", r.N))
		}
	}
	for key, d := range s.drafts.All() {
		i := slices.IndexFunc(d.Tags, numbered.MatchString)
		if i >= 0 && !d.Deleted {
			count("exchange", of(d.Tags[i], "exchange"), key)
		}
	}
	for _, m := range s.movements.All() {
		if m.Key != "" && !m.Failed {
			count("stock", of(numbered.FindString(m.Reference), m.Key), gid("InventoryAdjustmentGroup", m.N))
		}
	}
	return t.Effects()
}
