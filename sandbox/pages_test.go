package sandbox_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	slackgo "github.com/slack-go/slack"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/projects"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/sandbox/client"
)

// page gets one, and fails where it isn't there.
func (w world) page(path string) answer {
	w.t.Helper()
	a := w.call(http.MethodGet, path, "", nil)
	require.Equal(w.t, http.StatusOK, a.Status, path)
	return a
}

const attack = `"><script>alert(1)</script><img src=x onerror=alert(1)>`

func TestNobodysTextIsRunAsHTML(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	a, ctx := w.adapters(), t.Context()
	lead := aLead
	lead.Contact.Name, lead.Company.Name, lead.Note = attack, attack, attack
	recorded, err := a.crm.RecordLead(ctx, key("record"), lead)
	require.NoError(t, err)
	card := aCard()
	card.Title, card.Text, card.Status = attack, attack, attack
	card.Facts = []slack.Fact{{Label: attack, Value: attack, Link: "https://example.com/?q=" + url.QueryEscape(attack)}}
	card.Buttons[0].Label, card.Buttons[0].Confirm = attack, attack
	_, err = a.slack.PostCard(ctx, key("card"), card)
	require.NoError(t, err)
	for _, o := range []slackgo.MsgOption{text(attack), text("<javascript:alert(1)|click>"), text("<@" + attack + "|" + attack + ">")} {
		_, _, err = w.slack().PostMessageContext(ctx, opsDesk, o)
		require.NoError(t, err)
	}
	l := letter("ada@bergwerk-automation.example", attack)
	l["subject"] = attack
	l["content"] = list{object{"type": "text/plain", "value": attack}, object{"type": "text/html", "value": "<html><head></head>" + attack}}
	require.Equal(t, http.StatusAccepted, w.mail(l).Status)
	w.order(client.Fault{Path: attack, Match: attack, Kind: client.Broken})
	emails, err := w.Emails(ctx, "", "")
	require.NoError(t, err)
	mail := "/mail/" + emails[0].ID
	require.NoError(t, w.BounceEmail(ctx, emails[0].ID, client.Bounced, attack))
	require.NoError(t, w.Bounce(ctx, "bob@contoso.example", client.Dropped, attack))
	answers, err := w.Reply(ctx, client.Reply{Email: emails[0].ID, Text: attack})
	require.NoError(t, err)
	call, err := w.Log(ctx, client.Activity{Contact: recorded.Contact, Kind: "call", Text: attack})
	require.NoError(t, err)
	w.upsert("contacts", "email", "bob@contoso.example", object{"firstname": attack})
	deal := w.make(client.DealForm{
		Name: attack, Notes: attack, Companies: []client.DealCompany{{Name: attack}}, Lines: []client.DealLine{{Name: attack}},
	})
	ticket, err := w.MakeTicket(ctx, client.TicketForm{Name: attack, Email: "eve@contoso.example", Subject: attack, Text: attack, Items: attack})
	require.NoError(t, err)

	for _, path := range []string{
		"/", "/slack?as=maria", "/slack?as=maria&in=" + opsDesk, "/mail", "/mail?to=" + url.QueryEscape(attack), mail, mail + "?view=text",
		"/crm", "/crm/companies", "/crm/notes", "/crm/contacts/" + recorded.Contact, "/crm/companies/" + recorded.Company,
		"/crm/notes/" + recorded.Note, "/crm/calls", "/crm/calls/" + call.ID, "/crm/deals", "/crm/deals/" + deal.ID, "/crm/deals/new", "/crm/tickets", "/crm/tickets/" + ticket.ID, "/crm/tickets/new", "/crm/line_items/" + deal.Associated["line_items"][0],
		"/mail/" + answers[0].ID, "/faults", "/website?utm_source=" + url.QueryEscape(attack),
	} {
		p := w.page(path)
		require.NotContains(t, p.Body, "<script>alert", path)
		require.NotContains(t, p.Body, "<img", path)
		require.NotRegexp(t, `href="\s*javascript:`, p.Body, path)
		policy := p.Header.Get("Content-Security-Policy")
		require.Contains(t, policy, "default-src 'none'; script-src 'self';", path)
		require.NotContains(t, policy, "unsafe", path)
	}
	// The e-mail's own HTML is shown as it is, in a frame that can run nothing.
	require.Regexp(t, `<iframe[^>]* sandbox="allow-popups allow-popups-to-escape-sandbox"`, w.page(mail).Body)
	frame := w.page(mail + "/html")
	require.Contains(t, frame.Body, attack)
	require.Contains(t, frame.Body, `<head><base target="_blank">`)
	require.Regexp(t, `^sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none';`, frame.Header.Get("Content-Security-Policy"))
	require.NotContains(t, frame.Header.Get("Content-Security-Policy"), "script")
}

func TestThePagesShowWhatPeopleWouldSee(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	a, ctx := w.adapters(), t.Context()
	recorded, err := a.crm.RecordLead(ctx, key("record"), aLead)
	require.NoError(t, err)
	posted, err := a.slack.PostCard(ctx, key("card"), aCard())
	require.NoError(t, err)
	_, err = a.slack.ReplyInThread(ctx, key("remind"), slack.Reply{At: posted, Text: "Don't forget", Broadcast: true})
	require.NoError(t, err)
	_, err = a.slack.AnswerPrivately(ctx, key("answer"), slack.PrivateAnswer{Channel: posted.Channel, User: maria, Text: "psst"})
	require.NoError(t, err)

	p := w.page("/slack?as=maria").Body
	for _, want := range []string{
		"Make contact: Ada Byron &amp; Co", "We need &lt;robots&gt;.", "<strong>E-mail</strong>", `href="mailto:ada@bergwerk-automation.example"`,
		`data-click="throughline:contacted"`, "With Maria until Friday", "1 reply", "replied to a thread", "Only visible to you", "psst",
	} {
		require.Contains(t, p, want)
	}
	require.Equal(t, 3, strings.Count(p, "<article"))
	for _, elsewhere := range []string{"/slack?as=grace", "/slack?as=maria&in=" + opsDesk} {
		require.NotContains(t, w.page(elsewhere).Body, "Make contact", elsewhere)
	}
	p = w.page("/crm/contacts/" + recorded.Contact).Body
	for _, want := range []string{"Ada Byron", "Maria Lopez", "Bergwerk", "We need &lt;robots&gt; &amp; soon.", "/crm/companies/" + recorded.Company} {
		require.Contains(t, p, want)
	}
	require.Contains(t, recorded.URL, w.URL)
	require.Equal(t, p, w.page(strings.TrimPrefix(recorded.URL, w.URL)).Body, "the link that the adapter makes leads here")
	require.Equal(t, http.StatusNotFound, w.call(http.MethodGet, "/crm/cats", "", nil).Status)
	require.Equal(t, http.StatusNotFound, w.call(http.MethodGet, "/crm/contacts/99", "", nil).Status)
	require.Equal(t, http.StatusNotFound, w.call(http.MethodGet, "/mail/nothing", "", nil).Status)
	require.Equal(t, http.StatusNotFound, w.call(http.MethodGet, "/nothing", "", nil).Status)
}

func TestALongConversationShowsItsEnd(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	for i := range 60 {
		_, _, err := w.slack().PostMessageContext(t.Context(), opsDesk, text(fmt.Sprintf("number %d.", i)))
		require.NoError(t, err)
	}
	p := w.page("/slack?as=omar&in=" + opsDesk).Body
	require.Contains(t, p, "number 59.")
	require.Contains(t, p, "number 10.")
	require.NotContains(t, p, "number 9.")
	require.Contains(t, p, "Show earlier messages")
	p = w.page("/slack?all=1&as=omar&in=" + opsDesk).Body
	require.Contains(t, p, "number 0.")
	require.NotContains(t, p, "Show earlier messages")
}

func TestAPageThatHasNotChangedIsNotSentAgain(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	ask := func(tag string) int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.URL+"/slack?as=maria", nil)
		require.NoError(t, err)
		r.Header.Set("If-None-Match", tag)
		return w.send(r).Status
	}
	tag := w.page("/slack?as=maria").Header.Get("ETag")
	require.Equal(t, http.StatusNotModified, ask(tag))
	_, _, err := w.slack().PostMessageContext(t.Context(), maria, text("x"))
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, ask(tag))
}

func TestTheWebsitesFormSendsALeadToTheStarter(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	require.Contains(t, w.page("/website").Body, "nowhere to go yet")
	w.Sandbox.SetLeadURL("http://starter.example/leads")
	p := w.page("/website?utm_source=newsletter").Body
	require.Contains(t, p, `<form class="leadform" method="post" action="http://starter.example/leads"`)
	for _, field := range []string{
		"name", "email", "company", "phone", "country", "region", "employees", "message", "submission_id", "utm_source", "utm_medium", "utm_campaign",
	} {
		require.Regexp(t, `<(input|select|textarea)[^>]* name="`+field+`"`, p)
	}
	require.Contains(t, p, `name="utm_source" value="newsletter"`)
	require.Contains(t, p, `<option value="DE">Germany</option>`)
	require.Contains(t, p, `<option value="US">United States</option>`)
	require.NotContains(t, p, `<option value="UN">`)
	id := regexp.MustCompile(`name="submission_id" value="(\w+)"`)
	require.NotEqual(t, id.FindStringSubmatch(p)[1], id.FindStringSubmatch(w.page("/website").Body)[1], "each view is another submission")
}

func TestThePagesOfAProposalShowWhatThereIsAndRunNobodysText(t *testing.T) {
	t.Parallel()
	w, ctx := start(t, options()), t.Context()
	r := aRequest()
	r.Title, r.Message, r.Signer.Name = attack, attack, attack
	signature, err := w.esign().RequestSignature(ctx, key("sign"), r)
	require.NoError(t, err)
	k := aKickoff
	k.Name, k.Notes = attack, attack
	k.Sections = []projects.Section{{Name: attack, Tasks: []projects.Task{{Name: attack, Notes: attack}}}}
	project, err := w.projects(nil).MakeProject(ctx, key("kickoff"), k)
	require.NoError(t, err)
	i := anInvoice()
	i.Customer.Company, i.Memo, i.Lines[0].Description = attack, attack, attack
	invoice, err := w.billing(nil).MakeInvoice(ctx, key("invoice"), i)
	require.NoError(t, err)
	paid, err := w.Pay(ctx, client.NewPayment{Amount: 10_000, Currency: "eur", Method: client.PaymentBank, Email: attack, Description: attack})
	require.NoError(t, err)
	back := payBack(paid, eur(1_999))
	back.Number = attack
	refund, err := w.billing(nil).MakeRefund(ctx, payStep, back)
	require.NoError(t, err)
	for path, want := range map[string]string{
		"/billing/" + paid.ID: "19.99 EUR", "/sign": "waiting", "/sign/" + signature.ID: "Decline to sign", "/projects": "2026", "/projects/" + project.ID: "lead-1/kickoff#1.1",
		"/billing": "1080.01 EUR", "/billing/" + invoice.ID: "-120.00 EUR", "/": "Pay one, or void it",
	} {
		body := w.page(path).Body
		require.Contains(t, body, want, path)
		require.NotContains(t, body, "<script>alert", path)
		require.NotContains(t, body, "<img src=x", path)
	}
	for _, path := range []string{"/sign/x", "/sign/x/document.pdf", "/projects/1", "/billing/x"} {
		require.Equal(t, http.StatusNotFound, w.call(http.MethodGet, path, "", nil).Status, path)
	}
	_, err = w.Act(ctx, signature.ID, client.SignatureAct{Do: client.SignatureDecline, Reason: attack})
	require.NoError(t, err)
	body := w.page("/sign/" + signature.ID).Body
	require.Contains(t, body, "declined")
	require.NotContains(t, body, "Decline to sign", "there is nothing to do any more")
	require.Contains(t, w.page("/billing/"+paid.ID).Body, "The bank takes it")
	w.ends(refund.ID, client.RefundFail, attack)
	require.NotContains(t, w.page("/billing/"+paid.ID).Body, "The bank", "nor here")
	require.NotContains(t, w.page("/billing/"+paid.ID).Body, "<script>alert")
	require.NotContains(t, body, "<script>alert")
}
