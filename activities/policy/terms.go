package policy

import (
	"context"
	"fmt"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
)

// ReturnPolicy is everything that decides how a return is handled. A return asks once, at its start, and keeps the answer.
//
// Where the handbook says nothing about returns, or one of its roles has nobody, the error is a final fault with the code
// NO_RETURNS or ROLE_EMPTY.
func (a *Activities) ReturnPolicy(context.Context, effect.Key, effect.None) (Return, error) {
	book := a.Current()
	r := book.Return
	if r.Support == "" {
		return Return{}, fault.Final("policy", "NO_RETURNS",
			"The handbook has no section \"returns\", which says how returns are handled. Add it, then try again.").Err()
	}
	for _, role := range []string{r.Support, r.Warehouse, r.Finance} {
		if len(book.Roles[role].People) == 0 {
			return Return{}, fault.Final("policy", "ROLE_EMPTY", fmt.Sprintf(
				"There is nobody in the role %q, which returns need. Add somebody to it in the handbook, then try again.", role)).Err()
		}
	}
	return r, nil
}

// CheckTerms reports what is wrong with the condition of [Terms], as [CheckCondition] does for a territory's. The reasons are those
// that a return can have.
func CheckTerms(when string, reasons []string) error {
	strict := *termsLanguage
	strict.texts = map[string]func(string) string{"order.country": country, "order.currency": currency, "reason": oneOf(reasons)}
	_, err := strict.compile(when)
	return err
}

// TermsFinder finds the terms that hold for a line. It is safe for concurrent use.
type TermsFinder struct {
	terms      []Terms
	conditions []compiled
}

// FindTerms makes a finder of terms. A condition that can't be read counts as not true: it was checked when the handbook was, so
// it is one of another release.
func FindTerms(all []Terms) *TermsFinder {
	f := &TermsFinder{terms: all, conditions: make([]compiled, len(all))}
	for i, t := range all {
		if t.When != "" {
			c, err := termsLanguage.compile(t.When)
			f.conditions[i] = compiled{c, err}
		}
	}
	return f
}

// First is the first of the terms that are true of the facts, and says because of what. Where none is, ok is false.
func (f *TermsFinder) First(facts ReturnFacts) (t Terms, because string, ok bool) {
	for i, t := range f.terms {
		c := f.conditions[i]
		if t.When == "" {
			return t, "they are for everything else", true
		}
		if c.err != nil {
			continue
		}
		if matched, because := c.condition.decide(facts); matched {
			return t, because, true
		}
	}
	return Terms{}, "", false
}
