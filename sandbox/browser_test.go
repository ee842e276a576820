package sandbox_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	slackgo "github.com/slack-go/slack"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/sandbox/client"
)

// tab is a page in a browser, driven by Chromium's DevTools protocol as far as is needed here: go somewhere, evaluate.
type tab struct {
	t    *testing.T
	mu   sync.Mutex
	conn *websocket.Conn
	last int
}

// browser is a headless Chromium's DevTools address.
type browser string

// launch starts one; the test skips where there is none on the machine.
func launch(t *testing.T) browser {
	t.Helper()
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium on this machine, so what the pages' script does is not tested")
	}
	cmd := exec.CommandContext(t.Context(), chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
		"--user-data-dir="+t.TempDir(), "--remote-debugging-port=0", "about:blank")
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_, _ = io.Copy(io.Discard, stderr)
		_ = cmd.Wait()
	})
	host := ""
	for lines := bufio.NewScanner(stderr); host == "" && lines.Scan(); {
		if _, after, ok := strings.Cut(lines.Text(), "DevTools listening on ws://"); ok {
			host, _, _ = strings.Cut(after, "/")
		}
	}
	require.NotEmpty(t, host, "chromium didn't start")
	go func() { _, _ = io.Copy(io.Discard, stderr) }()
	return browser(host)
}

// open opens a page in a tab of its own.
func (b browser) open(t *testing.T, address string) *tab {
	t.Helper()
	var target struct{ WebSocketDebuggerURL string }
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://"+string(b)+"/json/new?"+address, nil)
	require.NoError(t, err)
	res, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer res.Body.Close()
	require.NoError(t, json.NewDecoder(res.Body).Decode(&target))
	conn, _, err := websocket.DefaultDialer.DialContext(t.Context(), target.WebSocketDebuggerURL, nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	page := &tab{t: t, conn: conn}
	// A page that can't be seen doesn't refresh itself, and of several tabs only one can.
	require.NoError(t, page.call("Emulation.setFocusEmulationEnabled", object{"enabled": true}, &struct{}{}))
	page.until(`document.readyState === "complete" && location.href !== "about:blank"`)
	return page
}

// eval evaluates an expression in the page.
func (b *tab) eval(expression string) (any, error) {
	var answer struct {
		Result           struct{ Value any }
		ExceptionDetails *struct{ Text string }
	}
	err := b.call("Runtime.evaluate", object{"expression": expression, "returnByValue": true}, &answer)
	if e := answer.ExceptionDetails; err == nil && e != nil {
		err = errors.New(e.Text)
	}
	return answer.Result.Value, err
}

func (b *tab) call(method string, params object, result any) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last++
	if err := b.conn.WriteJSON(object{"id": b.last, "method": method, "params": params}); err != nil {
		return err
	}
	for {
		var answer struct {
			ID     int
			Result json.RawMessage
		}
		if err := b.conn.ReadJSON(&answer); err != nil {
			return err
		}
		if answer.ID == b.last {
			return json.Unmarshal(answer.Result, result)
		}
	}
}

// until waits until an expression is true in the page.
func (b *tab) until(expression string) {
	b.t.Helper()
	require.Eventually(b.t, func() bool {
		v, err := b.eval(expression)
		return err == nil && v == true
	}, patience, 20*time.Millisecond, expression)
}

// click clicks the first element that a selector finds, once there is one.
func (b *tab) click(selector string) {
	b.t.Helper()
	b.until(fmt.Sprintf("document.readyState === 'complete' && document.querySelector(%q) !== null", selector)) // with its script
	_, err := b.eval(fmt.Sprintf("document.querySelector(%q).click()", selector))
	require.NoError(b.t, err)
}

func TestInTheBrowser(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starting a browser takes a second or two")
	}
	b := launch(t)
	for name, test := range map[string]func(*testing.T, browser){
		"a card arrives, is clicked, and changes":         aCardArrivesIsClickedAndChanges,
		"an example fills the form, and the form is sent": anExampleFillsTheFormAndTheFormIsSent,
		"a dialog opens, is filled in and sent":           aDialogOpensIsFilledInAndSent,
		"a fault is ordered and cleared":                  aFaultIsOrderedAndCleared,
		"a call is logged and a contact merged":           aCallIsLoggedAndAContactMerged,
		"an e-mail is answered and bounces":               anEmailIsAnsweredAndBounces,
		"a document is signed, and its invoice paid":      aDocumentIsSignedAndItsInvoicePaid,
		"a deal is made and moved":                        aDealIsMadeAndMoved,
		"a ticket is opened, closed and deleted":          aTicketIsOpenedClosedAndDeleted,
		"a return is asked for in the shop":               aReturnIsAskedForInTheShop,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, b)
		})
	}
}

func aCardArrivesIsClickedAndChanges(t *testing.T, b browser) {
	w, app := start(t, options()), startApp(t, http.StatusOK)
	page := b.open(t, w.URL+"/slack?as=maria")
	page.until(`document.body.innerText.includes("Nothing from Throughline for Maria yet")`)
	click := w.shown()
	page.click("[data-click=go]") // it has arrived without a reload
	page.until(`document.getElementById("ask").open && document.getElementById("ask").innerText.includes("Really?")`)
	page.click("#ask [value=no]")
	page.until(`!document.getElementById("ask").open`)

	page.click("[data-click=go]")
	page.click("#ask [value=yes]")
	page.until(`document.querySelector("article .warning").innerText.includes("not configured")`)
	require.Empty(t, app.clicks)
	w.Sandbox.SetInteractionsURL(app.URL)
	page.click("[data-click=go]")
	page.click("#ask [value=yes]")
	page.until(`document.querySelector("article .warning").hidden`)
	require.Equal(t, maria, app.next(t).User.ID)

	_, _, _, err := w.slack().UpdateMessageContext(t.Context(), click.Channel, click.TS, text("t"),
		slackgo.MsgOptionBlocks(slackgo.NewHeaderBlock(slackgo.NewTextBlockObject("plain_text", "Done by Maria", false, false))))
	require.NoError(t, err)
	page.until(`document.body.innerText.includes("Done by Maria") && document.querySelector("[data-click]") === null`)
}

func anExampleFillsTheFormAndTheFormIsSent(t *testing.T, b browser) {
	leads := make(chan map[string][]string, 1)
	door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.ParseForm() == nil {
			r.PostForm.Set("Origin", r.Header.Get("Origin"))
			leads <- r.PostForm
		}
	}))
	defer door.Close()
	o := options()
	o.LeadURL = door.URL + "/leads"
	w := start(t, o)
	page := b.open(t, w.URL+"/website?utm_campaign=spring")
	page.click("[data-company='Bergwerk Automation GmbH']")
	page.click(".send")
	select {
	case lead := <-leads:
		id := lead["submission_id"]
		delete(lead, "submission_id")
		require.NotEmpty(t, id)
		require.Equal(t, map[string][]string{
			"name": {"Katrin Vogel"}, "email": {"katrin.vogel@bergwerk-automation.example"}, "company": {"Bergwerk Automation GmbH"},
			"phone": {"+49 711 5550 178"}, "country": {"DE"}, "region": {"Baden-Württemberg"}, "employees": {"220"},
			"message":    {"Guten Tag, we build assembly lines and would like to offer your arm as an option. Is there a partner programme?"},
			"utm_source": {"website"}, "utm_medium": {"organic"}, "utm_campaign": {"spring"},
			"Origin": {w.URL}, // which the door lets in or not
		}, lead)
	case <-time.After(patience):
		t.Fatal("the form was not sent")
	}
}

func aDialogOpensIsFilledInAndSent(t *testing.T, b browser) {
	w := start(t, options())
	app := startAsking(t, w)
	_, err := w.adapters().slack.PostCard(t.Context(), key("card"), question())
	require.NoError(t, err)
	page := b.open(t, w.URL+"/slack?as=maria")
	page.click("[data-click='throughline:hand-over']")
	page.until(`document.getElementById("dialog").open && document.activeElement.name === "to"`)
	<-app.clicks
	page.click("#dialog [data-close]")
	page.until(`!document.getElementById("dialog").open && document.activeElement.dataset.click === "throughline:hand-over"`)

	page.click("[data-click='throughline:hand-over']")
	page.until(`document.getElementById("dialog").open`)
	<-app.clicks
	page.click("#dialog .primary")
	page.until(`document.activeElement.name === "to" && document.activeElement.getAttribute("aria-invalid") === "true" &&
		document.querySelector("#dialog .wrong").innerText.includes("required")`)
	require.Empty(t, app.clicks)

	app.answers(`{"response_action":"errors","errors":{"to":"Omar is away."}}`)
	_, err = page.eval(`document.querySelector("#dialog [name=to]").value = "omar"; document.querySelector("#dialog [name=comment]").value = "one\ntwo"`)
	require.NoError(t, err)
	page.click("#dialog .primary")
	page.until(`document.querySelector("#dialog .wrong").innerText === "Omar is away." && document.querySelector("#dialog [name=comment]").value === "one\ntwo"`)
	require.Equal(t, map[string]string{"to": "omar", "comment": "one\ntwo"}, (<-app.clicks).Form.Values)

	app.answers(`{"response_action":"clear"}`)
	page.click("#dialog .primary")
	page.until(`!document.getElementById("dialog").open`)
}

func aFaultIsOrderedAndCleared(t *testing.T, b browser) {
	w := start(t, options())
	page := b.open(t, w.URL+"/faults")
	page.click("[data-preset][data-system=sendgrid]")
	page.click("#order .primary")
	page.until(`document.querySelectorAll("#orders article").length === 1`)
	orders, err := w.Faults(t.Context())
	require.NoError(t, err)
	require.Equal(t, []client.Fault{{ID: "1", System: "sendgrid", Path: "v3/mail/send", Kind: client.LostReply, For: "1s", Count: 1}}, orders)
	page.click("[data-clear='1']")
	page.until(`document.querySelectorAll("#orders article").length === 0`)
	_, err = page.eval(`document.querySelector("#order [name=for]").value = "long"`)
	require.NoError(t, err)
	page.click("#order .primary")
	page.until(`document.querySelector("#order .warning").innerText.includes("not a duration")`)
}

func aCallIsLoggedAndAContactMerged(t *testing.T, b browser) {
	w, event := told(t, 0)
	ada, _ := w.upsert("contacts", "email", "ada@contoso.example", object{"firstname": "Ada", "hubspot_owner_id": "1011"})
	w.upsert("contacts", "email", "byron@contoso.example", object{"firstname": "Byron"})
	page := b.open(t, w.URL+"/crm/contacts/"+ada)
	_, err := page.eval(`document.querySelector("#log [name=text]").value = "Spoke to Ada."`)
	require.NoError(t, err)
	page.click("#log [value=meeting]")
	page.until(`document.querySelector("#log .saying").innerText === "Logged." && document.querySelector("#log [name=text]").value === "" &&
		document.querySelector("#records .moment").innerText.includes("Spoke to Ada.")`)
	require.Equal(t, "userId:1011", event()["sourceId"])
	meetings, err := w.Records(t.Context(), "meetings", client.RecordFilter{})
	require.NoError(t, err)
	require.Equal(t, "1011", meetings[0].Properties["hubspot_owner_id"])

	_, err = page.eval(`document.querySelector("#own select").value = "1010"`)
	require.NoError(t, err)
	page.click("#own .btn")
	page.until(`document.getElementById("record").innerText.includes("Grace Chen")`)

	page.click("#merge .btn")
	page.click("#ask [value=yes]")
	page.until(`document.readyState === "complete" && document.querySelector("#record h1").innerText === "Byron"`)
	merged := event()
	require.Equal(t, "contact.merge", merged["subscriptionType"])
	page.until(fmt.Sprintf(`location.pathname === "/crm/contacts/%.0f"`, merged["newObjectId"]))
	page.click("#delete .btn")
	page.click("#ask [value=no]")
	page.click("#delete .btn")
	page.click("#ask [value=yes]")
	page.until(`location.pathname === "/crm/contacts" && document.querySelector("#records")?.innerText.includes("No contacts yet")`)
	require.Equal(t, "contact.deletion", event()["subscriptionType"])
}

func anEmailIsAnsweredAndBounces(t *testing.T, b browser) {
	app := hear(t, 0)
	o := options()
	o.RepliesURL = app.URL
	w := start(t, o)
	require.Equal(t, http.StatusAccepted, w.mail(forTwo()).Status)
	emails, err := w.Emails(t.Context(), "", "")
	require.NoError(t, err)
	page := b.open(t, w.URL+"/mail/"+emails[0].ID)
	_, err = page.eval(`document.querySelector("#reply [name=text]").value = "Not here."; document.querySelector("#reply [name=automatic]").checked = true`)
	require.NoError(t, err)
	page.click("#reply .btn")
	page.until(`document.querySelector("#reply .saying").innerText === "Sent." && document.getElementById("letters").innerText.includes("Automatic reply: Hello")`)
	require.Contains(t, string(app.next(t).Body), "Auto-Submitted: auto-replied")
	page.click("#bounce .btn")
	page.until(`document.getElementById("head").innerText.includes("bounced") && document.getElementById("letters").innerText.includes("bounced")`)

	page = b.open(t, w.URL+"/faults")
	_, err = page.eval(`document.querySelector("#bounce [name=address]").value = "bob@contoso.example"`)
	require.NoError(t, err)
	page.click("#bounce .btn")
	page.click("#bouncing .btn")
	page.until(`document.getElementById("bouncing").innerText.includes("All e-mail arrives")`)
}
