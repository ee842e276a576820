package auto

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// quoted is the name of a rule or of a pool in the sentence that says why somebody has a case.
var quoted = regexp.MustCompile(`"[^"]+"`)

// PrintJSON prints one JSON object a case.
func PrintJSON(w io.Writer, results []Result) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	for _, r := range results {
		if err := out.Encode(r); err != nil {
			return err
		}
	}
	return nil
}

// Print prints a table of what happened to each case, what was not as expected, and a line about all together.
func Print(w io.Writer, results []Result) {
	t := table.NewWriter()
	t.SetOutputMirror(w)
	t.SetStyle(table.StyleRounded)
	t.Style().Format.Header = text.FormatDefault
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 7, Align: text.AlignRight}})
	t.AppendHeader(table.Row{"", "Case", "Workflow", "With", "Ended", "Effects", "Took"})
	effects := map[string]Tally{}
	for _, r := range results {
		mark := "✓"
		if !r.OK {
			mark = "✗"
		}
		ended := r.Ended
		if r.By != "" {
			ended += " by " + r.By
		}
		with := r.Holder
		switch rule := quoted.FindString(r.Why); {
		case rule != "":
			with += ", by " + rule // why that rule and no other is in the JSON, and on the card
		case r.Why != "":
			with += ", " + r.Why
		}
		t.AppendRow(table.Row{mark, r.Case, r.ID, with, ended, inWords(r.Effects), fmt.Sprintf("%.1fs", r.Seconds)})
		for system, one := range r.Effects {
			all := effects[system]
			effects[system] = Tally{all.Count + one.Count, all.Duplicates + one.Duplicates}
		}
	}
	t.Render()
	for _, r := range results {
		for _, problem := range r.Problems {
			fmt.Fprintf(w, "✗ %s (%s): %s\n", r.Case, r.ID, problem)
		}
	}
	fmt.Fprintf(w, "%d of %d cases ended as expected; in all %s.\n",
		len(results)-len(Failed(results)), len(results), inWords(effects))
}

// Failed are the results of cases that did not go as expected.
func Failed(results []Result) []Result {
	return slices.DeleteFunc(slices.Clone(results), func(r Result) bool { return r.OK })
}

// inWords says how often each system was made to do something.
func inWords(effects map[string]Tally) string {
	var words []string
	for _, system := range slices.Sorted(maps.Keys(effects)) {
		one := fmt.Sprintf("%s %d", system, effects[system].Count)
		if n := effects[system].Duplicates; n > 0 {
			one += fmt.Sprintf(" (%d of them duplicates)", n)
		}
		words = append(words, one)
	}
	return strings.Join(words, ", ")
}
