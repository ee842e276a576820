package document

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-fonts/dejavu/dejavusansmono"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// folder is an operator's, with these files.
func folder(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), content, 0o600))
	}
	return dir
}

func picture(t *testing.T, encode func(*bytes.Buffer, image.Image) error) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 400, 100))
	for x := range 400 {
		for y := range 100 {
			img.Set(x, y, color.RGBA{uint8(x / 2), 90, uint8(2 * y), 255})
		}
	}
	var b bytes.Buffer
	require.NoError(t, encode(&b, img))
	return b.Bytes()
}

func TestAnOperatorsTemplateWordsLogoAndFontsAreUsed(t *testing.T) {
	for name, logo := range map[string][]byte{
		"logo.png": picture(t, func(b *bytes.Buffer, i image.Image) error { return png.Encode(b, i) }),
		"logo.jpg": picture(t, func(b *bytes.Buffer, i image.Image) error { return jpeg.Encode(b, i, nil) }),
	} {
		loaded, err := LoadTemplates(folder(t, map[string][]byte{
			"proposal.html":  []byte(`<!doctype html><body>Ours {{.Number}} {{.Words.Total}} {{.Total}} <img src="{{.Logo}}"> {{range .Sections}}{{.HTML}}{{end}}`),
			"proposal.yaml":  []byte("accent: \"#aa0000\"\nwords: {total: Gesamt, date: 02.01.2006}\n"),
			name:             logo,
			"fonts/own.ttf":  dejavusansmono.TTF,
			"fonts/LICENSE":  []byte("free"),
			"unrelated.docx": []byte("x"),
		}))
		require.NoError(t, err, name)
		r, err := loaded.Render(draft(t, "markdown"))
		require.NoError(t, err)
		assert.Contains(t, string(r.HTML), "Ours P-7QX4M2KD Gesamt EUR 104,292.82")
		assert.Contains(t, string(r.HTML), `src="data:image/`)
		text := pdfText(t, r.PDF)
		assert.Contains(t, text, "Gesamt")
		assert.Contains(t, text, "30.11.2026")
		assert.Contains(t, text, "Subtotal", "what the file leaves out stays")
		assert.Contains(t, string(r.PDF), "/Subtype /Image")
		again, err := loaded.Render(draft(t, "markdown"))
		require.NoError(t, err)
		assert.Equal(t, r, again)
	}
}

func TestAnOperatorsFontShowsWhatTheBuiltInOnesLack(t *testing.T) {
	p := draft(t, "bullets")
	p.Sections[0].Text = "a⟶漢😀\u200d"
	r := render(t, p)
	assert.Equal(t, "漢😀", r.Unshown)
	assert.Contains(t, strings.ReplaceAll(pdfText(t, r.PDF), "\n", ""), "Goalsa⟶□Scope", "a letter that is missing is a box, an emoji nothing")

	few := templates(t)
	own, err := newFamily("Own", map[style][]byte{{}: dejavusansmono.TTF})
	require.NoError(t, err)
	r, err = (&Templates{few.html, few.settings, few.logo, &fonts{[]family{few.fonts.families[0], own}}}).Render(p)
	require.NoError(t, err)
	assert.Equal(t, "漢😀", r.Unshown)
	assert.True(t, bytes.Contains(r.PDF, []byte("/utf8own")), "the operator's font has the arrow, which Liberation lacks")
}

func TestMistakesInAnOperatorsFolderAreNamedWithTheirFile(t *testing.T) {
	for want, files := range map[string]map[string][]byte{
		"proposal.html: template: proposal.html:1: unclosed action":    {"proposal.html": []byte("{{.Number")},
		"can't evaluate field Nummer":                                  {"proposal.html": []byte("{{.Nummer}}")},
		`can't evaluate field Nummer in type document.Words`:           {"proposal.html": []byte("{{if .Draft}}{{else}}{{end}}{{range .Items}}{{$.Words.Nummer}}{{end}}")},
		`proposal.yaml: yaml: unmarshal errors`:                        {"proposal.yaml": []byte("words: {totl: x}")},
		`proposal.yaml: accent: "red" is no colour: write it like #2f`: {"proposal.yaml": []byte("accent: red")},
		"logo.png: it is no PNG or JPEG":                               {"logo.png": []byte("GIF89a")},
		"fonts/broken.ttf: it is no font that can be read":             {"fonts/broken.ttf": []byte("x")},
		"fonts/cut.ttf: ": {"fonts/cut.ttf": dejavusansmono.TTF[:50_000]},
	} {
		_, err := LoadTemplates(folder(t, files))
		assert.ErrorContains(t, err, want)
	}
	_, err := LoadTemplates(folder(t, map[string][]byte{"proposal.html": []byte("{{"), "logo.png": []byte("x"), "proposal.yaml": []byte("x: 1")}))
	for _, file := range []string{"proposal.html", "logo.png", "proposal.yaml"} {
		assert.ErrorContains(t, err, file, "all mistakes are named at once")
	}
	_, err = LoadTemplates(filepath.Join(t.TempDir(), "nowhere"))
	assert.ErrorContains(t, err, "the folder of the proposal's template can't be read")
}

func TestTheBuiltInPageLoadsAndRunsNothing(t *testing.T) {
	page := string(render(t, draft(t, "markdown")).HTML)
	for _, not := range []string{"<script", "<link", "@import", "url(", "<iframe", "<form", " src=\"http", "onload"} {
		assert.NotContains(t, page, not)
	}
	assert.Contains(t, page, `http-equiv="Content-Security-Policy" content="default-src 'none'; `)
}
