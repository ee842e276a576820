package document

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMarkdownThatWouldMakeTextDisappearIsText(t *testing.T) {
	for source, want := range map[string]string{
		"\tfar in\n\tand on":                       "<p>far in<br>\nand on</p>\n",
		"a\n\n        b":                           "<p>a</p>\n<p>b</p>\n",
		"[Bob]: call":                              "<p>[Bob]: call</p>\n",
		"<b>x</b> <!-- y -->":                      "<p>&lt;b&gt;x&lt;/b&gt; &lt;!-- y --&gt;</p>\n",
		"| a | b |\n|---|---|\n| 1 | 2 | 3 |":      "<p>| a | b |<br>\n|---|---|<br>\n| 1 | 2 | 3 |</p>\n",
		"![plan](https://x.example/p.png)":         `<p><a href="https://x.example/p.png" rel="noopener noreferrer">plan</a></p>` + "\n",
		"![](https://x.example/p.png)":             `<p><a href="https://x.example/p.png" rel="noopener noreferrer">https://x.example/p.png</a></p>` + "\n",
		"[*a*](ftp://x.example) b":                 "<p><em>a</em> (ftp://x.example) b</p>\n",
		"[![i](javascript:1)](https://x.example/)": `<p><a href="https://x.example/" rel="noopener noreferrer">i (javascript:1)</a></p>` + "\n",
		"# A\n###### B":                            "<h3>A</h3>\n<h3>B</h3>\n",
	} {
		got, err := parseMarkdown(source).html()
		require.NoError(t, err)
		assert.Equal(t, want, string(got), source)
	}
}
