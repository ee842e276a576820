package e2e

import (
	"context"
	"os/exec"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/policy"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
)

// browser opens a browser's window; the test is skipped where there is no browser.
func browser(t *testing.T) context.Context {
	t.Helper()
	found := false
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "headless-shell"} {
		if _, err := exec.LookPath(name); err == nil {
			found = true
		}
	}
	if !found {
		t.Skip("no chromium found: install one to have the pages tested")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
	)
	ctx, cancel := chromedp.NewExecAllocator(within(t, 2*patience), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	require.NoError(t, chromedp.Do(ctx)) // the window lives as long as the test, and not as long as its first page
	return ctx
}

// window is a browser's window, and somebody before it.
type window struct {
	ctx context.Context
	t   *testing.T
}

func (w window) do(steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	require.NoError(w.t, chromedp.Do(ctx, steps...))
}

func (w window) read(part string) string {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Text(part))
	require.NoError(w.t, err)
	return text
}

func TestAPersonFollowsALeadFromTheFormToTheMailbox(t *testing.T) {
	t.Parallel()
	w := window{browser(t), t}
	s := shared(t)

	w.do(
		chromedp.Navigate(s.Sandbox+"/website"),
		chromedp.SendKeys(`[name=name]`, "Wren Halloway"),
		chromedp.SendKeys(`[name=email]`, "wren@blueheronbooks.example"),
		chromedp.SendKeys(`[name=company]`, "Blue Heron Books"),
		chromedp.SetValue(`[name=country]`, "US"),
		chromedp.SendKeys(`[name=region]`, "Oregon"),
		chromedp.SendKeys(`[name=employees]`, "9"),
		chromedp.SendKeys(`[name=message]`, "Could a small arm shelve books at night?"),
		chromedp.Click(`.leadform button.send`),
	)
	require.Contains(t, w.read(`//h1[contains(., "Thank")]`), "Thank you")

	var mails []sandbox.Email
	eventually(t, "the mail to the lead", func() bool {
		var err error
		mails, err = s.world.Emails(t.Context(), "wren@blueheronbooks.example", "")
		require.NoError(t, err)
		return len(mails) > 0
	})
	i := slices.IndexFunc(s.Config.People, func(p policy.Person) bool { return p.Email == mails[0].From.Email })
	require.GreaterOrEqual(t, i, 0, "it is from a rep")
	rep := s.Config.People[i]

	const card = `//article[.//h3[contains(., "Blue Heron Books")]]`
	w.do(chromedp.Navigate(s.Sandbox + "/slack?as=" + rep.ID))
	before := w.read(card)
	require.Contains(t, before, "Could a small arm shelve books at night?")
	require.Contains(t, before, `territory "US West"`)
	w.do(
		chromedp.Click(card+`//button[contains(., "made contact")]`),
		chromedp.WaitNotPresent(card+`//button`), // the page shows by itself what has changed
	)
	require.Contains(t, w.read(card), "Contact made by "+rep.Name)

	w.do(
		chromedp.Navigate(s.Sandbox+"/mail?to=wren@blueheronbooks.example"),
		chromedp.Click(`#letters a`),
	)
	letter := w.read(`.letter`)
	require.Contains(t, letter, mails[0].Subject)
	require.Contains(t, letter, rep.Name)
}
