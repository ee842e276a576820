package asana

import (
	"strings"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/ledger"
)

// keyLine is how the line of the notes begins that carries an effect's key.
const keyLine = "Throughline: "

func keyOf(notes string) string {
	for line := range strings.Lines(notes) {
		if key, ok := strings.CutPrefix(strings.TrimSpace(line), keyLine); ok {
			return key
		}
	}
	return ""
}

// Filter says which projects are wanted; the zero value is all of them.
type Filter struct {
	ID   string
	Case string
	Last int // the youngest so many; 0 is all
}

// Projects are the projects that a filter lets through, oldest first.
func (s *Server) Projects(f Filter) []client.Project {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := []client.Project{}
	for _, p := range s.projects.All() {
		key := keyOf(p.Notes)
		if (f.ID == "" || f.ID == p.GID) && (f.Case == "" || f.Case == ledger.CaseOf(key)) {
			list = append(list, s.view(p, key))
		}
	}
	if f.Last > 0 {
		list = list[max(len(list)-f.Last, 0):]
	}
	return list
}

// Len is how many projects there are.
func (s *Server) Len() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.projects.Len()
}

func (s *Server) view(p *project, key string) client.Project {
	v := client.Project{
		ID: p.GID, Key: key, Name: p.Name, Notes: p.Notes, Owner: s.email(p.Owner), Start: p.Start, Due: p.Due, Created: p.Created,
	}
	for _, sec := range p.Sections {
		section := client.ProjectSection{ID: sec.GID, Name: sec.Name}
		for _, t := range sec.Tasks {
			section.Tasks = append(section.Tasks, client.ProjectTask{
				ID: t.GID, Key: keyOf(t.Notes), Name: t.Name, Notes: t.Notes, Assignee: s.email(t.Assignee), Due: t.Due, Done: t.Completed,
			})
		}
		v.Sections = append(v.Sections, section)
	}
	return v
}

func (s *Server) email(gid string) string {
	if i := s.user(gid); gid != "" && i >= 0 {
		return s.Users[i].Email
	}
	return ""
}

// Effects are the projects and their tasks, counted by the key that their notes carry; of one case, or with "" of all.
func (s *Server) Effects(caseID string) []client.Effect {
	var t ledger.Tally
	for _, p := range s.Projects(Filter{Case: caseID}) {
		if p.Key == "" {
			continue
		}
		t.Count(client.Effect{System: "asana", Operation: "project", Key: p.Key}, p.ID, 1)
		for _, sec := range p.Sections {
			for _, task := range sec.Tasks {
				if task.Key != "" {
					t.Count(client.Effect{System: "asana", Operation: "task", Key: task.Key}, task.ID, 1)
				}
			}
		}
	}
	return t.Effects()
}
