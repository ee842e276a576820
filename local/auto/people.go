package auto

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/throughline-dev/throughline/activities/policy"
	sandbox "github.com/throughline-dev/throughline/sandbox/client"
)

// Press is somebody pressing a button, which they know by its words.
func (p *Player) Press(ctx context.Context, who policy.Person, card sandbox.Message, button string) error {
	_, err := p.press(ctx, who, card, button)
	return err
}

// press presses a button, and returns the dialog that opens; "" where none does.
func (p *Player) press(ctx context.Context, who policy.Person, card sandbox.Message, button string) (view string, err error) {
	i := slices.IndexFunc(card.Buttons, func(b sandbox.Button) bool { return b.Text == button })
	if i < 0 {
		return "", fmt.Errorf("expected the button %q on the card %q, saw %s", button, card.Text, labels(card.Buttons))
	}
	p.Say("%s presses %q", who.Name, button)
	click := sandbox.Click{User: who.Slack, Channel: card.Channel, TS: card.TS, ActionID: card.Buttons[i].ActionID}
	again := false
	err = p.Until(ctx, "the click on "+button+" to be taken", func(ctx context.Context) (bool, string, error) {
		clicked, err := p.World.Click(ctx, click)
		switch {
		case err != nil && again:
			return true, "", nil // the button is gone: the click before, of which Slack said that it failed, had got through
		case err != nil:
			return false, "", fmt.Errorf("%s couldn't press %q: %w", who.Name, button, err)
		case clicked.OK:
			view = clicked.View
			return true, "", nil
		case !busy(clicked.Status):
			return false, "", fmt.Errorf("expected the click on %q to be taken; Slack said: %s", button, clicked.Warning)
		}
		again = true
		return false, clicked.Warning, nil
	})
	return view, err
}

// busy reports an answer to a click after which the app asks people to click again: it couldn't keep it, or was too late.
func busy(status int) bool { return status == 0 || status == http.StatusServiceUnavailable }

// lost is what the app says then.
const lost = "may not have been recorded"

// dialogs has people open one dialog at a time, as Slack does: the next one would close it. The cases share their people.
type dialogs struct{ of sync.Map }

// begin waits until somebody has no dialog open, for a new one; and end says that it is closed.
func (d *dialogs) begin(who policy.Person) (end func()) {
	m, _ := d.of.LoadOrStore(who.ID, &sync.Mutex{})
	one := m.(*sync.Mutex)
	one.Lock()
	return one.Unlock
}

// Answer is somebody pressing a button that opens a dialog, forgetting at first to fill it in, and then sending the values.
func (p *Player) Answer(
	ctx context.Context, who policy.Person, card sandbox.Message, button string, values map[string]string,
) error {
	defer p.dialogs.begin(who)()
	view, err := p.press(ctx, who, card, button)
	if err != nil {
		return err
	}
	if view == "" {
		return fmt.Errorf("expected %q to open a dialog, saw none", button)
	}
	for _, filled := range []map[string]string{{}, values} {
		wrong, err := p.submit(ctx, sandbox.Submission{User: who.Slack, View: view, Values: filled})
		if err != nil {
			return err
		}
		if refused := len(wrong) > 0; refused != (len(filled) == 0) {
			return fmt.Errorf("expected a dialog with %v to be refused exactly if something is missing, saw the mistakes %v", filled, wrong)
		}
	}
	return nil
}

// Change is somebody pressing a button that opens a dialog in which things may stand already, and sending it with some of them changed.
func (p *Player) Change(ctx context.Context, who policy.Person, card sandbox.Message, button string, to map[string]string) error {
	defer p.dialogs.begin(who)()
	view, values, err := p.open(ctx, who, card, button)
	if err != nil {
		return err
	}
	for name, value := range to {
		if _, there := values[name]; !there {
			return fmt.Errorf("expected the dialog to ask for %s, saw %v", name, values)
		}
		values[name] = value
	}
	wrong, err := p.submit(ctx, sandbox.Submission{User: who.Slack, View: view, Values: values})
	if err == nil && len(wrong) > 0 {
		err = fmt.Errorf("expected the dialog to be taken, saw the mistakes %v", wrong)
	}
	return err
}

// fills is how long people wait for a dialog to be filled in, before they do what it says: close it, and click again.
const fills = 10 * time.Second

// open opens a dialog, and returns what stands in it.
func (p *Player) open(ctx context.Context, who policy.Person, card sandbox.Message, button string) (view string, values map[string]string, err error) {
	for {
		if view, err = p.press(ctx, who, card, button); err != nil {
			return "", nil, err
		}
		if view == "" {
			return "", nil, fmt.Errorf("expected %q to open a dialog, saw none", button)
		}
		opened := time.Now()
		err = p.Until(ctx, "the dialog to be filled in", func(ctx context.Context) (done bool, seen string, err error) {
			d, err := p.World.Dialog(ctx, who.Slack, view)
			if d.Ready {
				values = d.Values
			}
			return d.Ready || time.Since(opened) > fills, d.Title, err
		})
		if err != nil || values != nil {
			return view, values, err
		}
		p.Say("%s finds the dialog empty, and clicks again", who.Name)
	}
}

// submit sends a dialog, and returns what is said to be wrong with it.
func (p *Player) submit(ctx context.Context, s sandbox.Submission) (wrong map[string]string, err error) {
	again := false
	err = p.Until(ctx, "the dialog to be taken", func(ctx context.Context) (bool, string, error) {
		done, err := p.World.Submit(ctx, s)
		switch {
		case err != nil:
			return false, "", err
		case saysLost(done.Errors), len(done.Errors) == 0 && !done.OK && busy(done.Status):
			again = true
			return false, fmt.Sprint(done.Warning, done.Errors), nil
		case len(done.Errors) == 0 && !done.OK:
			return false, "", fmt.Errorf("expected the dialog to be taken; Slack said: %s", done.Warning)
		case !again: // else they say that the one before, of which Slack said that it failed, had got through
			wrong = done.Errors
		}
		return true, "", nil
	})
	return wrong, err
}

func saysLost(mistakes map[string]string) bool {
	for _, text := range mistakes {
		if strings.Contains(text, lost) {
			return true
		}
	}
	return false
}

// ear is where somebody may be told something in private.
type ear struct {
	who     policy.Person
	channel string
}

// Told waits until the nth private answer of this case has been heard, whoever of these hears it; and has all that they hear
// counted in the end.
func (p *Player) Told(ctx context.Context, n int, where ...ear) (text string, err error) {
	p.private = where
	err = p.Until(ctx, "a private answer", func(ctx context.Context) (bool, string, error) {
		answers, err := p.answers(ctx)
		if len(answers) >= n {
			text = answers[n-1].Text
		}
		return len(answers) >= n, fmt.Sprintf("%d of %d", len(answers), n), err
	})
	if err == nil {
		p.Say("in private: %s", text)
	}
	return text, err
}

// answers are the private answers since the cases began, wherever this one listens, but for those that ask for another click.
func (p *Player) answers(ctx context.Context) (all []sandbox.Message, err error) {
	for _, e := range p.private {
		messages, err := p.World.Messages(ctx, sandbox.MessageFilter{User: e.who.Slack, Channel: e.channel})
		if err != nil {
			return nil, err
		}
		for _, m := range messages {
			if m.Only == e.who.Slack && m.Posted.After(p.Began) && !strings.Contains(m.Text, lost) {
				all = append(all, m)
			}
		}
	}
	return all, nil
}

// Person finds somebody of the handbook by their ID.
func (p *Player) Person(id string) policy.Person {
	return p.find(func(q policy.Person) bool { return q.ID == id })
}

// Named finds somebody of the handbook by their name.
func (p *Player) Named(name string) policy.Person {
	return p.find(func(q policy.Person) bool { return q.Name == name })
}

func (p *Player) find(is func(policy.Person) bool) policy.Person {
	if i := slices.IndexFunc(p.Handbook.People, is); i >= 0 {
		return p.Handbook.People[i]
	}
	return policy.Person{}
}

func labels(buttons []sandbox.Button) string {
	var texts []string
	for _, b := range buttons {
		texts = append(texts, fmt.Sprintf("%q", b.Text))
	}
	if len(texts) == 0 {
		return "no button"
	}
	return strings.Join(texts, ", ")
}
