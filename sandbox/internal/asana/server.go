// Package asana is one workspace of Asana as an integration sees it: projects with their sections and tasks, and the members.
//
// What is checked and answered follows https://developers.asana.com/reference, and Asana's published OpenAPI description.
package asana

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/throughline-dev/throughline/sandbox/internal/journal"
	"github.com/throughline-dev/throughline/sandbox/internal/wire"
)

// The IDs of the workspace and of its one team.
const (
	WorkspaceGID = "1200000000000001"
	TeamGID      = "1200000000000002"
)

// User is a member of the workspace.
type User struct {
	Name  string
	Email string
}

// Options say what the workspace is like.
type Options struct {
	Token   string // the access token that callers must show
	Users   []User
	Journal *journal.Journal
	// Pages is the address of the sandbox's pages, for links to a project; "" where it isn't known.
	Pages string
}

// Server is the workspace. It is safe for concurrent use.
type Server struct {
	Options
	mu       sync.RWMutex
	projects *journal.Table[*project]
	lastGID  int64
}

// New makes the workspace, with what the journal has.
func New(o Options) (*Server, error) {
	s := &Server{Options: o, lastGID: 1200000000001000}
	var err error
	if s.projects, err = journal.NewTable[*project](o.Journal, "asana.project"); err != nil {
		return nil, err
	}
	for _, p := range s.projects.All() {
		s.seen(p.GID)
		for _, sec := range p.Sections {
			s.seen(sec.GID)
			for _, t := range sec.Tasks {
				s.seen(t.GID)
			}
		}
	}
	return s, nil
}

// seen keeps an ID from being given again.
func (s *Server) seen(gid string) {
	n, _ := strconv.ParseInt(gid, 10, 64) // every ID here is one
	s.lastGID = max(s.lastGID, n)
}

func (s *Server) gid() string {
	s.lastGID++
	return strconv.FormatInt(s.lastGID, 10)
}

// userGID is the ID of a user, whose place in the list it follows from.
func userGID(i int) string { return strconv.Itoa(1_100_000_000_000_001 + i) }

// user is the place of a user in the list, by ID or e-mail address; -1 for nobody.
func (s *Server) user(who string) int {
	for i, u := range s.Users {
		if who == userGID(i) || strings.EqualFold(who, u.Email) {
			return i
		}
	}
	return -1
}

// failure is an answer that says no.
type failure struct {
	status int
	Errors []problem `json:"errors"`
}

type problem struct {
	Message string `json:"message"`
	Help    string `json:"help,omitempty"`
	Phrase  string `json:"phrase,omitempty"` // for Asana's support, of an error of Asana's own
}

func (f *failure) Error() string { return f.Errors[0].Message }

const help = "For more information on API status codes and how to handle them, read the docs on errors: " +
	"https://developers.asana.com/docs/errors"

func no(status int, format string, args ...any) *failure {
	return &failure{status, []problem{{Message: fmt.Sprintf(format, args...), Help: help}}}
}

func unknown(kind, gid string) *failure {
	return no(http.StatusNotFound, "%s: Unknown object: %s", kind, gid)
}

// Refuse answers as Asana does when something is wrong with the request as such.
func Refuse(w http.ResponseWriter, status int) {
	f := no(status, "%s", cmp.Or(map[int]string{
		http.StatusUnauthorized:    "Not Authorized",
		http.StatusNotFound:        "No matching route for request",
		http.StatusTooManyRequests: "You've made too many requests and hit a rate limit. Please retry after the given amount of time.",
	}[status], "Server Error"))
	if status >= http.StatusInternalServerError {
		f.Errors[0].Phrase = "6 sad squid snuggle softly"
	}
	wire.JSON(w, status, f)
}

// API serves the API, at /api/1.0/….
func (s *Server) API() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, status int, f func(*http.Request) (any, error)) {
		method, path, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(method+" /api/1.0"+path, func(w http.ResponseWriter, r *http.Request) {
			answer, err := f(r)
			if err != nil {
				refusal, ok := err.(*failure)
				if !ok { // the state couldn't be written
					refusal = no(http.StatusInternalServerError, "%s", err)
				}
				wire.JSON(w, refusal.status, refusal)
				return
			}
			wire.JSON(w, status, answer)
		})
	}
	for _, home := range []string{"/workspaces/{workspace}", "/teams/{team}"} {
		handle("GET "+home+"/projects", http.StatusOK, s.home(s.listProjects))
		handle("POST "+home+"/projects", http.StatusCreated, s.home(s.createProject))
	}
	handle("GET /workspaces/{workspace}/users/{user}", http.StatusOK, s.home(s.getUser))
	handle("GET /projects/{project}", http.StatusOK, s.getProject)
	handle("DELETE /projects/{project}", http.StatusOK, s.deleteProject)
	handle("GET /projects/{project}/sections", http.StatusOK, s.listSections)
	handle("POST /projects/{project}/sections", http.StatusCreated, s.createSection)
	handle("PUT /sections/{section}", http.StatusOK, s.updateSection)
	handle("DELETE /sections/{section}", http.StatusOK, s.deleteSection)
	handle("POST /sections/{section}/addTask", http.StatusOK, s.addTask)
	handle("GET /projects/{project}/tasks", http.StatusOK, s.listTasks)
	handle("POST /tasks", http.StatusCreated, s.createTask)
	handle("PUT /tasks/{task}", http.StatusOK, s.updateTask)
	handle("DELETE /tasks/{task}", http.StatusOK, s.deleteTask)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { Refuse(w, http.StatusNotFound) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if token := wire.Bearer(r); token == "" || !wire.Same(token, s.Token) {
			Refuse(w, http.StatusUnauthorized)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// home lets through what is asked of the one workspace or its one team.
func (s *Server) home(next func(*http.Request) (any, error)) func(*http.Request) (any, error) {
	return func(r *http.Request) (any, error) {
		if gid := r.PathValue("workspace"); gid != "" && gid != WorkspaceGID {
			return nil, unknown("workspace", gid)
		}
		if gid := r.PathValue("team"); gid != "" && gid != TeamGID {
			return nil, unknown("team", gid)
		}
		return next(r)
	}
}

func (s *Server) getUser(r *http.Request) (any, error) {
	i := s.user(r.PathValue("user"))
	if i < 0 {
		return nil, unknown("user", r.PathValue("user"))
	}
	return data(r, object{"gid": userGID(i), "resource_type": "user", "name": s.Users[i].Name, "email": s.Users[i].Email}), nil
}

// day reads a date, or null.
func day(field string, v any) (string, error) {
	text, _ := v.(string)
	if _, err := time.Parse(time.DateOnly, text); v != nil && err != nil {
		return "", no(http.StatusBadRequest, "%s: Not a valid date: %v", field, v)
	}
	return text, nil
}
