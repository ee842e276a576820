package asana

import (
	"net/http"
	"slices"
	"time"
)

func (s *Server) showTask(p *project, sec section, t task) object {
	return object{
		"gid": t.GID, "resource_type": "task", "resource_subtype": "default_task", "name": t.Name, "notes": t.Notes,
		"assignee": s.showUser(t.Assignee), "completed": t.Completed, "created_at": moment(t.Created), "due_on": null(t.Due),
		"memberships": []object{{
			"project": object{"gid": p.GID, "resource_type": "project", "name": p.Name},
			"section": object{"gid": sec.GID, "resource_type": "section", "name": sec.Name},
		}},
		"permalink_url": "https://app.asana.com/0/" + p.GID + "/" + t.GID,
	}
}

func (s *Server) listTasks(r *http.Request) (any, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, ok := s.projects.Get(r.PathValue("project"))
	if !ok {
		return nil, unknown("project", r.PathValue("project"))
	}
	var all []object
	for _, sec := range p.Sections {
		for _, t := range sec.Tasks {
			all = append(all, s.showTask(p, sec, t))
		}
	}
	return page(r, all, func(shown object) object { return shown })
}

// createTask makes a task at the top of its section.
func (s *Server) createTask(r *http.Request) (any, error) {
	in, err := body(r, "name", "notes", "projects", "memberships", "assignee", "due_on")
	if err != nil {
		return nil, err
	}
	t := task{Name: text(in, "name"), Notes: text(in, "notes")}
	if err := s.fill(&t, in); err != nil {
		return nil, err
	}
	home, section, err := destination(in)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t.GID, t.Created = s.gid(), time.Now().UTC() // here, so that whoever doesn't see it in a list makes a newer one
	at := 0
	err = s.change(home, func(p *project) error {
		if section != "" {
			if at = p.section(section); at < 0 {
				return unknown("section", section)
			}
		}
		p.Sections[at].Tasks = slices.Insert(p.Sections[at].Tasks, 0, t)
		return nil
	})
	if err != nil {
		return nil, err
	}
	p, _ := s.projects.Get(home)
	return data(r, s.showTask(p, p.Sections[at], t)), nil
}

// destination is where a new task goes. A task of several projects, or of none, is beyond the sandbox.
func destination(in object) (project, section string, err error) {
	wrong := no(http.StatusBadRequest, "projects: The sandbox puts a task into exactly one project")
	if list, ok := in["projects"].([]any); ok {
		if len(list) != 1 {
			return "", "", wrong
		}
		project, _ = list[0].(string)
	}
	if list, ok := in["memberships"].([]any); ok {
		if len(list) != 1 {
			return "", "", wrong
		}
		m, _ := list[0].(object)
		if project != "" && text(m, "project") != project {
			return "", "", wrong
		}
		project, section = text(m, "project"), text(m, "section")
	}
	if project == "" {
		return "", "", wrong
	}
	return project, section, nil
}

// fill sets what can be set of a task at any time.
func (s *Server) fill(t *task, in object) (err error) {
	if _, ok := in["due_on"]; ok {
		if t.Due, err = day("due_on", in["due_on"]); err != nil {
			return err
		}
	}
	if _, ok := in["assignee"]; ok {
		t.Assignee, err = s.member(in, "assignee")
	}
	return err
}

// withTask finds a task by its ID, and changes its project.
func (s *Server) withTask(gid string, do func(p *project, in, at int) error) (*project, error) {
	p := s.having(func(p *project) bool { in, _ := p.task(gid); return in >= 0 })
	if p == nil {
		return nil, unknown("task", gid)
	}
	err := s.change(p.GID, func(p *project) error {
		in, at := p.task(gid)
		return do(p, in, at)
	})
	p, _ = s.projects.Get(p.GID)
	return p, err
}

func (s *Server) updateTask(r *http.Request) (any, error) {
	in, err := body(r, "name", "notes", "assignee", "due_on", "completed")
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	gid := r.PathValue("task")
	p, err := s.withTask(gid, func(p *project, section, at int) error {
		t := &p.Sections[section].Tasks[at]
		if _, ok := in["name"]; ok {
			t.Name = text(in, "name")
		}
		if _, ok := in["notes"]; ok {
			t.Notes = text(in, "notes")
		}
		if done, ok := in["completed"].(bool); ok {
			t.Completed = done
		}
		return s.fill(t, in)
	})
	if err != nil {
		return nil, err
	}
	section, at := p.task(gid)
	return data(r, s.showTask(p, p.Sections[section], p.Sections[section].Tasks[at])), nil
}

func (s *Server) deleteTask(r *http.Request) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.withTask(r.PathValue("task"), func(p *project, in, at int) error {
		p.Sections[in].Tasks = slices.Delete(p.Sections[in].Tasks, at, at+1)
		return nil
	})
	return object{"data": object{}}, err
}
