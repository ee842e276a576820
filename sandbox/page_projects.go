package sandbox

import (
	"net/http"
	"slices"

	"github.com/throughline-dev/throughline/sandbox/client"
	"github.com/throughline-dev/throughline/sandbox/internal/asana"
)

// shownProjects is how many projects are listed.
const shownProjects = 100

type projectsPage struct {
	Projects []client.Project // the youngest first
	More     int
	Open     *client.Project // the one that is looked at; nil for none
}

// projectsPage is Asana: the projects, or one of them with its sections and tasks.
func (s *Sandbox) projectsPage(r *http.Request) (string, any) {
	if id := r.PathValue("id"); id != "" {
		found := s.work.Projects(asana.Filter{ID: id})
		if len(found) == 0 {
			return "", nil
		}
		return found[0].Name, projectsPage{Open: &found[0]}
	}
	p := projectsPage{Projects: s.work.Projects(asana.Filter{Last: shownProjects}), More: max(s.work.Len()-shownProjects, 0)}
	slices.Reverse(p.Projects)
	return "Projects", p
}
