package sandbox_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/sandbox"
	"github.com/throughline-dev/throughline/sandbox/client"
)

type object = map[string]any
type list = []any

// letter is a body of mail send that is right.
func letter(to, key string) object {
	return object{
		"personalizations": list{object{"to": list{object{"email": to, "name": "Ada"}}, "custom_args": object{"throughline_key": key}}},
		"from":             object{"email": "maria.lopez@northwind-robotics.example", "name": "Maria Lopez"},
		"reply_to":         object{"email": "maria@replies.example"},
		"subject":          "Hello",
		"content":          list{object{"type": "text/plain", "value": "Hi"}, object{"type": "text/html", "value": "<p>Hi</p>"}},
		"headers":          object{"Message-ID": "<abc@northwind-robotics.example>"},
	}
}

func (w world) mail(body any) answer {
	w.t.Helper()
	return w.call(http.MethodPost, "/sendgrid/v3/mail/send", sandbox.DefaultSendGridKey, body)
}

func (w world) activity(query string) answer {
	w.t.Helper()
	return w.call(http.MethodGet, "/sendgrid/v3/messages?limit=10&query="+url.QueryEscape(query), sandbox.DefaultSendGridKey, nil)
}

func TestAnEmailArrivesAsItWasSent(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	a := w.mail(letter("ada@contoso.example", "lead-1/outreach"))
	require.Equal(t, http.StatusAccepted, a.Status)
	require.Empty(t, a.Body)
	require.NotEmpty(t, a.Header.Get("X-Message-Id"))
	require.Equal(t, http.StatusAccepted, w.mail(letter("bob@contoso.example", "lead-2/outreach")).Status)

	emails, err := w.Emails(t.Context(), "Ada@contoso.example", "")
	require.NoError(t, err)
	require.Len(t, emails, 1)
	e := emails[0]
	require.WithinDuration(t, time.Now(), e.Sent, time.Minute)
	require.Contains(t, e.ID, a.Header.Get("X-Message-Id"))
	e.ID, e.Sent = "", time.Time{}
	require.Equal(t, client.Email{
		MessageID: "abc@northwind-robotics.example", To: client.Address{Name: "Ada", Email: "ada@contoso.example"},
		From:    client.Address{Name: "Maria Lopez", Email: "maria.lopez@northwind-robotics.example"},
		ReplyTo: client.Address{Email: "maria@replies.example"}, Subject: "Hello", Text: "Hi", HTML: "<p>Hi</p>",
		Headers: map[string]string{"Message-ID": "<abc@northwind-robotics.example>"},
		Args:    map[string]string{"throughline_key": "lead-1/outreach"}, Key: "lead-1/outreach",
	}, e)
	emails, err = w.Emails(t.Context(), "", "lead-2")
	require.NoError(t, err)
	require.Len(t, emails, 1)
	require.Equal(t, "bob@contoso.example", emails[0].To.Email)
}

func TestTwoEmailsWithOneKeyAreCountedAsTwo(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	for range 2 {
		require.Equal(t, http.StatusAccepted, w.mail(letter("ada@contoso.example", "lead-1/outreach")).Status)
	}
	effects, err := w.Effects(t.Context(), "lead-1")
	require.NoError(t, err)
	require.Len(t, effects, 1)
	require.Equal(t, 2, effects[0].Count)
	require.Len(t, effects[0].Records, 2)
}

func TestSendGridRefusesWhatItsRulesForbid(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	with := func(field string, value any) object {
		l := letter("ada@contoso.example", "k")
		if value == nil {
			delete(l, field)
		} else {
			l[field] = value
		}
		return l
	}
	person := func(p object) list { return list{p} }
	to := func(a ...string) (l list) {
		for _, e := range a {
			l = append(l, object{"email": e})
		}
		return l
	}
	for _, c := range []struct {
		name, field string
		body        object
	}{
		{"nobody", "personalizations", with("personalizations", list{})},
		{"no personalizations", "personalizations", with("personalizations", nil)},
		{"no to", "personalizations.0.to", with("personalizations", person(object{"subject": "x"}))},
		{"no address", "personalizations.0.to.0.email", with("personalizations", person(object{"to": to("ada")}))},
		{"twice the same", "personalizations", with("personalizations", person(object{"to": to("a@b.example", "A@b.example")}))},
		{"no sender", "from.email", with("from", nil)},
		{"sender without a domain", "from.email", with("from", object{"email": "maria"})},
		{"no subject", "subject", with("subject", nil)},
		{"no content", "content", with("content", nil)},
		{"empty content", "content.0.value", with("content", list{object{"type": "text/plain", "value": ""}})},
		{"wrong order", "content", with("content", list{object{"type": "text/html", "value": "x"}, object{"type": "text/plain", "value": "x"}})},
		{"reserved header", "headers.Subject", with("headers", object{"Subject": "x"})},
	} {
		a := w.mail(c.body)
		require.Equal(t, http.StatusBadRequest, a.Status, c.name)
		first := a.JSON(t)["errors"].([]any)[0].(object)
		require.Equal(t, c.field, first["field"], c.name)
		require.NotEmpty(t, first["message"], c.name)
	}
	for name, body := range map[string]any{
		"no JSON": "{", "a field that SendGrid doesn't have": with("sujbect", "x"), "args that are no strings": with("custom_args", object{"n": 1}),
		"a template": with("template_id", "d-1"),
	} {
		require.Equal(t, http.StatusBadRequest, w.mail(body).Status, name)
	}
	for _, key := range []string{"", "SG.other"} {
		a := w.call(http.MethodPost, "/sendgrid/v3/mail/send", key, letter("ada@contoso.example", "k"))
		require.Equal(t, http.StatusUnauthorized, a.Status)
		require.Nil(t, a.JSON(t)["errors"].([]any)[0].(object)["field"])
	}
	emails, err := w.Emails(t.Context(), "", "")
	require.NoError(t, err)
	require.Empty(t, emails)
}

func TestEmailActivityFindsByUniqueArgumentsAndFields(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	for i, to := range []string{"ada@contoso.example", "bob@contoso.example", "ada@contoso.example"} {
		l := letter(to, []string{"lead-1/outreach", "lead-2/outreach", "lead-3/outreach"}[i])
		l["custom_args"] = object{"kind": `a "quoted" one`}
		require.Equal(t, http.StatusAccepted, w.mail(l).Status)
	}
	for query, want := range map[string]int{
		`unique_args['throughline_key']="lead-1/outreach"`:                                                   1,
		`(unique_args['throughline_key']="lead-1/outreach")`:                                                 1,
		`(unique_args["throughline_key"]="lead-9/outreach")`:                                                 0,
		`unique_args['kind']="a \"quoted\" one"`:                                                             3,
		`to_email="ADA@contoso.example"`:                                                                     0,
		`to_email="ada@contoso.example"`:                                                                     2,
		`to_email="ada@contoso.example" AND unique_args['throughline_key']!="lead-1/outreach"`:               1,
		`(status="delivered") AND (subject="Hello") AND from_email="maria.lopez@northwind-robotics.example"`: 3,
		`status="not_delivered"`:                                                                             0,
	} {
		a := w.activity(query)
		require.Equal(t, http.StatusOK, a.Status, query)
		require.Len(t, a.JSON(t)["messages"], want, query)
	}
	first := w.activity(`to_email="bob@contoso.example"`).JSON(t)["messages"].([]any)[0].(object)
	require.Equal(t, "delivered", first["status"])
	require.Equal(t, "Hello", first["subject"])
	for query, want := range map[string]string{
		`bad_field="x"`: "'bad_field' is not a known field", ``: "query is required", `to_email=x`: "unexpected",
		`to_email="x" OR to_email="y"`: "expected AND", `(to_email="x"`: "expected )",
	} {
		a := w.activity(query)
		require.Equal(t, http.StatusBadRequest, a.Status, query)
		require.Contains(t, a.Body, want, query)
	}
	require.Equal(t, http.StatusBadRequest, w.call(http.MethodGet, `/sendgrid/v3/messages?limit=0&query=status%3D%22x%22`, sandbox.DefaultSendGridKey, nil).Status)
}

func TestEmailActivityLagsBehindWhereItIsToldTo(t *testing.T) {
	t.Parallel()
	o := options()
	o.Lag = time.Hour
	w := start(t, o)
	require.Equal(t, http.StatusAccepted, w.mail(letter("ada@contoso.example", "lead-1/outreach")).Status)
	require.Empty(t, w.activity(`unique_args['throughline_key']="lead-1/outreach"`).JSON(t)["messages"])
	emails, err := w.Emails(t.Context(), "ada@contoso.example", "")
	require.NoError(t, err)
	require.Len(t, emails, 1, "the mailbox has it at once")
}
