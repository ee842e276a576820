package asana

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

func showSection(p *project, sec section) object {
	return object{
		"gid": sec.GID, "resource_type": "section", "name": sec.Name, "created_at": moment(sec.Created),
		"project": object{"gid": p.GID, "resource_type": "project", "name": p.Name},
	}
}

func (s *Server) listSections(r *http.Request) (any, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, ok := s.projects.Get(r.PathValue("project"))
	if !ok {
		return nil, unknown("project", r.PathValue("project"))
	}
	return page(r, p.Sections, func(sec section) object { return showSection(p, sec) })
}

func (s *Server) createSection(r *http.Request) (any, error) {
	in, err := body(r, "name", "insert_after")
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(text(in, "name")) == "" {
		return nil, no(http.StatusBadRequest, "name: Missing input")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	made := section{GID: s.gid(), Name: text(in, "name"), Created: time.Now().UTC()}
	gid := r.PathValue("project")
	err = s.change(gid, func(p *project) error {
		at := len(p.Sections)
		if after := text(in, "insert_after"); after != "" {
			if at = p.section(after) + 1; at == 0 {
				return no(http.StatusBadRequest, "insert_after: Not a section of this project: %s", after)
			}
		}
		p.Sections = slices.Insert(p.Sections, at, made)
		return nil
	})
	if err != nil {
		return nil, err
	}
	p, _ := s.projects.Get(gid)
	return data(r, showSection(p, made)), nil
}

// withSection finds a section by its ID, and changes its project.
func (s *Server) withSection(gid string, do func(p *project, at int) error) (*project, error) {
	p := s.having(func(p *project) bool { return p.section(gid) >= 0 })
	if p == nil {
		return nil, unknown("section", gid)
	}
	err := s.change(p.GID, func(p *project) error { return do(p, p.section(gid)) })
	p, _ = s.projects.Get(p.GID)
	return p, err
}

func (s *Server) updateSection(r *http.Request) (any, error) {
	in, err := body(r, "name")
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	gid := r.PathValue("section")
	p, err := s.withSection(gid, func(p *project, at int) error {
		p.Sections[at].Name = text(in, "name")
		return nil
	})
	if err != nil {
		return nil, err
	}
	return data(r, showSection(p, p.Sections[p.section(gid)])), nil
}

// deleteSection deletes a section that is empty, and not the last one.
func (s *Server) deleteSection(r *http.Request) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.withSection(r.PathValue("section"), func(p *project, at int) error {
		if len(p.Sections) == 1 || len(p.Sections[at].Tasks) > 0 {
			return no(http.StatusBadRequest, "section: Only an empty section, and not the last one, can be deleted")
		}
		p.Sections = slices.Delete(p.Sections, at, at+1)
		return nil
	})
	return object{"data": object{}}, err
}

// addTask moves a task to the top of a section or, where that is asked for, behind another task of it.
func (s *Server) addTask(r *http.Request) (any, error) {
	in, err := body(r, "task", "insert_after")
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err = s.withSection(r.PathValue("section"), func(p *project, to int) error {
		from, at := p.task(text(in, "task"))
		if from < 0 {
			return unknown("task", text(in, "task"))
		}
		moved := p.Sections[from].Tasks[at]
		p.Sections[from].Tasks = slices.Delete(p.Sections[from].Tasks, at, at+1)
		place := 0
		if after := text(in, "insert_after"); after != "" {
			section, behind := p.task(after)
			if section != to {
				return no(http.StatusBadRequest, "insert_after: Not a task of this section: %s", after)
			}
			place = behind + 1
		}
		p.Sections[to].Tasks = slices.Insert(p.Sections[to].Tasks, place, moved)
		return nil
	})
	return object{"data": object{}}, err
}
