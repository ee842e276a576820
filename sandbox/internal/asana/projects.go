package asana

import (
	"net/http"
	"strings"
	"time"
)

func (s *Server) show(p *project) object {
	return object{
		"gid": p.GID, "resource_type": "project", "name": p.Name, "notes": p.Notes, "archived": false, "created_at": moment(p.Created),
		"owner": s.showUser(p.Owner), "start_on": null(p.Start), "due_on": null(p.Due),
		"permalink_url": strings.TrimSuffix(s.Pages, "/") + "/projects/" + p.GID,
		"workspace":     object{"gid": WorkspaceGID, "resource_type": "workspace", "name": "Sandbox"},
		"team":          object{"gid": TeamGID, "resource_type": "team", "name": "Delivery"},
	}
}

func (s *Server) showUser(gid string) any {
	if i := s.user(gid); gid != "" && i >= 0 {
		return object{"gid": gid, "resource_type": "user", "name": s.Users[i].Name}
	}
	return nil
}

func null(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func (s *Server) listProjects(r *http.Request) (any, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var all []*project
	for _, p := range s.projects.All() {
		all = append(all, p)
	}
	return page(r, all, s.show)
}

// createProject makes a project with the section that every new project has.
func (s *Server) createProject(r *http.Request) (any, error) {
	in, err := body(r, "name", "notes", "owner", "start_on", "due_on")
	if err != nil {
		return nil, err
	}
	p := &project{Name: text(in, "name"), Notes: text(in, "notes")}
	if p.Name == "" {
		return nil, no(http.StatusBadRequest, "name: Missing input")
	}
	if p.Owner, err = s.member(in, "owner"); err != nil {
		return nil, err
	}
	if p.Start, err = day("start_on", in["start_on"]); err != nil {
		return nil, err
	}
	if p.Due, err = day("due_on", in["due_on"]); err != nil {
		return nil, err
	}
	if p.Start != "" && p.Start >= p.Due { // also without an end
		return nil, no(http.StatusBadRequest, "start_on: due_on must be present, and after start_on")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p.GID, p.Created = s.gid(), time.Now().UTC() // here, as for a task
	p.Sections = []section{{GID: s.gid(), Name: "Untitled section", Created: p.Created}}
	if err := s.projects.Put(p.GID, p); err != nil {
		return nil, err
	}
	return data(r, s.show(p)), nil
}

// member is the ID of a user whom a field names; "" where it names nobody.
func (s *Server) member(in object, field string) (string, error) {
	who := text(in, field)
	if who == "" {
		return "", nil
	}
	i := s.user(who)
	if i < 0 {
		return "", no(http.StatusBadRequest, "%s: Not a recognized ID: %s", field, who)
	}
	return userGID(i), nil
}

func (s *Server) getProject(r *http.Request) (any, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, ok := s.projects.Get(r.PathValue("project"))
	if !ok {
		return nil, unknown("project", r.PathValue("project"))
	}
	return data(r, s.show(p)), nil
}

func (s *Server) deleteProject(r *http.Request) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	gid := r.PathValue("project")
	if _, ok := s.projects.Get(gid); !ok {
		return nil, unknown("project", gid)
	}
	return object{"data": object{}}, s.projects.Delete(gid)
}
