package intake

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/workflows/lead"
)

func TestReadJSONTakesEveryField(t *testing.T) {
	e, err := ReadJSON([]byte(`{
		"name": "Ada Winter", "email": "ada@contoso.com", "company": "Contoso", "phone": "+49 30 1234", "country": "de",
		"region": "Berlin", "employees": 40, "message": "Hello", "submission_id": "order-1",
		"utm": {"source": "search", "medium": null}, "utm_campaign": "spring",
		"budget": 12345678901234567890, "interests": ["arms", {"reach": 1.50}]
	}`))
	require.NoError(t, err)
	require.NoError(t, e.Check())
	assert.Equal(t, "order-1", e.Key)
	e.Submission.Domain = ""
	assert.Equal(t, lead.Submission{
		Name: "Ada Winter", Email: "ada@contoso.com", Company: "Contoso", Phone: "+49 30 1234", Country: "DE", Region: "Berlin",
		Employees: 40, Message: "Hello",
		UTM: map[string]string{"source": "search", "campaign": "spring"},
		Other: map[string]any{
			"budget":    json.Number("12345678901234567890"),
			"interests": []any{"arms", map[string]any{"reach": json.Number("1.50")}},
		},
	}, e.Submission)
}

func TestReadFormTakesEveryField(t *testing.T) {
	form, err := url.ParseQuery("name=Ada+Winter&email=ada%40contoso.com&employees=+40+&utm_source=search&utm_term=" +
		"&interest=arms&interest=grippers&budget=1e3&submission_id=order-1&utm=x")
	require.NoError(t, err)
	e, err := ReadForm(form)
	require.NoError(t, err)
	require.NoError(t, e.Check())
	assert.Equal(t, "order-1", e.Key)
	assert.Equal(t, 40, e.Submission.Employees)
	assert.Equal(t, map[string]string{"source": "search"}, e.Submission.UTM)
	assert.Equal(t, map[string]any{"interest": []any{"arms", "grippers"}, "budget": "1e3", "utm": "x"}, e.Submission.Other)
}

func TestJSONAndFormOfTheSameLeadAreTheSameSubmission(t *testing.T) {
	a, err := ReadJSON([]byte(`{"name":"Ada","email":"ada@contoso.com","country":"DE","utm":{"source":"x"},"tag":"y"}`))
	require.NoError(t, err)
	b, err := ReadForm(url.Values{"name": {"Ada "}, "email": {"ada@CONTOSO.com"}, "country": {"de"}, "utm_source": {"x"}, "tag": {"y"}, "phone": {""}})
	require.NoError(t, err)
	require.NoError(t, a.Check())
	require.NoError(t, b.Check())
	assert.Equal(t, a.Submission.Digest(), b.Submission.Digest())
}

func TestABodyThatIsNoLeadIsRefused(t *testing.T) {
	for body, want := range map[string]error{
		``: ErrNotJSON, `{`: ErrNotJSON, `{"name":}`: ErrNotJSON, "{\"name\":\"\xff\"}": ErrNotUTF8,
		`[]`: ErrNotObject, `null`: ErrNotObject, `"x"`: ErrNotObject, `{}{}`: ErrNotObject, `{} x`: ErrNotObject,
	} {
		_, err := ReadJSON([]byte(body))
		assert.ErrorIs(t, err, want, body)
	}
	_, err := ReadForm(url.Values{"name": {"\xff"}})
	assert.ErrorIs(t, err, ErrNotUTF8)
	_, err = ReadForm(url.Values{"\xff": {"x"}})
	assert.ErrorIs(t, err, ErrNotUTF8)
}

func TestAFieldThatCannotBeReadIsNamedOnce(t *testing.T) {
	e, err := ReadJSON([]byte(`{"name": 7, "email": ["a@b.example"], "employees": "11-50", "utm_source": {}, "submission_id": true, "country": "Atlantis"}`))
	require.NoError(t, err)
	var m lead.Mistakes
	require.ErrorAs(t, e.Check(), &m)
	problems := map[string]string{}
	for _, one := range m {
		assert.NotContains(t, problems, one.Field, "named twice")
		problems[one.Field] = one.Problem
	}
	assert.Equal(t, []string{"country", "email", "employees", "name", "submission_id", "utm_source"}, slices.Sorted(maps.Keys(problems)))
	assert.Equal(t, "must be text", problems["name"])
	assert.Equal(t, "must be given once", problems["email"])
	assert.Equal(t, "must be a whole number, such as 40", problems["employees"])
}

func TestASubmissionIDMayBeANumberAndHasALimit(t *testing.T) {
	e, err := ReadJSON([]byte(`{"submission_id": 4711}`))
	require.NoError(t, err)
	assert.Equal(t, "4711", e.Key)

	e, err = ReadForm(url.Values{"name": {"Ada"}, "email": {"ada@contoso.com"}, KeyField: {strings.Repeat("x", MaxKey+1)}})
	require.NoError(t, err)
	assert.ErrorContains(t, e.Check(), "submission_id is too long")
}

func TestATrapIsTakenOutAndNamedWhereItIsFilledIn(t *testing.T) {
	for value, filled := range map[string]bool{
		`"https://spam.example"`: true, `" "`: true, `0`: true, `true`: true, `["", "x"]`: true, `{}`: true,
		`""`: false, `null`: false, `false`: false, `["", ""]`: false, `[]`: false,
	} {
		e, err := ReadJSON([]byte(`{"name":"Ada","email":"ada@contoso.com","tag":"y","homepage":` + value + `}`))
		require.NoError(t, err)
		assert.Equal(t, filled, e.Trap("homepage"), value)
		assert.Equal(t, map[string]any{"tag": "y"}, e.Submission.Other)
		if err := e.Check(); filled {
			assert.ErrorContains(t, err, "homepage must be left empty")
		} else {
			assert.NoError(t, err)
		}
	}
	e, err := ReadForm(url.Values{"homepage": {"", "https://spam.example"}, "": {"x"}})
	require.NoError(t, err)
	assert.False(t, e.Trap(""), "no trap")
	assert.Equal(t, "x", e.Submission.Other[""])
	assert.True(t, e.Trap("homepage"))
	assert.False(t, e.Trap("homepage"), "it is no longer there")
}

func TestWithAndWithoutAnEmptyTrapItIsTheSameSubmission(t *testing.T) {
	with, err := ReadForm(url.Values{"name": {"Ada"}, "email": {"ada@contoso.com"}, "homepage": {""}})
	require.NoError(t, err)
	with.Trap("homepage")
	without, err := ReadForm(url.Values{"name": {"Ada"}, "email": {"ada@contoso.com"}})
	require.NoError(t, err)
	assert.Equal(t, without, with)
	assert.Equal(t, without.Submission.Digest(), with.Submission.Digest())
}

// What is read must be fit for Temporal's history, and fit to be read again, whatever was sent.
func checkEntry(t *testing.T, e Entry) {
	_, there := e.Submission.Other["z"]
	if filled := e.Trap("z"); filled && (!there || e.Check() == nil) {
		t.Fatal("a trap that was filled in is a mistake")
	}
	if _, there := e.Submission.Other["z"]; there {
		t.Fatal("a trap is no part of a lead")
	}
	if e.Check() != nil {
		return
	}
	s := e.Submission
	if s.Name == "" || s.Email == "" || !utf8.ValidString(s.Name+s.Email+s.Company+s.Phone+s.Country+s.Region+s.Message) {
		t.Fatalf("accepted %+v", s)
	}
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if len(b) > 512<<10 {
		t.Fatalf("accepted %d bytes", len(b))
	}
	var again lead.Submission
	if err := json.Unmarshal(b, &again); err != nil || again.Digest() != s.Digest() {
		t.Fatalf("%s became %+v (%v)", b, again, err)
	}
	if id := s.WorkflowID(e.Key); !lead.IsWorkflowID(id) {
		t.Fatalf("ID %q", id)
	}
}

func FuzzReadJSON(f *testing.F) {
	f.Add([]byte(`{"name":"Ada","email":"ada@contoso.com","employees":40,"utm":{"source":"x"},"utm_term":"y","z":[1e999,{"a":null}]}`))
	f.Add([]byte(`{"name":"\ud800","email":"a@b.example","country":"uk","submission_id":1}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := ReadJSON(body)
		if err == nil {
			checkEntry(t, e)
		}
	})
}

func FuzzReadForm(f *testing.F) {
	f.Add("name=Ada&email=ada%40contoso.com&employees=40&utm_source=x&z=1&z=2")
	f.Add("name=%ff&email=a@b.example")
	f.Add("utm_=x&=y")
	f.Add("name=Ada&email=a@b.example&z=&z=")
	f.Fuzz(func(t *testing.T, body string) {
		form, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		e, err := ReadForm(form)
		if err == nil {
			checkEntry(t, e)
		}
	})
}

func TestAMemberThatIsThereTwiceIsSaidAndNoneOfThemTaken(t *testing.T) {
	for body, want := range map[string]string{
		`{"name":"Ada","email":"a@x.example","name":"Eve"}`:                           `the body has the member "name" twice in an object: give it once`,
		`{"utm":{"source":"a","medium":["x"],"source":"b"}}`:                          `the body has the member "source" twice in an object: give it once`,
		`{"list":[{"a":1},{"a":[[],{"b":{}}],"a":2}]}`:                                `the body has the member "a" twice in an object: give it once`,
		`{"em\u0061il":1,"email":2}`:                                                  `the body has the member "email" twice in an object: give it once`,
		`{"` + strings.Repeat("x", 200) + `":1,"` + strings.Repeat("x", 200) + `":2}`: `the body has a member twice in an object: give each once`,
	} {
		_, err := ReadJSON([]byte(body))
		assert.EqualError(t, err, want)
	}
	for _, body := range []string{
		`{"a":"a","b":"a","c":["a","a",{"a":"b"},{"a":"b"}],"d":{"a":{"a":["a"]}},"e":[]}`, `{"name":"Ada","Name":"ada"}`, `{}`,
	} {
		_, err := ReadJSON([]byte(body))
		assert.NoError(t, err, body)
	}
}
