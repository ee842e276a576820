package webhook

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/workflows/lead"
)

func TestTheTextIsReadInItsOwnCharset(t *testing.T) {
	for name, c := range map[string]struct{ charsets, text, want string }{
		"Latin-1":            {`{"text":"iso-8859-1"}`, "Caf\xe9", "Café"},
		"Windows-1252":       {`{"text":"Windows-1252"}`, "\x8050 \x96 fine", "€50 – fine"},
		"Japanese":           {`{"text":"ISO-2022-JP"}`, "\x1b$B$O$$\x1b(B", "はい"},
		"GBK":                {`{"text":"gb2312"}`, "\xca\xc7", "是"},
		"UTF-8":              {`{"text":"utf-8"}`, "Café", "Café"},
		"broken UTF-8":       {`{"text":"utf-8"}`, "Caf\xe9!", "Caf\uFFFD!"},
		"an unknown one":     {`{"text":"x-klingon"}`, "Caf\xe9", "Caf\uFFFD"},
		"of another field":   {`{"html":"iso-8859-1"}`, "Café", "Café"},
		"charsets that lack": {"-", "Café", "Café"},
		"charsets of no use": {`["utf-8"]`, "Café", "Café"},
	} {
		t.Run(name, func(t *testing.T) {
			w := opened(t, nil)
			require.Equal(t, http.StatusOK, w.reply(w.aReply(map[string]string{"charsets": c.charsets, "text": c.text})))
			assert.Equal(t, c.want, w.contact().Text)
		})
	}
}

func TestALongTextIsCutOffBetweenCharacters(t *testing.T) {
	w := opened(t, nil)
	require.Equal(t, http.StatusOK, w.reply(w.aReply(map[string]string{"text": strings.Repeat("ä", 1<<20)})))
	assert.Equal(t, strings.Repeat("ä", lead.MaxMessage), w.contact().Text)
}

func TestATextIsMadeFitToBeShown(t *testing.T) {
	assert.Equal(t, "a\n\nb\tc\nd", clean("\uFEFF\r\n a  \r\n\r\n \n\n\x00b\tc\x1b\rd \u00a0\n"))
	assert.Empty(t, clean(" \r\n\t\x00"))
}

func TestAMailWithoutATextIsReadFromItsHTML(t *testing.T) {
	w := opened(t, nil)
	require.Equal(t, http.StatusOK, w.reply(w.aReply(map[string]string{"text": " \r\n", "charsets": `{"html":"iso-8859-1"}`, "html": "<p>Caf\xe9&nbsp;&amp; more</p>" +
		`<div class="gmail_quote">On Thu, 1 Jan 2026 at 09:00 Maria &lt;maria@x&gt; wrote:<br><blockquote>Dear Jane,<br>thanks</blockquote></div>`})))
	assert.Equal(t, "Café & more", w.contact().Text)
}

func TestHTMLIsReadAsALineForEachThatIsSeen(t *testing.T) {
	for page, want := range map[string]string{
		"plain": "plain",
		"<html><head><title>no</title><style>p{}</style></head><body>yes<script>no()</script> and <b>no</b>w</body>": "yes and now",
		"<p>one\n two</p><p>three<br>four</p>":                                 "one two\n\nthree\nfour",
		"<div>one</div><div><div>two</div></div>":                              "one\ntwo",
		"<ul><li>one<li>two</ul>after":                                         "one\ntwo\n\nafter",
		"<table><tr><td>a<td>b<tr><td>c</table>":                               "a b\nc",
		"before<blockquote>a<br>b<blockquote>c</blockquote></blockquote>after": "before\n\n> a\n> b\n> c\n\nafter",
		"</blockquote></blockquote>a<blockquote>b":                             "a\n\n> b",
		"a<!-- hidden -->b<br/>c &lt;d&gt; &#x1F600; &unknown;":                "ab\nc <d> 😀 &unknown;",
		"<textarea>no</textarea>yes<style></style> it is":                      "yes it is",
		"cut off <sty": "cut off",
		"":             "",
	} {
		assert.Equal(t, want, clean(htmlText(page)), page)
	}
}

func TestWhatIsAnsweredIsDroppedFromTheEnd(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"Gmail":                {"Yes.\n\nOn Thu, Jan 1, 2026 at 9:00 AM Maria Lopez <m@x> wrote:\n\n> Dear Jane,\n>\n> thanks", "Yes."},
		"Gmail, broken":        {"Yes.\nOn Thu, Jan 1, 2026 at 9:00 AM Maria Lopez\n<maria.lopez@northwind.example>\nwrote:\n> Dear Jane,", "Yes."},
		"German":               {"Ja.\n\nAm 01.01.2026 um 09:00 schrieb Maria Lopez:\n> Hallo\n\n> Gruß\n", "Ja."},
		"Japanese":             {"はい\n\n2026年1月1日(木) 9:00 Maria Lopez <m@x>:\n> こんにちは", "はい"},
		"Outlook":              {"Yes.\n\n-----Original Message-----\nFrom: Maria Lopez\nSent: Thursday\n\nDear Jane", "Yes."},
		"Outlook, German":      {"Ja.\n-----Ursprüngliche Nachricht-----\nVon: Maria\nHallo", "Ja."},
		"Outlook, on the web":  {"Yes.\n________________________________\nFrom: Maria\nDear Jane", "Yes."},
		"only a quote's lines": {"Yes.\n> Dear Jane", "Yes."},
		"answers below":        {"> When?\nMonday.\n> Where?\nHere.", "> When?\nMonday.\n> Where?\nHere."},
		"above and below":      {"See below.\n> When?\nMonday.\n> thanks", "See below.\n> When?\nMonday."},
		"a quote alone":        {"On Thu, 1 Jan 2026 Maria wrote:\n> Dear Jane", "On Thu, 1 Jan 2026 Maria wrote:\n> Dear Jane"},
		"a colon of one's own": {"Is this right:\n> Dear Jane", "Is this right:"},
		"a signature's line":   {"Yes.\n-- \nJane\nPhone: 1", "Yes.\n-- \nJane\nPhone: 1"},
		"a line of one's own":  {"Yes.\n-----\nFrom: here on", "Yes.\n-----\nFrom: here on"},
		"nothing":              {"", ""},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, withoutQuote(c.text)) })
	}
}
