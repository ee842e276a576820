package door

import (
	"bytes"
	"context"
	"encoding/json"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/mocks"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/starter/intake"
	"github.com/throughline-dev/throughline/workflows/lead"
)

const goodJSON = `{"name":"Ada Winter","email":"ada@contoso.com","company":"Contoso","country":"DE","phone":"+4930123"}`

var goodForm = url.Values{"name": {"Ada Winter"}, "email": {"ada@contoso.com"}, "utm_source": {"search"}}

func listen(t *testing.T) net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func TestALeadIsAcceptedOnceTemporalHasIt(t *testing.T) {
	w := send(opened(t, taking(t, 1, nil)), "POST", "/leads", "application/json; charset=UTF-8", goodJSON)
	require.Equal(t, http.StatusAccepted, w.Code)
	assert.Equal(t, mediaJSON, w.Header().Get("Content-Type"))
	var got map[string]any
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &got))
	id := got["id"].(string)
	assert.True(t, lead.IsWorkflowID(id), id)
	assert.Equal(t, map[string]any{"id": id, "status_url": "/leads/" + id}, got)
	assert.Equal(t, "/leads/"+id, w.Header().Get("Location"))
}

func TestALeadSentTwiceGetsTheSameAnswerMarkedAsADuplicate(t *testing.T) {
	first := send(opened(t, taking(t, 1, nil)), "POST", "/leads", mediaJSON, goodJSON)
	started := serviceerror.NewWorkflowExecutionAlreadyStarted("started", "", "")
	again := send(opened(t, taking(t, 1, started)), "POST", "/leads", mediaJSON, goodJSON)
	require.Equal(t, http.StatusAccepted, again.Code)
	var a, b accepted
	require.NoError(t, json.Unmarshal(first.Body.Bytes(), &a))
	require.NoError(t, json.Unmarshal(again.Body.Bytes(), &b))
	assert.False(t, a.Duplicate)
	assert.True(t, b.Duplicate)
	assert.Equal(t, a.ID, b.ID)
}

func TestTheSendersNameForALeadDecidesItsID(t *testing.T) {
	id := func(body string, headers ...string) string {
		w := send(opened(t, taking(t, 1, nil)), "POST", "/leads", mediaJSON, body, headers...)
		require.Equal(t, http.StatusAccepted, w.Code)
		var a accepted
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &a))
		return a.ID
	}
	named := strings.Replace(goodJSON, "{", `{"submission_id":"order-1",`, 1)
	assert.Equal(t, id(named), id(goodJSON, keyHeader, "order-1"))
	assert.Equal(t, id(named), id(named, keyHeader, "order-2"), "the lead's own field goes before the header")
	assert.NotEqual(t, id(goodJSON), id(goodJSON, keyHeader, "order-1"))
}

func TestALeadComesAsAnyKindOfForm(t *testing.T) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, values := range goodForm {
		require.NoError(t, form.WriteField(name, values[0]))
	}
	_, err := form.CreateFormFile("attachment", "") // a file field where nothing was chosen
	require.NoError(t, err)
	require.NoError(t, form.Close())

	var ids []string
	for contentType, body := range map[string]string{mediaForm: goodForm.Encode(), form.FormDataContentType(): body.String()} {
		w := send(opened(t, taking(t, 1, nil)), "POST", "/leads", contentType, body)
		require.Equal(t, http.StatusAccepted, w.Code, w.Body.String())
		var a accepted
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &a))
		ids = append(ids, a.ID)
	}
	assert.Equal(t, ids[0], ids[1])
}

func TestAFileIsRefusedByName(t *testing.T) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("cv", "cv.pdf")
	require.NoError(t, err)
	_, _ = part.Write([]byte("%PDF"))
	for name, values := range goodForm {
		require.NoError(t, form.WriteField(name, values[0]))
	}
	require.NoError(t, form.Close())
	w := send(opened(t, mocks.NewClient(t)), "POST", "/leads", form.FormDataContentType(), body.String())
	require.Equal(t, http.StatusUnprocessableEntity, w.Code)
	assert.Equal(t, "cv", problemIn(t, w).Errors[0].Field)
}

func TestAWrongLeadIsToldEveryMistake(t *testing.T) {
	w := send(opened(t, mocks.NewClient(t)), "POST", "/leads", mediaJSON, `{"email":"nobody","employees":"many"}`)
	require.Equal(t, http.StatusUnprocessableEntity, w.Code)
	var fields []string
	for _, m := range problemIn(t, w).Errors {
		fields = append(fields, m.Field)
		assert.NotEmpty(t, m.Problem)
	}
	assert.ElementsMatch(t, []string{"name", "email", "employees"}, fields)
}

func TestABodyThatCannotBeReadIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		contentType, body string
		headers           []string
		want              int
	}{
		"no JSON":              {mediaJSON, `{"name":`, nil, http.StatusBadRequest},
		"no object":            {mediaJSON, `[1]`, nil, http.StatusBadRequest},
		"no UTF-8":             {mediaJSON, "{\"name\":\"\xff\"}", nil, http.StatusBadRequest},
		"no form":              {mediaForm, "name=%zz", nil, http.StatusBadRequest},
		"a form in Latin-1":    {mediaForm, "name=%fc", nil, http.StatusBadRequest},
		"no boundary":          {mediaMultipart, "x", nil, http.StatusBadRequest},
		"a broken multipart":   {mediaMultipart + "; boundary=x", "--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb", nil, http.StatusBadRequest},
		"too large":            {mediaJSON, `{"message":"` + strings.Repeat("x", 4096) + `"}`, nil, http.StatusRequestEntityTooLarge},
		"no media type":        {"", goodJSON, nil, http.StatusUnsupportedMediaType},
		"another media type":   {"text/plain", goodJSON, nil, http.StatusUnsupportedMediaType},
		"another charset":      {mediaJSON + "; charset=latin1", goodJSON, nil, http.StatusUnsupportedMediaType},
		"a compressed body":    {mediaJSON, goodJSON, []string{"Content-Encoding", "gzip"}, http.StatusUnsupportedMediaType},
		"a nonsense mediatype": {"a/b/c;;", goodJSON, nil, http.StatusUnsupportedMediaType},
	} {
		t.Run(name, func(t *testing.T) {
			w := send(opened(t, mocks.NewClient(t)), "POST", "/leads", c.contentType, c.body, c.headers...)
			assert.Equal(t, c.want, w.Code, w.Body.String())
			problemIn(t, w)
			assert.Equal(t, c.want == http.StatusUnsupportedMediaType, w.Header().Get("Accept-Post") != "")
		})
	}
}

func TestWhenTemporalCannotBeReachedTheSenderIsAskedToSendAgain(t *testing.T) {
	for name, err := range map[string]error{
		"refused": serviceerror.NewUnavailable("connection refused"), "slow": context.DeadlineExceeded,
		"set up wrongly": serviceerror.NewNamespaceNotFound("default"), "overloaded": serviceerror.NewResourceExhausted(0, "slow down"),
	} {
		t.Run(name, func(t *testing.T) {
			w := send(opened(t, taking(t, 1, err)), "POST", "/leads", mediaJSON, goodJSON)
			assert.Equal(t, http.StatusServiceUnavailable, w.Code)
			assert.Equal(t, "5", w.Header().Get("Retry-After"))
			problemIn(t, w)
		})
	}
}

func TestTemporalIsGivenALimitedTimeThatOutlastsTheCaller(t *testing.T) {
	c := mocks.NewClient(t)
	c.On("ExecuteWorkflow", mock.Anything, mock.Anything, mock.Anything, mock.Anything).Run(func(args mock.Arguments) {
		ctx := args.Get(0).(context.Context)
		assert.NoError(t, ctx.Err(), "the caller hung up, but had sent the whole lead")
		at, ok := ctx.Deadline()
		assert.True(t, ok)
		assert.WithinDuration(t, time.Now().Add(time.Second), at, time.Second)
	}).Return(nil, nil).Once()
	gone, cancel := context.WithCancel(t.Context())
	d := opened(t, c)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cancel()
		d.ServeHTTP(w, r.WithContext(gone))
	})
	assert.Equal(t, http.StatusAccepted, send(handler, "POST", "/leads", mediaJSON, goodJSON).Code)
}

const html = "text/html,application/xhtml+xml,*/*;q=0.8"

func TestAPersonIsThankedOnAPage(t *testing.T) {
	w := send(opened(t, taking(t, 1, nil)), "POST", "/leads", mediaForm, goodForm.Encode(), "Accept", html)
	require.Equal(t, http.StatusAccepted, w.Code)
	assert.Equal(t, "text/html; charset=utf-8", w.Header().Get("Content-Type"))
	assert.Contains(t, w.Header().Get("Content-Security-Policy"), "default-src 'none'")
	assert.Contains(t, w.Body.String(), "Thank you")
	assert.Contains(t, w.Body.String(), strings.TrimPrefix(w.Header().Get("Location"), "/leads/"))
}

func TestAPersonsMistakesAreShownWithWhatTheyTyped(t *testing.T) {
	form := url.Values{
		"name": {`Ada "<b>" Winter`}, "email": {"nobody"}, "message": {"</textarea><script>alert(1)</script>"},
		"utm_source": {"search"}, "interest": {"arms", "grippers"}, intake.KeyField: {strings.Repeat("k", intake.MaxKey+1)},
	}
	w := send(opened(t, mocks.NewClient(t)), "POST", "/leads", mediaForm, form.Encode(), "Accept", html)
	require.Equal(t, http.StatusUnprocessableEntity, w.Code)
	page := w.Body.String()
	for _, want := range []string{
		`value="Ada &#34;&lt;b&gt;&#34; Winter"`, `value="nobody"`, "is not an e-mail address",
		`name="utm_source" value="search"`, `name="interest" value="arms"`, `name="interest" value="grippers"`,
		"submission_id is too long", `&lt;/textarea&gt;&lt;script&gt;`,
	} {
		assert.Contains(t, page, want)
	}
	assert.NotContains(t, page, "<script>")
}

func TestAPersonKeepsWhatTheyTypedWhenTemporalCannotBeReached(t *testing.T) {
	w := send(opened(t, taking(t, 1, context.DeadlineExceeded)), "POST", "/leads", mediaForm, goodForm.Encode(), "Accept", html)
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.Equal(t, "5", w.Header().Get("Retry-After"))
	assert.Contains(t, w.Body.String(), `value="Ada Winter"`)
	assert.Contains(t, w.Body.String(), "Send it again")
}

func trapped(o *Options) {
	o.Leads = func() config.Leads { return config.Leads{Honeypot: "homepage"} }
}

func TestALeadWhoseHoneypotIsFilledInIsRefusedByName(t *testing.T) {
	for contentType, body := range map[string]string{
		mediaJSON: strings.Replace(goodJSON, "{", `{"homepage":"https://spam.example",`, 1),
		mediaForm: goodForm.Encode() + "&homepage=https://spam.example",
	} {
		w := send(opened(t, mocks.NewClient(t), trapped), "POST", "/leads", contentType, body)
		require.Equal(t, http.StatusUnprocessableEntity, w.Code)
		errs := problemIn(t, w).Errors
		require.Len(t, errs, 1)
		assert.Equal(t, "homepage", errs[0].Field)
		assert.Contains(t, errs[0].Problem, "must be left empty")
		assert.NotContains(t, w.Body.String(), "spam")
	}
	w := send(opened(t, mocks.NewClient(t), trapped), "POST", "/leads", mediaJSON, `{"homepage":"x","email":"ada@contoso.com"}`)
	assert.Len(t, problemIn(t, w).Errors, 2, "beside what else is wrong")
}

func TestAnEmptyHoneypotLeavesNoTraceInTheLead(t *testing.T) {
	var got []lead.Submission
	c := mocks.NewClient(t)
	c.On("ExecuteWorkflow", mock.Anything, mock.Anything, lead.WorkflowName, mock.Anything).Run(func(args mock.Arguments) {
		s := args.Get(3).(lead.Submission)
		s.Received = time.Time{}
		got = append(got, s)
	}).Return(nil, nil)
	var ids []string
	for _, body := range []string{goodForm.Encode(), goodForm.Encode() + "&homepage="} {
		w := send(opened(t, c, trapped), "POST", "/leads", mediaForm, body)
		require.Equal(t, http.StatusAccepted, w.Code)
		ids = append(ids, w.Header().Get("Location"))
	}
	assert.Equal(t, ids[0], ids[1])
	assert.Equal(t, got[0], got[1])
	assert.Nil(t, got[1].Other)
}

func TestAPersonWhoseBrowserFilledInTheHoneypotCanSendTheFormAgain(t *testing.T) {
	body := goodForm.Encode() + "&homepage=https://contoso.example"
	w := send(opened(t, mocks.NewClient(t), trapped), "POST", "/leads", mediaForm, body, "Accept", html)
	require.Equal(t, http.StatusUnprocessableEntity, w.Code)
	page := w.Body.String()
	assert.Contains(t, page, trapSprung)
	assert.Contains(t, page, `value="Ada Winter"`)
	assert.Equal(t, 1, strings.Count(page, `name="homepage"`))
	assert.Contains(t, page, `<div class="aside" aria-hidden="true"><label for="homepage">Leave this empty</label>`+
		`<input id="homepage" name="homepage" type="text" tabindex="-1" autocomplete="off"></div>`)
	assert.NotContains(t, page, "contoso.example")
}

func TestTheFormHasAHoneypotWhereTheRulesHaveOne(t *testing.T) {
	assert.Contains(t, send(opened(t, mocks.NewClient(t), trapped), "GET", "/leads", "", "").Body.String(), `name="homepage"`)
	assert.NotContains(t, send(opened(t, mocks.NewClient(t)), "GET", "/leads", "", "").Body.String(), `aria-hidden`)
}

func TestTheFormCanBeOpened(t *testing.T) {
	w := send(opened(t, mocks.NewClient(t)), "GET", "/leads", "", "", "Accept", html)
	require.Equal(t, http.StatusOK, w.Code)
	assert.Contains(t, w.Body.String(), `<form method="post"`)
	assert.Contains(t, w.Body.String(), "Northwind")
}

func TestAProgramGetsJSONEvenForAForm(t *testing.T) {
	w := send(opened(t, taking(t, 1, nil)), "POST", "/leads", mediaForm, goodForm.Encode(), "Accept", "*/*")
	assert.Equal(t, mediaJSON, w.Header().Get("Content-Type"))
}

func TestTheSenderCanAskWhetherALeadIsOpen(t *testing.T) {
	requireStatus(t, "/leads/", "lead-abcdefghijklmnop", "rotation-dach")
}

func TestNothingIsToldAboutALeadThatIsGoneOrWhileTemporalIs(t *testing.T) {
	for err, want := range map[error]int{
		serviceerror.NewNotFound("gone"): http.StatusNotFound, serviceerror.NewUnavailable("down"): http.StatusServiceUnavailable,
	} {
		c := mocks.NewClient(t)
		c.On("DescribeWorkflowExecution", mock.Anything, mock.Anything, "").Return(nil, err).Once()
		assert.Equal(t, want, send(opened(t, c), "GET", "/leads/lead-abcdefghijklmnop", "", "").Code)
	}
}
