package door

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/mocks"
	nethtml "golang.org/x/net/html"

	"github.com/throughline-dev/throughline/activities/commerce"
	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/starter/intake"
	"github.com/throughline-dev/throughline/workflows/returns"
)

const goodReturn = `{"order":"#1042","email":"ada@contoso.com","name":"Ada Winter","wish":"refund",
	"items":[{"sku":"LAMP-1","quantity":2,"reason":"damaged"}],"photos":["https://pictures.example/1.jpg"],"comment":"Both came broken."}`

func goodReturnForm() url.Values {
	return url.Values{
		"order": {"#1042"}, "email": {"ada@contoso.com"}, "name": {"Ada Winter"}, "wish": {"refund"}, "comment": {"Both came broken."},
		"items[0].sku": {"LAMP-1"}, "items[0].quantity": {"2"}, "items[0].reason": {"damaged"}, "items[0].instead": {""},
		"items[1].sku": {""}, "items[1].quantity": {""}, "items[1].reason": {""}, "items[1].instead": {""},
		"photos": {"https://pictures.example/1.jpg"},
	}
}

// takesReturns is a house that takes returns.
func takesReturns(o *Options) {
	o.Returns = func() config.Returns { return config.Returns{Support: "support"} }
}

// takingReturn is a Temporal that answers n starts of returns with err, and what they were started with.
func takingReturn(t *testing.T, n int, err error) (*mocks.Client, *returns.Request) {
	c, in := mocks.NewClient(t), &returns.Request{}
	c.On("ExecuteWorkflow", mock.Anything, mock.Anything, returns.WorkflowName, mock.Anything).Return(
		func(_ context.Context, _ client.StartWorkflowOptions, _ any, args ...any) (client.WorkflowRun, error) {
			*in = args[0].(returns.Request)
			return nil, err
		}).Times(n)
	return c, in
}

func TestAReturnIsAcceptedOnceTemporalHasIt(t *testing.T) {
	c, in := takingReturn(t, 1, nil)
	w := send(opened(t, c, takesReturns), "POST", "/returns", mediaJSON, goodReturn)
	first := acceptedIn(t, w)
	assert.True(t, returns.IsWorkflowID(first.ID), first.ID)
	assert.JSONEq(t, `{"id":"`+first.ID+`","number":"`+returns.Number(first.ID)+`","status_url":"/returns/`+first.ID+`"}`, w.Body.String())
	assert.Equal(t, "/returns/"+first.ID, w.Header().Get("Location"))
	assert.Equal(t, "1042", in.Order)
	assert.Equal(t, returns.Number(first.ID), in.Number)

	c, _ = takingReturn(t, 1, serviceerror.NewWorkflowExecutionAlreadyStarted("started", "", ""))
	again := acceptedIn(t, send(opened(t, c, takesReturns), "POST", "/returns", mediaJSON, goodReturn))
	assert.True(t, again.Duplicate)
	again.Duplicate = false
	assert.Equal(t, first, again)

	c, _ = takingReturn(t, 2, nil)
	d := opened(t, c, takesReturns)
	byField := acceptedIn(t, send(d, "POST", "/returns", mediaJSON, strings.Replace(goodReturn, "{", `{"submission_id":"form-1",`, 1)))
	byHeader := acceptedIn(t, send(d, "POST", "/returns", mediaJSON, goodReturn, keyHeader, "form-1"))
	assert.Equal(t, byField.ID, byHeader.ID)
	assert.NotEqual(t, first.ID, byField.ID)
}

func TestAReturnIsTheSameInAnyForm(t *testing.T) {
	c, in := takingReturn(t, 3, nil)
	d := opened(t, c, takesReturns)
	want := acceptedIn(t, send(d, "POST", "/returns", mediaJSON, goodReturn)).ID
	plain := *in
	assert.Equal(t, want, acceptedIn(t, send(d, "POST", "/returns", mediaForm, goodReturnForm().Encode())).ID)
	plain.Received = in.Received
	assert.Equal(t, plain, *in)

	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	for name, values := range goodReturnForm() {
		require.NoError(t, parts.WriteField(name, values[0]))
	}
	empty, err := parts.CreateFormFile("picture", "") // as a browser sends where none was chosen
	require.NoError(t, err)
	_, err = io.WriteString(empty, "")
	require.NoError(t, err)
	require.NoError(t, parts.Close())
	assert.Equal(t, want, acceptedIn(t, send(d, "POST", "/returns", parts.FormDataContentType(), body.String())).ID)
}

func TestAWrongReturnIsToldEveryMistakeByField(t *testing.T) {
	body := strings.NewReplacer(`"damaged"`, `"ugly"`, `"ada@contoso.com"`, `"ada"`, `"comment"`, `"coment"`, `https:`, `http:`).Replace(goodReturn)
	w := send(opened(t, mocks.NewClient(t), takesReturns), "POST", "/returns", mediaJSON, body)
	require.Equal(t, http.StatusUnprocessableEntity, w.Code)
	var fields []string
	for _, m := range problemIn(t, w).Errors {
		fields = append(fields, m.Field)
	}
	assert.ElementsMatch(t, []string{"items[0].reason", "email", "coment", "photos[0]"}, fields)
}

func TestAPictureThatIsSentAsAFileIsRefusedByName(t *testing.T) {
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	picture, err := parts.CreateFormFile("photos", "lamp.jpg")
	require.NoError(t, err)
	_, err = io.WriteString(picture, "\xff\xd8")
	require.NoError(t, err)
	require.NoError(t, parts.Close())
	w := send(opened(t, mocks.NewClient(t), takesReturns), "POST", "/returns", parts.FormDataContentType(), body.String())
	require.Equal(t, http.StatusUnprocessableEntity, w.Code)
	assert.Equal(t, "photos", problemIn(t, w).Errors[0].Field)
}

func TestAReturnThatCannotBeReadIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		contentType, body string
		want              int
	}{
		"no JSON":       {mediaJSON, `{"order":`, http.StatusBadRequest},
		"no object":     {mediaJSON, `[1]`, http.StatusBadRequest},
		"no UTF-8":      {mediaForm, "comment=%ff", http.StatusBadRequest},
		"no form":       {mediaForm, "comment=%f", http.StatusBadRequest},
		"no parts":      {mediaMultipart + "; boundary=x", "--y", http.StatusBadRequest},
		"text":          {"text/plain", "2 x LAMP-1", http.StatusUnsupportedMediaType},
		"no media type": {"", goodReturn, http.StatusUnsupportedMediaType},
		"too long":      {mediaJSON, goodReturn + strings.Repeat(" ", intake.MaxReturn), http.StatusRequestEntityTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			w := send(opened(t, mocks.NewClient(t), takesReturns), "POST", "/returns", c.contentType, c.body)
			assert.Equal(t, c.want, w.Code)
			problemIn(t, w)
			assert.Equal(t, c.want == http.StatusUnsupportedMediaType, w.Header().Get("Accept-Post") != "")
		})
	}
}

func TestTheLargestReturnComesIn(t *testing.T) {
	q := returns.Request{Comment: strings.Repeat("x", returns.MaxComment)}
	form := url.Values{"order": {"1042"}, "email": {"ada@contoso.com"}, "wish": {"refund"}, "comment": {q.Comment}}
	for i := range returns.MaxItems {
		at := "items[" + string(rune('0'+i/10)) + string(rune('0'+i%10)) + "]."
		form.Set(at+"sku", strings.Repeat("x", returns.MaxSKU))
		form.Set(at+"quantity", "1")
		form.Set(at+"reason", string(commerce.NotAsDescribed))
		form.Set(at+"note", strings.Repeat("x", returns.MaxNote))
	}
	for range returns.MaxPhotos {
		form.Add("photos", "https://pictures.example/"+strings.Repeat("x", returns.MaxPhoto-25))
	}
	c, in := takingReturn(t, 1, nil)
	acceptedIn(t, send(opened(t, c, takesReturns), "POST", "/returns", mediaForm, form.Encode()))
	assert.Len(t, in.Items, returns.MaxItems)
	assert.Len(t, in.Photos, returns.MaxPhotos)
}

func TestWithoutTemporalAReturnIsToBeSentAgain(t *testing.T) {
	c, _ := takingReturn(t, 1, context.DeadlineExceeded)
	w := send(opened(t, c, takesReturns), "POST", "/returns", mediaJSON, goodReturn)
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.Equal(t, "5", w.Header().Get("Retry-After"))
	problemIn(t, w)
}

func TestTheRulesForLeadsHoldForReturns(t *testing.T) {
	c, _ := takingReturn(t, 3, nil)
	requireRulesOfLeads(t, c, "/returns", goodReturn, returnsMethods, takesReturns)
}

func TestAReturnWhoseHoneypotIsFilledInIsRefusedByName(t *testing.T) {
	logs := &lockedBuffer{}
	d := opened(t, mocks.NewClient(t), takesReturns, trapped, func(o *Options) { o.Logger = slog.New(slog.NewJSONHandler(logs, nil)) })
	form := goodReturnForm()
	form.Set(d.o.Leads().Honeypot, "https://spam.example")
	w := send(d, "POST", "/returns", mediaForm, form.Encode())
	require.Equal(t, http.StatusUnprocessableEntity, w.Code)
	assert.Equal(t, d.o.Leads().Honeypot, problemIn(t, w).Errors[0].Field)
	assert.Contains(t, logs.String(), `"why":"honeypot"`)

	w = send(d, "POST", "/returns", mediaForm, form.Encode(), "Accept", "text/html")
	assert.Contains(t, w.Body.String(), "please send the form once more")
	assert.NotContains(t, w.Body.String(), "spam.example")
}

func TestAHouseThatTakesNoReturnsSaysSo(t *testing.T) {
	d := opened(t, mocks.NewClient(t))
	for _, method := range []string{"GET", "POST"} {
		w := send(d, method, "/returns", mediaJSON, goodReturn)
		assert.Equal(t, http.StatusNotFound, w.Code)
		assert.Contains(t, problemIn(t, w).Detail, "returns.support")
	}
}

func TestAPersonIsToldTheNumberOfTheirReturn(t *testing.T) {
	c, in := takingReturn(t, 1, nil)
	w := send(opened(t, c, takesReturns), "POST", "/returns", mediaForm, goodReturnForm().Encode(), "Accept", "text/html")
	require.Equal(t, http.StatusAccepted, w.Code)
	assert.Contains(t, w.Body.String(), "Your return has reached us")
	assert.Contains(t, w.Body.String(), "<strong>"+in.Number+"</strong>")

	c, _ = takingReturn(t, 1, serviceerror.NewWorkflowExecutionAlreadyStarted("started", "", ""))
	w = send(opened(t, c, takesReturns), "POST", "/returns", mediaForm, goodReturnForm().Encode(), "Accept", "text/html")
	assert.Contains(t, w.Body.String(), "We had your return already")
}

// formOn are the fields of the form on a page, with what is in them.
func formOn(t *testing.T, page string) url.Values {
	t.Helper()
	root, err := nethtml.Parse(strings.NewReader(page))
	require.NoError(t, err)
	form := url.Values{}
	for n := range root.Descendants() {
		attr := map[string]string{}
		for _, a := range n.Attr {
			attr[a.Key] = a.Val
		}
		switch n.Data {
		case "input":
			form.Add(attr["name"], attr["value"])
		case "textarea":
			text := ""
			if n.FirstChild != nil {
				text = n.FirstChild.Data
			}
			form.Add(attr["name"], text)
		case "select":
			value := ""
			for o := range n.ChildNodes() {
				for _, a := range o.Attr {
					if a.Key == "selected" {
						value = o.Attr[0].Val
					}
				}
			}
			form.Add(attr["name"], value)
		}
	}
	return form
}

func TestTheReturnFormTakesEverythingThatItShows(t *testing.T) {
	c, in := takingReturn(t, 1, nil)
	d := opened(t, c, takesReturns, trapped)
	w := send(d, "GET", "/returns", "", "")
	require.Equal(t, http.StatusOK, w.Code)
	form := formOn(t, w.Body.String())
	require.Contains(t, form, d.o.Leads().Honeypot)
	for name, values := range goodReturnForm() {
		require.Contains(t, form, name)
		form[name] = values
	}
	acceptedIn(t, send(d, "POST", "/returns", mediaForm, form.Encode()))
	assert.Len(t, in.Items, 1)
}

func TestTheDoorTakesWhatTheExamplesPageSends(t *testing.T) {
	body, err := os.ReadFile("../../docs/examples/return.html")
	require.NoError(t, err)
	form := formOn(t, string(body))
	require.Contains(t, string(body), `<select name="items[0].reason"`)
	for name, value := range map[string]string{
		"order": "1042", "email": "ada@contoso.com", "items[0].sku": "LAMP-1", "items[0].reason": "damaged", "wish": "refund",
	} {
		require.Contains(t, form, name)
		form.Set(name, value)
	}
	c, in := takingReturn(t, 1, nil)
	acceptedIn(t, send(opened(t, c, takesReturns, trapped), "POST", "/returns", mediaForm, form.Encode()))
	assert.Len(t, in.Items, 1, "the second row was left empty")
	for _, reason := range commerce.Reasons {
		assert.Contains(t, string(body), `<option value="`+string(reason)+`">`)
	}
}

func TestAPersonsMistakesInAReturnStandBesideWhatTheyTyped(t *testing.T) {
	form := goodReturnForm()
	form.Set("items[2].sku", "SHIRT-M")
	form.Set("items[2].quantity", "two")
	form.Set("items[9].sku", "CUP-1") // of the shop's own page, which has more rows
	form.Set("photos", "lamp.jpg")
	form.Set("wish", "exchange")
	form.Set("items[2].reason", "too_small")
	w := send(opened(t, mocks.NewClient(t), takesReturns), "POST", "/returns", mediaForm, form.Encode(), "Accept", "text/html")
	require.Equal(t, http.StatusUnprocessableEntity, w.Code)
	page := w.Body.String()
	for _, want := range []string{
		`id="items[2].quantity-problem">How many must be a whole number`,
		`id="items[0].instead-problem">Number of what you want instead, in an exchange is missing`,
		`id="photos-problem">Addresses of photos, one a line must be a picture`,
		`<p class="bad">items[9].reason is missing`,
	} {
		assert.Contains(t, page, want)
	}
	typed := formOn(t, page)
	for name, values := range form {
		assert.Equal(t, values, typed[name], name)
	}
}

func TestAPersonWhoMustWaitKeepsWhatTheyTypedOfTheirReturn(t *testing.T) {
	c, _ := takingReturn(t, 1, nil)
	d := opened(t, c, takesReturns, ruled(config.Leads{PerMinute: 1}))
	for _, want := range []int{http.StatusAccepted, http.StatusTooManyRequests} {
		w := send(d, "POST", "/returns", mediaForm, goodReturnForm().Encode(), "Accept", "text/html")
		require.Equal(t, want, w.Code)
		if want == http.StatusTooManyRequests {
			assert.Equal(t, []string{"LAMP-1"}, formOn(t, w.Body.String())["items[0].sku"])
		}
	}
}

func TestTheSenderCanAskWhetherAReturnIsOpen(t *testing.T) {
	requireStatus(t, "/returns/", "return-abcdefghijklmnop", "lead-abcdefghijklmnop")
}
