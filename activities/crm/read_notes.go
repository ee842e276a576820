package crm

import (
	"context"
	"slices"
	"strings"
)

// mostNotes is how many of a deal's notes are looked at, the newest ones.
const mostNotes = batchSize

// readNotes finds the notes of the discovery call among those on the deal, and returns them in Markdown; "" for none.
func (a *Activities) readNotes(ctx context.Context, deal string) (string, error) {
	links, err := a.linked(ctx, deals, deal, notes)
	if err != nil {
		return "", err
	}
	slices.SortFunc(links, func(a, b link) int { return byAge(b.ID, a.ID) })
	links = links[:min(len(links), mostNotes)]
	if len(links) == 0 {
		return "", nil
	}
	found, err := a.readAll(ctx, notes, "", links, "hs_note_body", "hs_timestamp", propertyKey)
	if err != nil {
		return "", err
	}
	slices.SortFunc(found, func(a, b record) int {
		if later := moment(b.Properties["hs_timestamp"]).Compare(moment(a.Properties["hs_timestamp"])); later != 0 {
			return later
		}
		return byAge(b.ID, a.ID)
	})
	newest := ""
	for _, n := range found {
		text := noteText(n.Properties["hs_note_body"])
		if n.Properties[propertyKey] != "" || text == "" { // one of Throughline's own, or a picture
			continue
		}
		if first, _, _ := strings.Cut(text, "\n"); strings.Contains(strings.ToLower(first), "discovery") {
			return text, nil
		}
		if newest == "" {
			newest = text
		}
	}
	return newest, nil
}
