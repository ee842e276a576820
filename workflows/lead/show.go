package lead

import (
	"fmt"
	"strings"

	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

// name is what people call the lead: the company, else the person.
func (l *lead) name() string {
	if l.in.Company != "" {
		return l.in.Company
	}
	return l.in.Name
}

// facts are what the rep, and later the manager, see on the card.
func (l *lead) facts() []slack.Fact {
	facts := []slack.Fact{
		{Label: "Name", Value: l.in.Name},
		{Label: "E-mail", Value: l.in.Email, Link: "mailto:" + l.in.Email},
		{Label: "Phone", Value: l.in.Phone},
		{Label: "Company", Value: l.company()},
		{Label: "Rep", Value: l.rep.Name},
	}
	if l.rep.ID == l.result.Rep.ID { // else the task's story says why
		facts = append(facts, slack.Fact{Label: "Why", Value: l.why()})
	}
	if url := l.result.Records.URL; url != "" {
		facts = append(facts, slack.Fact{Label: "CRM", Value: "Open the record", Link: url})
	}
	return facts
}

// company says in a line what is known about the company.
func (l *lead) company() string {
	f := l.companyFacts()
	var parts []string
	for _, part := range []string{f.Name, f.Industry, f.Country} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if f.Employees > 0 {
		parts = append(parts, fmt.Sprintf("%d people", f.Employees))
	}
	return strings.Join(parts, ", ")
}

// details is the lead's part of the live details in Temporal Web.
func (l *lead) details() string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**", humantask.Plain(l.name()))
	if rep := l.result.Rep; rep.Name != "" {
		fmt.Fprintf(&b, " was given to **%s**, by %s.", humantask.Plain(rep.Name), humantask.Plain(l.why()))
	}
	if !l.held.IsZero() {
		fmt.Fprintf(&b, " is held until %s at the latest, since nobody of %s is at work.",
			l.held.UTC().Format("Mon 2 Jan 15:04 UTC"), humantask.Plain(l.result.Route.Pool.Name))
	}
	if into := l.result.Into; into != "" {
		fmt.Fprintf(&b, " was added to the customer's open lead, `%s`.", into)
	}
	if r := l.result.Records; r.Contact != "" {
		fmt.Fprintf(&b, "\n\nCRM contact %s", r.Contact)
		if r.URL != "" {
			fmt.Fprintf(&b, ": [open](%s)", r.URL)
		}
	}
	return b.String()
}
