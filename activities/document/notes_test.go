package document

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write what the tests in this package expect anew")

// show writes sections as the expectations beside the notes are written.
func show(sections []Section) string {
	var b strings.Builder
	for _, s := range sections {
		fmt.Fprintf(&b, "[%s] %s\n", s.Kind, s.Title)
		for l := range strings.Lines(s.Text) {
			b.WriteString("    " + strings.TrimSuffix(l, "\n") + "\n")
		}
	}
	return b.String()
}

func TestNotesInPeoplesHabitsFallIntoTheirSections(t *testing.T) {
	files, err := filepath.Glob("testdata/notes/*.txt")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 12)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			notes, err := os.ReadFile(file)
			require.NoError(t, err)
			got := show(ParseNotes(string(notes)))
			golden := strings.TrimSuffix(file, ".txt") + ".want"
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			assert.Equal(t, string(want), got)
			nothingLost(t, string(notes))
		})
	}
}

// nothingLost checks that every visible character of the notes is in a section, or in a line that was only a heading.
func nothingLost(t *testing.T, notes string) {
	t.Helper()
	p := newReader()
	p.parse(clean(notes))
	missing := map[rune]int{}
	count(missing, clean(notes), 1)
	for _, h := range p.headings {
		count(missing, h, -1)
	}
	for _, s := range p.sections() {
		count(missing, s.Text, -1)
	}
	for r, n := range missing {
		require.LessOrEqual(t, n, 0, "%q is missing %d times", r, n)
	}
}

func count(runes map[rune]int, text string, by int) {
	for _, r := range text {
		if !unicode.IsSpace(r) {
			runes[r] += by
		}
	}
}

// textOf is the text of the section of a kind.
func textOf(sections []Section, kind string) string {
	for _, s := range sections {
		if s.Kind == kind {
			return s.Text
		}
	}
	return ""
}

func TestAHeadingIsRecognisedInTheFormsThatPeopleUse(t *testing.T) {
	for _, form := range []string{
		"# Budget\n", "###Budget\n", "## Budget ##\n", "## 💰 Budget\n", "Budget\n======\n", "Budget\n------\n",
		"**Budget**\n", "**Budget:**\n", "__Budget__\n", "***Budget***\n", "**💰 Budget**:\n",
		"Budget:\n", "BUDGET\n", "budget:\n", "Budget：", "Budget: ", "**Budget:** ", "**Budget**: ", "*Budget*: ", "Budget – ", "budget - ",
		"1. Budget\n", "2) Budget:\n", "1.2 Budget\n", "IV. Budget\n", "- Budget: ", "* **Budget:** ", "• Budget:\n  ", "- Budget\n  ",
		"💰 Budget: ", "✅ BUDGET\n", "Their budget: ", "Estimated budget:\n", "Pricing\n", "Costs & investment:\n", "Cost/Pricing: ",
		"Kosten: ", "Coûts : ", "COUTS\n", "Presupuesto: ", "PRESUPUESTO\n",
	} {
		got := ParseNotes("We met.\n\n" + form + "about 50k")
		assert.Equal(t, "about 50k", textOf(got, Budget), "%q", form)
		assert.Equal(t, "We met.", textOf(got, ""), "%q", form)
	}
}

func TestWhatOnlyLooksLikeAHeadingStaysText(t *testing.T) {
	for _, notes := range []string{
		"We talked about the\nbudget\nand about lunch.",
		"- Team\n- Budget\n- Launch",
		"Budgets are a matter of taste.",
		"When they are ready, they call: maybe in May.",
		"https://example.com/budget: see there",
		"| Budget | 50k |",
		"```\n# Budget\nBudget: 50k\n```",
		"They need the following very soon:\n- a\n- b",
	} {
		got := ParseNotes(notes)
		for _, k := range kinds {
			assert.Empty(t, textOf(got, k), "%q", notes)
		}
		assert.Equal(t, notes, textOf(got, ""))
	}
}

func TestOutOfScopeNeverReadsAsScope(t *testing.T) {
	got := textOf(ParseNotes("# Scope\nA\n# Not in scope\nB\n# In scope\nC"), Scope)
	assert.Equal(t, "A\n\n### Not in scope\n\nB\n\n### In scope\n\nC", got)
	got = textOf(ParseNotes("Out of scope: B\nScope: A"), Scope)
	assert.Equal(t, "**Out of scope:** B\n\n**Scope:** A", got)
}

func TestAnItemUnderAHeadingStaysThere(t *testing.T) {
	got := ParseNotes("## Risks\n- Budget: may be cut\n1. Timeline: tight\n\nScope:\n- Goals: a page for each\n")
	assert.Equal(t, "- Budget: may be cut\n1. Timeline: tight", textOf(got, Risks))
	assert.Equal(t, "- Goals: a page for each", textOf(got, Scope))
	assert.Empty(t, textOf(got, Budget)+textOf(got, Timeline)+textOf(got, Goals))
}

func TestALabelInAMarkdownSectionTakesItsOwnParagraph(t *testing.T) {
	got := ParseNotes("## Scope\nA portal.\n\nTimeline: Q3\nor Q4\n\nSingle sign-on.")
	assert.Equal(t, "A portal.\n\nSingle sign-on.", textOf(got, Scope))
	assert.Equal(t, "Q3\nor Q4", textOf(got, Timeline))
}

func TestAnUnknownHeadingBelowAKnownOneIsASubHeading(t *testing.T) {
	got := ParseNotes("# Scope\n## Phase 1\nA\n## Timeline\nQ3\n## Phase 2\nB\n# Weather\nrain")
	assert.Equal(t, "## Phase 1\nA\n\n## Phase 2\nB", textOf(got, Scope))
	assert.Equal(t, "Q3", textOf(got, Timeline))
	assert.Equal(t, Section{Title: "Weather", Text: "rain"}, got[len(got)-1])
}

func TestHeadingsBeyondTheHundredthAreText(t *testing.T) {
	notes := ""
	for i := range 3 * maxOwn {
		notes += fmt.Sprintf("# heading %d\ntext\n", i)
	}
	got := ParseNotes(notes)
	require.Equal(t, len(kinds)+maxOwn, len(got))
	last := got[len(got)-1]
	assert.Equal(t, "heading 99", last.Title)
	assert.True(t, strings.HasSuffix(last.Text, "# heading 299\ntext"))
	nothingLost(t, notes)
}

func TestEveryKindIsThereInOrderAndEmptyWhereTheNotesHaveNothing(t *testing.T) {
	for _, notes := range []string{"", " \n\t\n", "\ufeff"} {
		got := ParseNotes(notes)
		require.Len(t, got, len(kinds), "%q", notes)
		for i, s := range got {
			assert.Equal(t, kinds[i], s.Kind)
			assert.NotEmpty(t, s.Title)
			assert.Empty(t, s.Text)
		}
	}
}

func TestNotesOf200KBAreReadInLinearTime(t *testing.T) {
	for name, unit := range map[string]string{
		"headings": "# a\nb\n", "items": "- Goals: x\n", "one line": "x", "one heading": "#", "empty": "\n", "indented": "\t",
	} {
		notes := strings.Repeat(unit, MaxNotes/len(unit))
		start := time.Now()
		got := ParseNotes(notes)
		assert.Less(t, time.Since(start), 30*time.Second, name) // it takes some 50 ms; what isn't linear takes minutes
		assert.LessOrEqual(t, len(got), len(kinds)+1+maxOwn, name)
	}
}

func FuzzParseNotes(f *testing.F) {
	files, _ := filepath.Glob("testdata/notes/*.txt")
	for _, file := range files {
		notes, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(string(notes))
	}
	f.Add("- Goals\n\t- x\n- y\n1. Scope\n\n2. Foo\n===\n~~~\nBudget:\n")
	f.Fuzz(func(t *testing.T, notes string) {
		nothingLost(t, notes)
	})
}
