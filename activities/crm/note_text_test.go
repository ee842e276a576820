package crm

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

func TestANoteKeepsWhatItsHTMLMeans(t *testing.T) {
	for body, want := range map[string]string{
		"":                                  "",
		"Goals: faster\n\n- one\n- R&amp;D": "Goals: faster\n\n- one\n- R&D", // written through the API as plain text
		`<div style="" dir="auto" data-top-level="true"><p style="margin:0;"><strong>Discovery call</strong></p><p>With Ada &amp; Bob.</p></div>`: "**Discovery call**\n\nWith Ada & Bob.",
		"<h2>Goals</h2><ul><li><p>faster</p></li><li>cheaper<ul><li>much</li></ul></li></ul><p>Budget: €5</p>":                                    "## Goals\n\n- faster\n- cheaper\n  - much\n\nBudget: €5",
		"<ol><li>one</li><li>two</li></ol>":                                                    "1. one\n2. two",
		"one<br>two<br/>three":                                                                 "one\ntwo\nthree",
		"a<b> bold </b>b and<strong>c</strong>":                                                "a **bold** b and**c**",
		"<b>one<br>two</b> three":                                                              "**one**\n**two** three",
		"<b></b>x<b> </b>y":                                                                    "x y",
		"<b><strong>twice</strong></b>":                                                        "**twice**",
		`see <a href="https://contoso.example/x?a=1&amp;b=2">the brief</a>`:                    "see the brief (https://contoso.example/x?a=1&b=2)",
		`<a href="https://contoso.example">https://contoso.example</a>`:                        "https://contoso.example",
		`<a href="javascript:alert(1)">click</a>`:                                              "click",
		"<script>alert(1)</script><style>p{}</style>&lt;script&gt;alert(2)&lt;/script&gt;<p>x": "<script>alert(2)</script>\n\nx",
		"<table><tr><td>Arm</td><td>2</td></tr><tr><td>Base</td><td>1</td></tr></table>":       "Arm 2\nBase 1",
		"<p>  spaces\n\tand \u00a0 more  </p>":                                                 "spaces and more",
		"<p>設定</p><p>Ziele</p>":                                                                "設定\n\nZiele",
		"<li>no list</li><":                                                                    "- no list\n<",
		`<img src="x.png">`:                                                                    "",
	} {
		assert.Equal(t, want, noteText(body), body)
	}
}

func FuzzNoteText(f *testing.F) {
	f.Add("<h2>Goals</h2><ul><li><p>faster</p></li></ul><b>x<br>y</b><a href='https://x'>z</a>")
	f.Add("</li></ul></b></a><ol><b><li><b>")
	f.Fuzz(func(t *testing.T, body string) {
		text := noteText(body)
		if utf8.ValidString(body) && !utf8.ValidString(text) {
			t.Fatalf("%q became %q", body, text)
		}
		if strings.TrimSpace(text) != text {
			t.Fatalf("spaces around %q", text)
		}
		if len(text) > 20*len(body)+20 {
			t.Fatalf("%d bytes became %d", len(body), len(text))
		}
	})
}
