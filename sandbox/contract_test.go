package sandbox_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	slackgo "github.com/slack-go/slack"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/contract"
	"github.com/throughline-dev/throughline/sandbox"
	"github.com/throughline-dev/throughline/sandbox/client"
)

// described starts a sandbox whose answers below a base path are held against a vendor's own description.
func described(t *testing.T, base string, v *contract.Validator) world {
	t.Helper()
	s, err := sandbox.New(options())
	require.NoError(t, err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, ours := strings.CutPrefix(r.URL.Path, base)
		if !ours || strings.HasPrefix(path, "/crm/v3/pipelines/") { // there is no description of HubSpot's pipelines
			s.Handler().ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		rec := httptest.NewRecorder()
		s.Handler().ServeHTTP(rec, r)
		asked := r.Clone(r.Context())
		asked.URL.Path, asked.Body = path, io.NopCloser(bytes.NewReader(body))
		// SendGrid's description calls itself OpenAPI 3.1, but says that a field may be null in the way of 3.0, which 3.1 no
		// longer knows.
		answer := bytes.ReplaceAll(rec.Body.Bytes(), []byte(`,"field":null`), nil)
		if err := v.Response(asked, rec.Code, rec.Header(), answer); err != nil {
			t.Error(err)
		}
		for k, values := range rec.Header() {
			w.Header()[k] = values
		}
		w.WriteHeader(rec.Code)
		_, _ = w.Write(rec.Body.Bytes())
	}))
	t.Cleanup(func() {
		require.NoError(t, s.Close())
		server.Close()
	})
	return world{client.New(server.URL), t, server.URL, s}
}

func TestSlackAnswersAsSlackDescribesIt(t *testing.T) {
	t.Parallel()
	w := described(t, "/slack", contract.Slack(t))
	api, ctx := w.slack(), t.Context()
	_, err := api.AuthTestContext(ctx)
	require.NoError(t, err)
	_, err = api.GetUserInfoContext(ctx, maria)
	require.NoError(t, err)
	_, err = api.GetUserByEmailContext(ctx, "grace.chen@northwind-robotics.example")
	require.NoError(t, err)
	for _, im := range []bool{true, false} {
		_, _, _, err = api.OpenConversationContext(ctx, &slackgo.OpenConversationParameters{Users: []string{maria}, ReturnIM: im})
		require.NoError(t, err)
	}
	channel, ts, err := api.PostMessageContext(ctx, maria, text("t"), card("Title", "go"), mark("case-1/card"))
	require.NoError(t, err)
	_, _, err = api.PostMessageContext(ctx, channel, text("reply"), slackgo.MsgOptionTS(ts), slackgo.MsgOptionBroadcast())
	require.NoError(t, err)
	_, _, _, err = api.UpdateMessageContext(ctx, channel, ts, text("t"), card("Title", "go"))
	require.NoError(t, err)
	_, err = api.PostEphemeralContext(ctx, opsDesk, maria, text("psst"))
	require.NoError(t, err)
	for _, id := range []string{channel, opsDesk} {
		_, err = api.GetConversationHistoryContext(ctx, &slackgo.GetConversationHistoryParameters{ChannelID: id, Limit: 1, IncludeAllMetadata: true})
		require.NoError(t, err)
	}
	_, _, _, err = api.GetConversationRepliesContext(ctx, &slackgo.GetConversationRepliesParameters{ChannelID: channel, Timestamp: ts})
	require.NoError(t, err)

	app := startApp(t, http.StatusOK)
	w.Sandbox.SetInteractionsURL(app.URL)
	_, err = w.Click(ctx, client.Click{User: maria, Channel: channel, TS: ts, ActionID: "go"})
	require.NoError(t, err)
	view := slackgo.ModalViewRequest{Type: slackgo.VTModal, Title: slackgo.NewTextBlockObject("plain_text", "Title", false, false)}
	_, err = api.OpenViewContext(ctx, app.next(t).TriggerID, view)
	require.NoError(t, err)
	_, err = api.OpenViewContext(ctx, "1.2.abc", view)
	require.EqualError(t, err, "invalid_trigger_id")

	_, _, err = api.PostMessageContext(ctx, "C0NOWHERE", text("t"))
	require.EqualError(t, err, "channel_not_found")
	_, _, err = api.PostMessageContext(ctx, opsDesk, slackgo.MsgOptionBlocks(slackgo.NewSectionBlock(nil, nil, nil)))
	require.EqualError(t, err, "invalid_blocks")
	_, err = slackgo.New("xoxb-other", slackgo.OptionAPIURL(w.URL+"/slack/api/")).AuthTestContext(ctx)
	require.EqualError(t, err, "invalid_auth")
}

func TestSendGridAnswersAsSendGridDescribesIt(t *testing.T) {
	t.Parallel()
	w := described(t, "/sendgrid", contract.SendGrid(t))
	require.Equal(t, http.StatusAccepted, w.mail(letter("ada@contoso.example", "lead-1/outreach")).Status)
	require.NoError(t, w.Bounce(t.Context(), "ada@contoso.example", client.Bounced, ""))
	require.Equal(t, http.StatusAccepted, w.mail(forTwo()).Status)
	require.Equal(t, http.StatusOK, w.activity(`status="not_delivered"`).Status)
	require.Equal(t, http.StatusBadRequest, w.mail(object{}).Status)
	require.Equal(t, http.StatusUnauthorized, w.call(http.MethodPost, "/sendgrid/v3/mail/send", "", object{}).Status)
	require.Equal(t, http.StatusOK, w.activity(`(unique_args['throughline_key']="lead-1/outreach")`).Status)
	require.Equal(t, http.StatusBadRequest, w.activity(`shoe="1"`).Status)
	w.order(client.Fault{System: "sendgrid", Kind: client.Throttled, Count: 1})
	require.Equal(t, http.StatusTooManyRequests, w.activity(`status="delivered"`).Status)
	w.order(client.Fault{System: "sendgrid", Kind: client.Broken, Count: 1})
	require.Equal(t, http.StatusInternalServerError, w.mail(letter("ada@contoso.example", "k")).Status)
}

func TestHubSpotAnswersAsHubSpotDescribesIt(t *testing.T) {
	t.Parallel()
	w := described(t, "/hubspot", contract.Hubspot(t))
	require.Equal(t, http.StatusCreated, w.unique("companies", "companyinformation", "throughline_domain").Status)
	require.Equal(t, http.StatusCreated, w.unique("notes", "engagement", "throughline_key").Status)
	require.Equal(t, http.StatusConflict, w.unique("notes", "engagement", "throughline_key").Status)
	for _, path := range []string{"notes/throughline_key", "contacts/hs_lead_status", "companies/industry"} {
		require.Equal(t, http.StatusOK, w.crm(http.MethodGet, "v3/properties/"+path, nil).Status)
	}
	contact, _ := w.upsert("contacts", "email", "ada@contoso.example", object{"firstname": "Ada"})
	company, _ := w.upsert("companies", "throughline_domain", "contoso.example", object{"domain": "contoso.example", "numberofemployees": "40"})
	note, _ := w.upsert("notes", "throughline_key", "lead-1/record", object{"hs_timestamp": "1700000000000", "hs_note_body": "x"})
	w.upsert("contacts", "email", "ada@contoso.example", nil)
	for kind, id := range map[string]string{"contacts": contact, "companies": company, "notes": note} {
		require.Equal(t, http.StatusOK, w.crm(http.MethodGet, "v3/objects/"+kind+"/"+id+"?properties=hubspot_owner_id", nil).Status)
		a := w.crm(http.MethodPatch, "v3/objects/"+kind+"/"+id, object{"properties": object{"hubspot_owner_id": "1011"}})
		require.Equal(t, http.StatusOK, a.Status)
	}
	w.upsert("contacts", "email", "bob@contoso.example", nil)
	w.upsert("contacts", "email", "eve@contoso.example", nil)
	require.Len(t, w.search(), 2)
	for _, from := range []string{"contacts/" + contact + "/associations/default/companies/" + company, "notes/" + note + "/associations/default/contacts/" + contact} {
		require.Equal(t, http.StatusOK, w.crm(http.MethodPut, "v4/objects/"+from, nil).Status)
	}
	require.Equal(t, http.StatusOK, w.crm(http.MethodGet, "v4/objects/contacts/"+contact+"/associations/companies", nil).Status)
	require.Equal(t, http.StatusOK, w.crm(http.MethodGet, "v3/owners?email=x@y.example", nil).Status)
	require.Equal(t, http.StatusOK, w.crm(http.MethodGet, "v3/owners/1011", nil).Status)

	eve, err := w.Records(t.Context(), "contacts", client.RecordFilter{Email: "eve@contoso.example"})
	require.NoError(t, err)
	_, err = w.Log(t.Context(), client.Activity{Contact: eve[0].ID, Kind: "call"})
	require.NoError(t, err)
	_, err = w.Merge(t.Context(), contact, eve[0].ID)
	require.NoError(t, err)
	const kept = "notes_last_contacted,associatedcompanyid,hs_additional_emails,hs_merged_object_ids"
	for _, path := range []string{contact + "?", "ada@contoso.example?idProperty=email&"} {
		a := w.crm(http.MethodGet, "v3/objects/contacts/"+path+"properties="+kept, nil)
		require.Equal(t, http.StatusOK, a.Status)
		for _, name := range strings.Split(kept, ",") {
			require.Contains(t, a.JSON(t)["properties"], name)
		}
	}
	require.Equal(t, http.StatusNotFound, w.crm(http.MethodGet, "v3/objects/contacts/99", nil).Status)
	require.Equal(t, http.StatusBadRequest, w.crm(http.MethodPatch, "v3/objects/contacts/"+contact, object{"properties": object{"shoe": "1"}}).Status)
	require.Equal(t, http.StatusNoContent, w.crm(http.MethodDelete, "v3/objects/contacts/"+contact, nil).Status)
	require.Equal(t, http.StatusNotFound, w.crm(http.MethodDelete, "v3/objects/contacts/"+contact, nil).Status)
	require.Equal(t, http.StatusUnauthorized, w.call(http.MethodGet, "/hubspot/crm/v3/owners", "", nil).Status)
	for _, kind := range []string{client.Throttled, client.Broken, client.Unauthorized} {
		w.order(client.Fault{System: "hubspot", Kind: kind, Count: 1})
		require.GreaterOrEqual(t, w.crm(http.MethodGet, "v3/owners", nil).Status, 400)
	}
}
