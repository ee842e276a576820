package document

import (
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
)

func render(t testing.TB, p Proposal) Rendered {
	t.Helper()
	r, err := templates(t).Render(p)
	require.NoError(t, err)
	return r
}

func TestTheSameVersionIsTheSameBytesEveryTimeAlsoInParallel(t *testing.T) {
	p := draft(t, "markdown")
	want := render(t, p)
	shared := templates(t)
	fresh, err := LoadTemplates("")
	require.NoError(t, err)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for _, templates := range []*Templates{shared, fresh} {
				got, err := templates.Render(p)
				assert.NoError(t, err)
				assert.Equal(t, want, got)
			}
		})
	}
	wait.Wait()
	p.Version++
	other := render(t, p)
	assert.NotEqual(t, want.PDF, other.PDF)
	assert.NotEqual(t, want.HTML, other.HTML)
}

// TestTheBytesAreThoseOfEarlierRuns compares with testdata/digests.txt, written by -update. The PDF's bytes are also its
// compression's, and so the Go release's, and the last digit of its coordinates the processor's: another of either is skipped.
func TestTheBytesAreThoseOfEarlierRuns(t *testing.T) {
	release := regexp.MustCompile(`go\d+\.\d+`).FindString(runtime.Version()) + " " + runtime.GOARCH
	got := release + "\n"
	for _, notes := range []string{"markdown", "other-script", "windows-and-html"} {
		p := draft(t, notes)
		for _, p.Draft = range []bool{true, false} {
			r := render(t, p)
			got += fmt.Sprintf("%s draft=%t pdf %s html %s\n", notes, p.Draft, digestOf(r.PDF), digestOf(r.HTML))
		}
	}
	const golden = "testdata/digests.txt"
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	if before, _, _ := strings.Cut(string(want), "\n"); before != release {
		t.Skipf("the digests are those of %s, and this is %s", before, release)
	}
	assert.Equal(t, string(want), got, "if the document was meant to change, run the tests with -update")
}

var tag = regexp.MustCompile(`<[^>]*>`)

// htmlText is what the body of an HTML document shows.
func htmlText(page []byte) string {
	_, body, _ := strings.Cut(string(page), "<body>")
	return html.UnescapeString(tag.ReplaceAllString(body, ""))
}

func TestNothingThatTheNotesSayIsMissingFromTheDocument(t *testing.T) {
	files, err := filepath.Glob("testdata/notes/*.txt")
	require.NoError(t, err)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		p := draft(t, name)
		r := render(t, p)
		page, paper := letters(htmlText(r.HTML)), letters(norm.NFKC.String(pdfText(t, r.PDF)))
		for _, s := range p.Sections {
			for l, n := range letters(s.Text) {
				assert.GreaterOrEqual(t, page[l], n, "%s, %s in HTML: %q", name, s.Title, l)
				if !strings.ContainsRune(r.Unshown, l) {
					assert.GreaterOrEqual(t, paper[l], n, "%s, %s in PDF: %q", name, s.Title, l)
				}
			}
		}
	}
}

func TestTheDocumentShowsItsNumberVersionDatesAndSums(t *testing.T) {
	p := draft(t, "markdown")
	p.Draft, p.Version = false, 3
	r := render(t, p)
	for _, text := range []string{htmlText(r.HTML), pdfText(t, r.PDF)} {
		for _, want := range []string{
			"P-7QX4M2KD", "13 May 2026", "30 November 2026", "Two robot cells for line 3", "Northwind Robotics GmbH", "Dana Whitfield",
			"Contoso Automation", "41,999.50", "83,999.00", "62.5", "112,748.99", "Discount (7.5 %)", "-8,456.17", "EUR 104,292.82", "Accepted for",
		} {
			assert.Contains(t, text, want)
		}
	}
	assert.Contains(t, pdfText(t, r.PDF), fmt.Sprintf("Page %d of %d", r.Pages, r.Pages))
	assert.Contains(t, pdfText(t, r.PDF), "Proposal P-7QX4M2KD · Version 3\n")
}

func TestALongTableRepeatsItsHeadOnEveryPage(t *testing.T) {
	req := request(t, "bullets")
	req.Lines = nil
	for i := range 300 {
		req.Lines = append(req.Lines, Line{fmt.Sprintf("Part %03d %s", i, strings.Repeat("with more to say ", i%4*7)), 1000, eur(int64(i + 1))})
	}
	p, err := req.Draft()
	require.NoError(t, err)
	r := render(t, p)
	text := pdfText(t, r.PDF)
	heads := strings.Count(text, "\nAmount (EUR)\n")
	assert.GreaterOrEqual(t, r.Pages, 15)
	assert.GreaterOrEqual(t, heads, r.Pages-3, "all pages but those of the notes and of the end have it")
	assert.LessOrEqual(t, heads, r.Pages)
	for i := range 300 {
		assert.Equal(t, 1, strings.Count(text, fmt.Sprintf("Part %03d", i)))
	}
	assert.Contains(t, text, fmt.Sprintf("Page %d of %d", r.Pages, r.Pages))
}

func TestOnlyADraftShowsWhatIsMissingAndWhatTheNotesHaveBeside(t *testing.T) {
	p := draft(t, "bullets") // without risks, and with notes of their own
	beside := p.Sections[len(p.Sections)-1]
	require.Empty(t, beside.Kind)
	for _, text := range []string{htmlText(render(t, p).HTML), pdfText(t, render(t, p).PDF)} {
		assert.Contains(t, text, "Risks")
		assert.Contains(t, text, "Not in the notes: to be filled in.")
		assert.Contains(t, text, "Draft, for our own people only")
		assert.Contains(t, text, "From the notes, and none of")
	}
	p.Draft = false
	for _, text := range []string{htmlText(render(t, p).HTML), pdfText(t, render(t, p).PDF)} {
		for _, not := range []string{"Risks", "to be filled in", "our own people", "From the notes", beside.Title} {
			assert.NotContains(t, text, not)
		}
	}

	beside.Shown = true
	p, err := p.Revise(Change{Sections: []Section{beside}})
	require.NoError(t, err)
	p.Draft = false
	for _, text := range []string{htmlText(render(t, p).HTML), pdfText(t, render(t, p).PDF)} {
		assert.Contains(t, text, beside.Title)
	}
}

func TestADraftWithoutPricesSaysSoAndAFinalVersionNeedsThem(t *testing.T) {
	req := request(t, "bullets")
	req.Lines, req.Discount = nil, Discount{}
	p, err := req.Draft()
	require.NoError(t, err)
	r := render(t, p)
	assert.Contains(t, htmlText(r.HTML), "No prices yet")
	assert.Contains(t, pdfText(t, r.PDF), "No prices yet")
	p.Draft = false
	_, err = templates(t).Render(p)
	assert.ErrorContains(t, err, "lines: there are none; only a draft can go without prices")
}

func TestAVersionWhoseSumsDoNotAddUpIsNotRendered(t *testing.T) {
	p := draft(t, "bullets")
	p.Totals.Total.Minor--
	_, err := templates(t).Render(p)
	assert.ErrorContains(t, err, "totals: they are not the sums")
}

func TestHTMLInNotesIsNeverMoreThanText(t *testing.T) {
	p := draft(t, "windows-and-html")
	hostile := `<script>alert(1)</script><img src=x onerror=alert(2)> [a](javascript:alert(3)) [b](data:text/html,x) ![c](https://evil.example/c.png)
<javascript:alert(4)> [d](//evil.example) "'><svg/onload=alert(5)> [e](https://ok.example/?a=1&b="onmouseover="x) <https://ok.example/f>

<iframe src="https://evil.example"></iframe>`
	p.Sections[0].Text, p.Sections[7-1].Text, p.Terms, p.Title = hostile, hostile, hostile, `</title><script>alert(6)</script>`
	p.Sections[1] = Section{Title: `<b onclick="x">t</b>`, Text: "t"}
	p.Client.Company, p.Lines[0].Description = `<script>alert(7)</script>`, `"><script>alert(8)</script>`
	r := render(t, p)
	_, body, _ := strings.Cut(string(r.HTML), "<body>")
	for _, element := range tag.FindAllString(body, -1) {
		assert.Regexp(t, `^</?(html|body|main|header|div|dl|dt|dd|h[1-4]|p|strong|br|section|table|thead|tbody|tr|th|td|ul|ol|li|em|a)( (class|dir|scope|colspan|style|href|rel)="[^"]*")*>$`, element)
		if strings.HasPrefix(element, "<a ") {
			assert.Regexp(t, `href="https://(ok\.example|evil\.example/c\.png)[^"]*" rel="noopener noreferrer"`, element)
		}
	}
	for _, text := range []string{htmlText(r.HTML), strings.ReplaceAll(pdfText(t, r.PDF), "\n", "")} {
		assert.Contains(t, text, "<script>alert(1)</script>")
		assert.Contains(t, text, "(javascript:alert(3))", "where a link led stays to be read")
	}
	assert.NotContains(t, string(r.PDF), "/URI (javascript")
	assert.NotContains(t, string(r.PDF), "/JavaScript")
}

func TestNotesOf200KBAreRenderedInReasonableTime(t *testing.T) {
	for name, unit := range map[string]string{
		"list": "- All *work* and no [play](https://x.example) makes **Jack**\n", "brackets": "[", "quotes": "> ", "steps": "",
	} {
		p := draft(t, "bullets")
		p.Sections[0].Text = strings.Repeat(unit, MaxNotes/max(1, len(unit)))
		if unit == "" {
			for i := range 600 {
				p.Sections[0].Text += strings.Repeat(" ", i) + "- x\n"
			}
		}
		start := time.Now()
		render(t, p)
		assert.Less(t, time.Since(start), 60*time.Second, name) // it takes a quarter of a second; what isn't linear takes minutes
	}
}
