package page

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/throughline-dev/throughline/activities/link"
	"github.com/throughline-dev/throughline/activities/slack"
	"github.com/throughline-dev/throughline/workflows/humantask"
)

// The names in a form: which page it is of, which answer, and a prefix for the answer's own fields.
const (
	nameNonce  = "nonce"
	nameAction = "action"
	prefix     = "field."
)

// maxBody is the longest answer, in bytes as a form has them: three for each byte of a script other than Latin. What comes out of
// it fits into the two megabytes that Temporal takes.
const maxBody = 3 << 20

// form is one answer that the page offers.
type form struct {
	humantask.Action
	Nonce  string
	Fields []field
	// Open shows the fields at once, since there is something wrong with what was sent.
	Open    bool
	Problem string // with the answer as a whole
}

// field is something that an answer asks for.
type field struct {
	slack.Field
	ID      string // of the element
	Input   string // the name under which it is sent
	Problem string
	Rows    int
}

// handling are the names of what can be done with any task beside answering it.
var handling = []string{
	humantask.ActionClaim, humantask.ActionRelease, humantask.ActionHandOver,
	humantask.ActionPause, humantask.ActionResume, humantask.ActionExtend,
}

// forms are the answers to a task, and what else can be done with it. One that was sent and refused has what was typed.
func forms(t humantask.View, was *sent, refusal humantask.Answer) (answers, others []form) {
	nonce := rand.Text()
	for _, a := range t.Actions {
		f := form{Action: a, Nonce: nonce}
		again := was != nil && was.Action == a.Name
		for _, in := range a.Fields {
			shown := field{Field: in, ID: a.Name + "." + in.Name, Input: prefix + in.Name}
			if again {
				shown.Value = was.Values[in.Name]
				if refusal.Field == in.Name {
					shown.Problem = refusal.Text
				}
			}
			shown.Rows = min(max(len(shown.Value)/70, strings.Count(shown.Value, "\n"))+2, 24)
			f.Fields = append(f.Fields, shown)
		}
		if f.Open = again; again && !slices.ContainsFunc(f.Fields, func(in field) bool { return in.Problem != "" }) {
			f.Problem = refusal.Text
		}
		if slices.Contains(handling, a.Name) {
			others = append(others, f)
		} else {
			answers = append(answers, f)
		}
	}
	return answers, others
}

// sent is an answer as it was sent.
type sent struct {
	Nonce, Action string
	Values        map[string]string // by the fields' names
}

// readForm reads an answer. The page says what is wrong where it is none.
func readForm(w http.ResponseWriter, r *http.Request) (*sent, *page) {
	bad := func(status int, text string) (*sent, *page) {
		return nil, &page{Status: status, Title: "Nothing was decided", Notice: &notice{"bad", text}}
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	err := r.ParseForm()
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return bad(http.StatusRequestEntityTooLarge, "What you wrote is too long. Go back, shorten it, and send it again.")
	case err != nil || r.PostForm.Get(nameNonce) == "" || r.PostForm.Get(nameAction) == "":
		return bad(http.StatusBadRequest, "This is no answer that the page can read. Go back, load it again, and answer there.")
	}
	in := &sent{Nonce: r.PostForm.Get(nameNonce), Action: r.PostForm.Get(nameAction), Values: map[string]string{}}
	for name, values := range r.PostForm {
		if field, ok := strings.CutPrefix(name, prefix); ok {
			in.Values[field] = strings.ReplaceAll(values[0], "\r\n", "\n") // which browsers make of every line's end
		}
	}
	return in, nil
}

// decision is what was sent as the workflow takes it. Its ID is the same for the same answer from the same page, so that one which
// is sent twice counts once, and another for any other answer.
func (in *sent) decision(ref link.Task) humantask.Decision {
	said, err := json.Marshal([]any{ref, in}) // a map's keys are sorted
	if err != nil {                           // plain types always marshal
		panic(err)
	}
	sum := sha256.Sum256(said)
	return humantask.Decision{
		ID: "page-" + hex.EncodeToString(sum[:16]), Task: ref.Task, Version: ref.Version, Action: in.Action,
		By: humantask.Actor{Person: ref.Person}, Fields: in.Values,
	}
}

// counted reports whether an outcome is what was sent.
func (in *sent) counted(o *humantask.Outcome, person string) bool {
	if o == nil || o.By.ID != person || o.Action != in.Action {
		return false
	}
	for name, value := range in.Values {
		if o.Fields[name] != value {
			return false
		}
	}
	return true
}

// typed lists what somebody wrote, by the fields' labels where the actions have them.
func (in *sent) typed(actions []humantask.Action) []typed {
	if in == nil {
		return nil
	}
	var all []typed
	for name, value := range in.Values {
		if strings.TrimSpace(value) == "" {
			continue
		}
		label := name
		for _, a := range actions {
			for _, f := range a.Fields {
				if a.Name == in.Action && f.Name == name {
					label = f.Label
				}
			}
		}
		all = append(all, typed{label, value})
	}
	slices.SortFunc(all, func(a, b typed) int { return cmp.Compare(a.Label, b.Label) })
	return all
}

// Inputs are the names and values with which the same answer is sent again.
func (in *sent) Inputs() map[string]string {
	all := map[string]string{nameNonce: in.Nonce, nameAction: in.Action}
	for name, value := range in.Values {
		all[prefix+name] = value
	}
	return all
}
