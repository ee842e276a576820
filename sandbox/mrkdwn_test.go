package sandbox

import (
	"html/template"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func aSandbox(t testing.TB) *Sandbox {
	s, err := New(Options{
		People:   []Person{{ID: "maria", Name: "Maria Lopez", Slack: "U0MARIA01"}},
		Channels: []Channel{{ID: "C0OPSDESK", Name: "ops-desk"}},
	})
	require.NoError(t, err)
	return s
}

func TestSlacksMarkupBecomesHTML(t *testing.T) {
	t.Parallel()
	s := aSandbox(t)
	for text, want := range map[string]string{
		"*bold* _italic_ ~gone~ `code`":    "<strong>bold</strong> <em>italic</em> <del>gone</del> <code>code</code>",
		"2 * 3 * 4 and snake_case_name":    "2 * 3 * 4 and snake_case_name",
		"&lt;b&gt; &amp; &amp;amp;":        "&lt;b&gt; &amp; &amp;amp;",
		"<https://x.example/a_b_c|a *b*>":  `<a href="https://x.example/a_b_c" target="_blank" rel="noopener noreferrer">a *b*</a>`,
		"<mailto:ada@x.example>":           `<a href="mailto:ada@x.example" target="_blank" rel="noopener noreferrer">ada@x.example</a>`,
		"*<tel:+1|call>*":                  `<strong><a href="tel:+1" target="_blank" rel="noopener noreferrer">call</a></strong>`,
		"<javascript:alert(1)|click>":      "click",
		"<@U0MARIA01> in <#C0OPSDESK>":     `<span class="mention">@Maria Lopez</span> in <span class="mention">#ops-desk</span>`,
		"<!date^1700000000^{date}|14 Nov>": "14 Nov",
	} {
		require.Equal(t, template.HTML(want), s.mrkdwn(text), text)
	}
}

var ourTags = regexp.MustCompile(`</?(strong|em|del|code)>|<span class="mention">|</(span|a)>|` +
	`<a href="(https?:|mailto:|tel:)[^"<>]*" target="_blank" rel="noopener noreferrer">`)

func FuzzNothingButOurTagsComesOutOfAText(f *testing.F) {
	for _, seed := range []string{
		"<script>", "*<b>*", "<https://x|<b>>", `<https://x" onclick="y|z>`, "\uE0000\uE001", "<@<script>>", "`<`*_~", "<!x|\"'>",
	} {
		f.Add(seed)
	}
	s := aSandbox(f)
	f.Fuzz(func(t *testing.T, text string) {
		rest := ourTags.ReplaceAllString(string(s.mrkdwn(text)), "")
		if strings.ContainsAny(rest, `<>"'`) {
			t.Errorf("%q became %q", text, rest)
		}
	})
}
