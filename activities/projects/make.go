package projects

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/throughline-dev/throughline/activities/effect"
	"github.com/throughline-dev/throughline/activities/fault"
)

// untitled is the section that Asana puts into every new project.
const untitled = "Untitled section"

// project finds or makes the project.
func (a *Activities) project(ctx context.Context, key effect.Key, k Kickoff, people map[string]string) (thing, error) {
	mark := mark(key)
	made, err := once(ctx, series{
		number: 1,
		list: func(ctx context.Context) ([]thing, error) {
			return a.list(ctx, a.home+"/projects", "notes", "created_at", "permalink_url")
		},
		which: func(t thing) int {
			if marked(t.Notes, mark) {
				return 0
			}
			return -1
		},
		make: func(ctx context.Context, _ int, _ []thing) (thing, error) {
			fields := map[string]any{"name": k.Name, "notes": withMark(k.Notes, mark)}
			if owner := people[plain(k.Owner)]; owner != "" {
				fields["owner"] = owner
			}
			end := k.end()
			if end != "" {
				fields["due_on"] = end
			}
			if k.Start == "" || k.Start >= end { // Asana wants an end with each start, and another day
				return a.create(ctx, a.home+"/projects", fields, "permalink_url")
			}
			fields["start_on"] = k.Start
			t, err := a.create(ctx, a.home+"/projects", fields, "permalink_url")
			if f, ok := fault.From(err); ok && f.Status == http.StatusPaymentRequired {
				delete(fields, "start_on") // Asana's free plan knows no start dates
				t, err = a.create(ctx, a.home+"/projects", fields, "permalink_url")
			}
			return t, err
		},
		remove: func(ctx context.Context, t thing) error { return a.remove(ctx, "/projects/"+url.PathEscape(t.GID)) },
	})
	if err != nil {
		return thing{}, err
	}
	return made[0], nil
}

// sections finds or makes the project's sections, in their order. They are known by their names.
func (a *Activities) sections(ctx context.Context, project thing, k Kickoff) ([]thing, error) {
	path := "/projects/" + url.PathEscape(project.GID) + "/sections"
	spare := "" // the section that came with the project, and is nobody's yet
	return once(ctx, series{
		number: len(k.Sections),
		list: func(ctx context.Context) ([]thing, error) {
			all, err := a.list(ctx, path, "name", "created_at")
			for _, t := range all {
				if t.Name == untitled {
					spare = t.GID
				}
			}
			return all, err
		},
		which: func(t thing) int {
			for i, s := range k.Sections {
				if strings.TrimSpace(s.Name) == t.Name {
					return i
				}
			}
			return -1
		},
		make: func(ctx context.Context, i int, before []thing) (thing, error) {
			fields := map[string]any{"name": strings.TrimSpace(k.Sections[i].Name)}
			if i == 0 && spare != "" {
				return a.update(ctx, "/sections/"+url.PathEscape(spare), fields, "name", "created_at")
			}
			if i > 0 {
				fields["insert_after"] = before[i-1].GID
			}
			return a.create(ctx, path, fields, "name", "created_at")
		},
		remove: func(ctx context.Context, t thing) error { return a.remove(ctx, "/sections/"+url.PathEscape(t.GID)) },
	})
}

// tasks finds or makes the tasks, in their order. They are known by their marks, wherever in the project people have moved them,
// and whatever they call them now. For the same reason a task that is there is never moved: where an attempt broke off between a
// task and its place, it stays where Asana has put it in its section.
func (a *Activities) tasks(ctx context.Context, key effect.Key, project thing, sections []thing, k Kickoff, people map[string]string) error {
	type place struct {
		section int
		first   bool
		task    Task
		mark    string
	}
	var places []place
	index := map[string]int{}
	for i, s := range k.Sections {
		for j, t := range s.Tasks {
			p := place{i, j == 0, t, fmt.Sprintf("%s#%d.%d", mark(key), i+1, j+1)}
			index[p.mark] = len(places)
			places = append(places, p)
		}
	}
	_, err := once(ctx, series{
		number: len(places),
		list: func(ctx context.Context) ([]thing, error) {
			return a.list(ctx, "/projects/"+url.PathEscape(project.GID)+"/tasks", "notes", "created_at")
		},
		which: func(t thing) int {
			for line := range strings.Lines(t.Notes) {
				if i, ok := index[strings.TrimSpace(line)]; ok {
					return i
				}
			}
			return -1
		},
		make: func(ctx context.Context, i int, before []thing) (thing, error) {
			p := places[i]
			section := sections[p.section].GID
			fields := map[string]any{
				"name": p.task.Name, "notes": withMark(p.task.Notes, p.mark), "projects": []string{project.GID},
				"memberships": []map[string]string{{"project": project.GID, "section": section}},
			}
			if p.task.Due != "" {
				fields["due_on"] = p.task.Due
			}
			if who := people[plain(p.task.Assignee)]; who != "" {
				fields["assignee"] = who
			}
			made, err := a.create(ctx, "/tasks", fields, "created_at")
			if err != nil || p.first {
				return made, err
			}
			// Whether a new task comes first or last in its section isn't documented.
			return made, a.place(ctx, section, made, before[i-1])
		},
		remove: func(ctx context.Context, t thing) error { return a.remove(ctx, "/tasks/"+url.PathEscape(t.GID)) },
	})
	return err
}

// mark is the line by which a project is known. It is there to be read, too: people see where the project comes from.
func mark(key effect.Key) string { return "Throughline: " + key.ID }

func withMark(notes, mark string) string {
	return strings.TrimSpace(strings.TrimRight(notes, " \r\n") + "\n\n" + mark)
}

// marked is whether a mark is a line of the notes, to which people may have added.
func marked(notes, mark string) bool {
	for line := range strings.Lines(notes) {
		if strings.TrimSpace(line) == mark {
			return true
		}
	}
	return false
}
