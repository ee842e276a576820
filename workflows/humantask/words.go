package humantask

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// with says whom the task is with.
func (t *task) with() string {
	var names []string
	for _, p := range t.waitsOn() {
		names = append(names, p.Name)
	}
	return strings.Join(names, " or ")
}

// Sentence tells what happened in a few words, for people: "Sam Reed handed it over to Maria Lopez (on holiday)".
func (h Happening) Sentence() string {
	var s string
	switch h.What {
	case Reminded:
		s = "reminded"
		if h.To.Name != "" {
			s += " " + h.To.Name
		}
	case Reassigned:
		s = fmt.Sprintf("taken from %s and given to %s", h.From.Name, h.To.Name)
	case Escalated:
		s = "escalated to " + h.To.Name
	case Covered:
		s = fmt.Sprintf("%s stands in for %s", h.To.Name, h.From.Name)
	case Replaced:
		s = fmt.Sprintf("%s takes the place of %s", h.To.Name, h.From.Name)
	case HandedOver:
		s = fmt.Sprintf("%s handed it over to %s", h.From.Name, h.To.Name)
	case Noted:
		return h.Note
	case Claimed:
		s = h.To.Name + " took it"
	default:
		s = fmt.Sprintf("%s by %s", h.What, h.From.Name)
	}
	if h.Note != "" {
		s += " (" + h.Note + ")"
	}
	return s
}

// maxTale is how much a card tells of what has happened to its task, in characters. Slack shows 2000 in one place, of which an
// adapter would drop the end, where the latest stands.
const maxTale = 1500

// tale tells what has happened to the task, a line each: the latest, as far as there is room.
func (t *task) tale() string {
	var lines []string
	room := maxTale
	for _, h := range slices.Backward(t.story) {
		line := moment(h.At) + ": " + h.Sentence()
		if room -= utf8.RuneCountInString(line) + 1; room < 0 && len(lines) > 0 {
			lines = append(lines, "…")
			break
		}
		lines = append(lines, line)
	}
	slices.Reverse(lines)
	return strings.Join(lines, "\n")
}

// status is the line that says where the task stands: who holds it and until when, or who decided what.
func (t *task) status() string {
	switch {
	case t.outcome != nil:
		s := fmt.Sprintf("%s by %s, %s, after %s", t.done(), t.outcome.By.Name, moment(t.outcome.At), span(t.outcome.Took.Duration))
		if t.outcome.Comment != "" {
			s += ": " + t.outcome.Comment
		}
		return s
	case t.withdrawn:
		return t.whyWithdrawn() + " There is nothing left to do."
	case !t.clock.pausedSince.IsZero():
		last := t.story[len(t.story)-1]
		for i := range t.story {
			if t.story[i].What == Paused {
				last = t.story[i]
			}
		}
		note := last.Note
		if strings.TrimRight(note, ".?!") == note { // a question has an end of its own
			note += "."
		}
		return fmt.Sprintf("Paused by %s since %s: %s At most until %s.", last.From.Name, moment(t.clock.pausedSince), note,
			moment(t.clock.pausedUntil))
	}
	s := fmt.Sprintf("With %s since %s.", t.with(), moment(t.since))
	if due := t.due(); t.breached() {
		s += fmt.Sprintf(" Late: it was due %s.", moment(due))
	} else if !due.IsZero() {
		s += fmt.Sprintf(" Due %s.", moment(due))
	}
	if t.clock.pausedFor > 0 {
		s += fmt.Sprintf(" It was paused for %s.", span(t.clock.pausedFor))
	}
	return s
}

// ago says how long before now something was, and when.
func ago(now, then time.Time) string {
	return fmt.Sprintf("%s ago (%s)", span(now.Sub(then)), moment(then))
}

// moment writes a time as cards show it. Everybody's time zone is another, so it says which it is in.
func moment(t time.Time) string { return t.UTC().Format("Mon 2 Jan 15:04 UTC") }

// span writes a duration as a person would say it: its one or two largest units.
func span(d time.Duration) string {
	d = d.Round(time.Second)
	switch {
	case d < time.Second:
		return "a moment"
	case d < time.Minute:
		return plural(int(d/time.Second), "second")
	case d < time.Hour:
		return plural(int(d/time.Minute), "minute")
	case d < 72*time.Hour:
		hours, minutes := int(d/time.Hour), int(d%time.Hour/time.Minute)
		if minutes == 0 {
			return plural(hours, "hour")
		}
		return plural(hours, "hour") + " " + plural(minutes, "minute")
	default:
		return plural(int(d/(24*time.Hour)), "day")
	}
}

// typed writes a duration as a person would type it: "72h", not "72h0m0s".
func typed(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func plural(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}
