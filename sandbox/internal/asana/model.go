package asana

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/throughline-dev/throughline/sandbox/internal/wire"
)

// project is a project with all that is in it: one row of the journal.
type project struct {
	GID, Name, Notes string
	Owner            string // a user's ID
	Start, Due       string
	Created          time.Time
	Sections         []section
}

type section struct {
	GID, Name string
	Created   time.Time
	Tasks     []task
}

type task struct {
	GID, Name, Notes string
	Assignee         string // a user's ID
	Due              string
	Completed        bool
	Created          time.Time
}

// clone is a project that can be changed without the other one noticing.
func (p *project) clone() *project {
	c := *p
	c.Sections = slices.Clone(p.Sections)
	for i := range c.Sections {
		c.Sections[i].Tasks = slices.Clone(c.Sections[i].Tasks)
	}
	return &c
}

// section and task are the places of what has an ID; -1 for nowhere.
func (p *project) section(gid string) int {
	return slices.IndexFunc(p.Sections, func(s section) bool { return s.GID == gid })
}

func (p *project) task(gid string) (in, at int) {
	for i, s := range p.Sections {
		if j := slices.IndexFunc(s.Tasks, func(t task) bool { return t.GID == gid }); j >= 0 {
			return i, j
		}
	}
	return -1, -1
}

// change changes a copy of a project, and puts it in the project's place. When it fails, nothing has changed.
func (s *Server) change(gid string, do func(*project) error) error {
	p, ok := s.projects.Get(gid)
	if !ok {
		return unknown("project", gid)
	}
	changed := p.clone()
	if err := do(changed); err != nil {
		return err
	}
	return s.projects.Put(gid, changed)
}

// having is the project that has something; nil for none.
func (s *Server) having(has func(*project) bool) *project {
	for _, p := range s.projects.All() {
		if has(p) {
			return p
		}
	}
	return nil
}

type object = map[string]any

// body reads what a request wants set. A field that isn't among the allowed ones is refused, so that nobody believes that it was
// set.
func body(r *http.Request, allowed ...string) (object, error) {
	var in struct {
		Data object `json:"data"`
	}
	if err := wire.Read(r, &in, true); err != nil {
		return nil, no(http.StatusBadRequest, "Could not parse request data, invalid JSON: %s", err)
	}
	for name := range in.Data {
		if !slices.Contains(allowed, name) {
			return nil, no(http.StatusBadRequest, "%s: Cannot write this property", name)
		}
	}
	return in.Data, nil
}

func text(in object, name string) string {
	t, _ := in[name].(string)
	return t
}

// data is an answer with one thing: with the fields that are asked for besides its ID or, where none are, with all.
func data(r *http.Request, thing object) object {
	return object{"data": pick(thing, asked(r), slices.Collect(keys(thing)))}
}

func keys(o object) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range o {
			if !yield(k) {
				return
			}
		}
	}
}

func asked(r *http.Request) []string {
	fields := r.URL.Query().Get("opt_fields")
	if fields == "" {
		return nil
	}
	return strings.Split(fields, ",")
}

func pick(thing object, fields, otherwise []string) object {
	if len(fields) == 0 {
		fields = otherwise
	}
	picked := object{"gid": thing["gid"], "resource_type": thing["resource_type"]}
	for _, f := range fields {
		f, _, _ = strings.Cut(f, ".")
		if v, ok := thing[f]; ok {
			picked[f] = v
		}
	}
	return picked
}

// page is an answer with a list of things, which show their names where nothing else is asked for. The offset counts.
func page[T any](r *http.Request, things []T, show func(T) object) (object, error) {
	q := r.URL.Query()
	shown := func(part []T) []object {
		list := []object{}
		for _, t := range part {
			list = append(list, pick(show(t), asked(r), []string{"name"}))
		}
		return list
	}
	if q.Get("limit") == "" {
		return object{"data": shown(things)}, nil
	}
	limit, err := strconv.Atoi(q.Get("limit"))
	if err != nil || limit < 1 || limit > 100 {
		return nil, no(http.StatusBadRequest, "limit: Must be between 1 and 100")
	}
	from := 0
	if offset := q.Get("offset"); offset != "" {
		if from, err = strconv.Atoi(strings.TrimPrefix(offset, "sandbox")); err != nil || from < 0 || from > len(things) {
			return nil, no(http.StatusBadRequest, "offset: Your pagination token is invalid.")
		}
	}
	to := min(from+limit, len(things))
	answer := object{"data": shown(things[from:to]), "next_page": nil}
	if to < len(things) {
		next := url.Values{"limit": {q.Get("limit")}, "offset": {"sandbox" + strconv.Itoa(to)}}
		path := r.URL.Path + "?" + next.Encode()
		answer["next_page"] = object{"offset": next.Get("offset"), "path": path, "uri": "https://app.asana.com/api/1.0" + path}
	}
	return answer, nil
}

// moment is a time as Asana writes it.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
