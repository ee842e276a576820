// Package projects makes kickoff projects in Asana.
//
// What Asana takes and answers is described at https://developers.asana.com/reference.
package projects

// Kickoff is a project to be made from a template of our own: sections, tasks, owners and due dates are the handbook's.
type Kickoff struct {
	Name string `json:"name"`
	// Notes is plain text that describes the project.
	Notes string `json:"notes,omitempty"`
	// Owner is the e-mail address of who owns the project, as Asana knows them; "" for nobody.
	Owner string `json:"owner,omitempty"`
	// Start is the first day of the project ("2026-11-30"); "" where it isn't known. Asana shows it only together with an end,
	// which is the last of the tasks' due dates.
	Start string `json:"start"`
	// Sections have names of their own: two can't be called the same.
	Sections []Section `json:"sections"`
}

// Section is a column of the project.
type Section struct {
	Name  string `json:"name"`
	Tasks []Task `json:"tasks"`
}

// Task is something to be done.
type Task struct {
	Name  string `json:"name"`
	Notes string `json:"notes,omitempty"`
	// Assignee is an e-mail address; "" for nobody.
	Assignee string `json:"assignee,omitempty"`
	// Due is the last day ("2026-12-04"), already counted in working days; "" for none.
	Due string `json:"due,omitempty"`
}

// Made is a project that is there.
type Made struct {
	ID  string `json:"id"` // Asana's gid
	URL string `json:"url"`
	// Unassigned are the addresses of those whom Asana doesn't know, each once: their tasks are there, without an assignee.
	Unassigned []string `json:"unassigned,omitempty"`
}
