package projects_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/projects"
)

// The whole making of a project is tried out in package sandbox, against the sandbox's Asana.

var key = effect.Key{ID: "proposal-4k7q2m9x/kickoff"}

func faultOf(t *testing.T, err error) fault.Fault {
	t.Helper()
	f, ok := fault.From(err)
	require.Truef(t, ok, "no fault: %v", err)
	assert.Equal(t, "asana", f.System)
	return f
}

func TestAKickoffThatMakesNoSenseNamesTheFieldAndAsanaHearsNothingOfIt(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("was asked") }))
	defer srv.Close()
	a := projects.New(projects.Options{URL: srv.URL, Workspace: "1"})
	task := func(t projects.Task) projects.Kickoff {
		return projects.Kickoff{Name: "K", Sections: []projects.Section{{Name: "A"}, {Name: "B", Tasks: []projects.Task{{Name: "ok"}, t}}}}
	}
	for field, k := range map[string]projects.Kickoff{
		"name:":                      {Name: " "},
		"start:":                     {Name: "K", Start: "1 December"},
		"sections[0].name:":          {Name: "K", Sections: []projects.Section{{}}},
		"sections[1].name: \"A\" is": {Name: "K", Sections: []projects.Section{{Name: "A"}, {Name: " A "}}},
		"sections[1].tasks[1].name:": task(projects.Task{}),
		"sections[1].tasks[1].due:":  task(projects.Task{Name: "x", Due: "2026-02-30"}),
	} {
		_, err := a.MakeProject(t.Context(), key, k)
		f := faultOf(t, err)
		assert.Equal(t, fault.ClassFinal, f.Class, field)
		assert.Contains(t, f.Message, field)
	}
}

// workspace is an Asana without anything in it that refuses to make projects as it is told.
func workspace(t *testing.T, create func(w http.ResponseWriter, fields map[string]any)) *projects.Activities {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "Bearer pat", r.Header.Get("Authorization"))
		if r.Method == http.MethodGet {
			fmt.Fprint(w, `{"data":[],"next_page":null}`)
			return
		}
		var body struct{ Data map[string]any }
		text, _ := io.ReadAll(r.Body)
		assert.NoError(t, json.Unmarshal(text, &body))
		create(w, body.Data)
	}))
	t.Cleanup(srv.Close)
	return projects.New(projects.Options{URL: srv.URL, Token: "pat", Workspace: "1", Team: "2"})
}

func TestAProjectIsMadeWithoutAStartWhereTheFreePlanKnowsNone(t *testing.T) {
	var starts []any
	a := workspace(t, func(w http.ResponseWriter, fields map[string]any) {
		if fields["notes"] != nil && strings.HasSuffix(fields["notes"].(string), "kickoff") {
			starts = append(starts, fields["start_on"])
			if fields["start_on"] != nil {
				w.WriteHeader(http.StatusPaymentRequired)
				fmt.Fprint(w, `{"errors":[{"message":"start dates are a premium feature"}]}`)
				return
			}
			assert.Equal(t, "2026-12-09", fields["due_on"])
		}
		fmt.Fprint(w, `{"data":{"gid":"7","permalink_url":"https://app.asana.com/0/7"}}`)
	})
	made, err := a.MakeProject(t.Context(), key, projects.Kickoff{
		Name: "K", Start: "2026-12-01", Sections: []projects.Section{{Name: "A", Tasks: []projects.Task{{Name: "x", Due: "2026-12-09"}}}},
	})
	require.NoError(t, err)
	assert.Equal(t, projects.Made{ID: "7", URL: "https://app.asana.com/0/7"}, made)
	assert.Equal(t, []any{"2026-12-01", nil}, starts)
}

func TestAStartIsSentOnlyWithALaterEnd(t *testing.T) {
	for name, test := range map[string]struct {
		start, due string
		want       []any
	}{
		"none": {"", "2026-12-09", []any{nil, "2026-12-09"}}, "the same day": {"2026-12-09", "2026-12-09", []any{nil, "2026-12-09"}},
		"no end": {"2026-12-09", "", []any{nil, nil}}, "later": {"2026-12-08", "2026-12-09", []any{"2026-12-08", "2026-12-09"}},
	} {
		a := workspace(t, func(w http.ResponseWriter, fields map[string]any) {
			if _, task := fields["projects"]; !task && fields["notes"] != nil {
				assert.Equal(t, test.want, []any{fields["start_on"], fields["due_on"]}, name)
			}
			fmt.Fprint(w, `{"data":{"gid":"7"}}`)
		})
		_, err := a.MakeProject(t.Context(), key, projects.Kickoff{
			Name: "K", Start: test.start, Sections: []projects.Section{{Name: "A", Tasks: []projects.Task{{Name: "x", Due: test.due}}}},
		})
		require.NoError(t, err)
	}
}

func TestWhatAsanaSaysOfAnErrorIsKept(t *testing.T) {
	a := workspace(t, func(w http.ResponseWriter, _ map[string]any) {
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprint(w, `{"errors":[{"message":"Server Error","phrase":"6 sad squid snuggle softly"},{"message":"more"}]}`)
	})
	_, err := a.MakeProject(t.Context(), key, projects.Kickoff{Name: "K"})
	assert.Equal(t, fault.Fault{
		Class: fault.ClassUnavailable, System: "asana", Status: 500, Message: "Server Error (phrase: 6 sad squid snuggle softly); more",
	}, faultOf(t, err))
	a = workspace(t, func(w http.ResponseWriter, _ map[string]any) { fmt.Fprint(w, `{"data":{}}`) })
	_, err = a.MakeProject(t.Context(), key, projects.Kickoff{Name: "K"})
	assert.Equal(t, fault.ClassUnavailable, faultOf(t, err).Class, "an answer without an ID")
}
