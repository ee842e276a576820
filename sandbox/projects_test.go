package sandbox_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/activities/contract"
	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
	"github.com/throughline-dev/throughline/activities/projects"
	"github.com/throughline-dev/throughline/sandbox"
	"github.com/throughline-dev/throughline/sandbox/client"
)

func (w world) projects(h *http.Client) *projects.Activities {
	return projects.New(projects.Options{
		URL: w.URL + "/asana/api/1.0", Token: sandbox.DefaultAsanaToken, Workspace: sandbox.AsanaWorkspace, Team: sandbox.AsanaTeam, HTTP: h,
	})
}

const mariasAddress = "maria.lopez@northwind-robotics.example"

var aKickoff = projects.Kickoff{
	Name: "Kickoff: Bergwerk & Söhne", Notes: "Signed on 1 December.", Owner: "Grace.Chen@northwind-robotics.example", Start: "2026-12-01",
	Sections: []projects.Section{
		{Name: "Prepare", Tasks: []projects.Task{
			{Name: "Say hello", Notes: "By telephone.", Assignee: mariasAddress, Due: "2026-12-02"},
			{Name: "Book the room", Assignee: "who@contoso.example"},
			{Name: "Say hello", Assignee: " Who@contoso.example", Due: "2026-12-09"},
		}},
		{Name: "Deliver", Tasks: []projects.Task{{Name: "Deliver"}}},
		{Name: "Close"},
	},
}

// project is the case's one.
func (w world) project(t *testing.T) client.Project {
	t.Helper()
	list, err := w.Projects(t.Context(), "lead-1")
	require.NoError(t, err)
	require.Len(t, list, 1)
	return list[0]
}

// asKickedOff is what aKickoff becomes. An attempt that breaks off between making a task and putting it in its place leaves the
// task at the wrong place of its section.
func asKickedOff(t *testing.T, w world) {
	t.Helper()
	kickedOff(t, w, false)
}

func kickedOff(t *testing.T, w world, inOrder bool) {
	t.Helper()
	p := w.project(t)
	require.Equal(t, "Kickoff: Bergwerk & Söhne", p.Name)
	require.Equal(t, "Signed on 1 December.\n\nThroughline: lead-1/kickoff", p.Notes)
	require.Equal(t, "grace.chen@northwind-robotics.example", p.Owner)
	require.Equal(t, []string{"2026-12-01", "2026-12-09"}, []string{p.Start, p.Due})
	var lines []string
	for _, s := range p.Sections {
		lines = append(lines, s.Name)
		if !inOrder {
			slices.SortFunc(s.Tasks, func(a, b client.ProjectTask) int { return strings.Compare(a.Key, b.Key) })
		}
		for _, task := range s.Tasks {
			lines = append(lines, fmt.Sprintf("- %s|%s|%s|%s", task.Name, task.Assignee, task.Due, strings.ReplaceAll(task.Notes, "\n", "/")))
		}
	}
	require.Equal(t, []string{
		"Prepare",
		"- Say hello|" + mariasAddress + "|2026-12-02|By telephone.//Throughline: lead-1/kickoff#1.1",
		"- Book the room|||Throughline: lead-1/kickoff#1.2",
		"- Say hello||2026-12-09|Throughline: lead-1/kickoff#1.3",
		"Deliver",
		"- Deliver|||Throughline: lead-1/kickoff#2.1",
		"Close",
	}, lines)
	for effect, n := range w.counts() {
		require.Equal(t, 1, n, effect)
	}
}

func TestAProjectIsMadeWithItsSectionsAndTasksInOrder(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	made, err := w.projects(nil).MakeProject(t.Context(), key("kickoff"), aKickoff)
	require.NoError(t, err)
	require.Equal(t, []string{"who@contoso.example"}, made.Unassigned)
	require.Equal(t, w.project(t).ID, made.ID)
	require.Contains(t, made.URL, made.ID)
	kickedOff(t, w, true)
}

func TestAProjectThatBrokeOffAnywhereIsCompletedByTheNextAttempt(t *testing.T) {
	t.Parallel()
	brokenAnywhere(t, func() world { return start(t, options()) }, func(w world, h *http.Client, _ bool) error {
		// Not even told that it may have happened: a step's first regular attempt after a local one isn't.
		_, err := w.projects(h).MakeProject(t.Context(), key("kickoff"), aKickoff)
		return err
	}, asKickedOff)
}

func TestAttemptsAtTheSameTimeMakeOneProject(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	var wg sync.WaitGroup
	ids := make([]string, 6)
	for i := range ids {
		wg.Go(func() {
			made, err := w.projects(nil).MakeProject(t.Context(), again(key("kickoff")), aKickoff)
			if err != nil {
				t.Error(err)
			}
			ids[i] = made.ID
		})
	}
	wg.Wait()
	p := w.project(t)
	for _, id := range ids {
		require.Equal(t, p.ID, id)
	}
	tasks := map[string]int{}
	for _, s := range p.Sections {
		for _, task := range s.Tasks {
			tasks[task.Key]++
		}
	}
	require.Equal(t, map[string]int{
		"lead-1/kickoff#1.1": 1, "lead-1/kickoff#1.2": 1, "lead-1/kickoff#1.3": 1, "lead-1/kickoff#2.1": 1,
	}, tasks)
	names := map[string]int{}
	for _, s := range p.Sections {
		names[s.Name]++
	}
	require.Equal(t, map[string]int{"Prepare": 1, "Deliver": 1, "Close": 1}, names)
}

func TestWhatPeopleChangeInAProjectStays(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	_, err := w.projects(nil).MakeProject(t.Context(), key("kickoff"), aKickoff)
	require.NoError(t, err)
	before := w.project(t)
	asana := func(method, path string, data object) {
		require.Less(t, w.call(method, "/asana/api/1.0"+path, sandbox.DefaultAsanaToken, object{"data": data}).Status, 300, path)
	}
	hello, room, last := before.Sections[0].Tasks[0], before.Sections[0].Tasks[1], before.Sections[1].Tasks[0]
	asana(http.MethodPut, "/tasks/"+hello.ID, object{"name": "Hello!", "completed": true, "notes": hello.Notes + "\nDone on Monday."})
	asana(http.MethodPost, "/sections/"+before.Sections[2].ID+"/addTask", object{"task": room.ID})
	asana(http.MethodPost, "/tasks", object{"name": "A copy", "notes": last.Notes, "projects": []string{before.ID}})
	changed := w.project(t)
	_, err = w.projects(nil).MakeProject(t.Context(), again(key("kickoff")), aKickoff)
	require.NoError(t, err)
	require.Equal(t, changed, w.project(t))

	// What was deleted since is made again: nobody can tell that from what was never made.
	asana(http.MethodDelete, "/tasks/"+hello.ID, nil)
	_, err = w.projects(nil).MakeProject(t.Context(), again(key("kickoff")), aKickoff)
	require.NoError(t, err)
	require.Equal(t, "Say hello", w.project(t).Sections[0].Tasks[0].Name)
}

func TestAProjectIsFoundAmongManyAndInAPlainWorkspaceToo(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	plain := projects.New(projects.Options{URL: w.URL + "/asana/api/1.0", Token: sandbox.DefaultAsanaToken, Workspace: sandbox.AsanaWorkspace})
	first, err := plain.MakeProject(t.Context(), key("kickoff"), projects.Kickoff{Name: "First", Sections: []projects.Section{{Name: "A"}}})
	require.NoError(t, err)
	for i := range 230 { // more than two pages
		a := w.call(http.MethodPost, "/asana/api/1.0/teams/"+sandbox.AsanaTeam+"/projects", sandbox.DefaultAsanaToken,
			object{"data": object{"name": fmt.Sprint(i), "notes": "see lead-1/kickoff"}})
		require.Equal(t, http.StatusCreated, a.Status)
	}
	second, err := w.projects(nil).MakeProject(t.Context(), effect.Key{ID: "lead-2/kickoff"}, projects.Kickoff{Name: "Second"})
	require.NoError(t, err)
	require.NotEqual(t, first.ID, second.ID)
	for _, a := range []*projects.Activities{plain, w.projects(nil)} {
		same, err := a.MakeProject(t.Context(), key("kickoff"), projects.Kickoff{Name: "First", Sections: []projects.Section{{Name: "A"}}})
		require.NoError(t, err)
		require.Equal(t, first.ID, same.ID)
	}
}

func TestWhatAsanaRefusesIsAFaultAndAPauseIsKept(t *testing.T) {
	t.Parallel()
	w := start(t, options())
	w.order(client.Fault{System: "asana", Kind: client.Throttled, RetryAfter: 30, Count: 1})
	_, err := w.projects(nil).MakeProject(t.Context(), key("kickoff"), aKickoff)
	f, _ := fault.From(err)
	require.Equal(t, fault.ClassThrottled, f.Class)
	require.EqualValues(t, 30, f.RetryAfter.Seconds())
	w.order(client.Fault{System: "asana", Kind: client.Unauthorized, Count: 1})
	_, err = w.projects(nil).MakeProject(t.Context(), key("kickoff"), aKickoff)
	f, _ = fault.From(err)
	require.Equal(t, fault.Fault{Class: fault.ClassFinal, System: "asana", Status: 401, Message: "Not Authorized"}, f)
	list, err := w.Projects(t.Context(), "")
	require.NoError(t, err)
	require.Empty(t, list)
}

func TestAsanaAnswersAndIsAskedAsItDescribes(t *testing.T) {
	t.Parallel()
	v := contract.Asana(t)
	w := described(t, "/asana", v)
	asked := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if err := v.Request(r); err != nil {
			t.Error(err)
		}
		out, err := http.NewRequestWithContext(r.Context(), r.Method, w.URL+"/asana"+r.URL.RequestURI(), r.Body)
		require.NoError(t, err)
		out.Header = r.Header
		res, err := http.DefaultClient.Do(out)
		require.NoError(t, err)
		defer res.Body.Close()
		rw.WriteHeader(res.StatusCode)
		_, _ = io.Copy(rw, res.Body)
	}))
	defer asked.Close()
	for _, team := range []string{sandbox.AsanaTeam, ""} {
		a := projects.New(projects.Options{
			URL: asked.URL + "/api/1.0", Token: sandbox.DefaultAsanaToken, Workspace: sandbox.AsanaWorkspace, Team: team,
		})
		for range 2 {
			_, err := a.MakeProject(t.Context(), effect.Key{ID: "lead-1/kickoff" + team}, aKickoff)
			require.NoError(t, err)
		}
	}
	list, err := w.Projects(t.Context(), "")
	require.NoError(t, err)
	for _, path := range []string{"/tasks/" + list[0].Sections[0].Tasks[0].ID, "/sections/" + list[0].Sections[2].ID, "/projects/" + list[1].ID, "/projects/1"} {
		require.NotZero(t, w.call(http.MethodDelete, "/asana/api/1.0"+path, sandbox.DefaultAsanaToken, nil).Status)
	}
	for _, kind := range []string{client.Broken, client.Unauthorized} { // 429 is documented, but not in the description
		w.order(client.Fault{System: "asana", Kind: kind, Count: 1})
		require.GreaterOrEqual(t, w.call(http.MethodGet, "/asana/api/1.0/projects/"+list[0].ID, sandbox.DefaultAsanaToken, nil).Status, 400)
	}
}
