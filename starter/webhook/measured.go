package webhook

import (
	"net/http"
	"strings"
)

// What is measured of vendors' posts, by vendor. Cases that they start are measured as those are that come in at the door.
const (
	posts    = "throughline_webhook_posts"  // by result: taken, refused (unsigned, unreadable), unavailable (Temporal can't be reached)
	events   = "throughline_webhook_events" // by result: told, nobody, ended, ignored, unreadable
	triggers = "throughline_triggers"
)

func (h *Handler) count(r *http.Request, metric, result string, n int) {
	_, path, _ := strings.Cut(r.Pattern, " /")
	vendor, _, _ := strings.Cut(path, "/")
	h.o.Metrics.WithTags(map[string]string{"vendor": vendor, "result": result}).Counter(metric).Inc(int64(n))
}

// measure counts a post that was read, and what became of its events.
func (h *Handler) measure(r *http.Request, b batch, became tally, err error) {
	result := "taken"
	if err != nil {
		result = "unavailable"
	}
	h.count(r, posts, result, 1)
	for result, n := range map[string]int{
		"told": became.told, "nobody": became.nobody, "ended": became.ended, "ignored": b.ignored, "unreadable": b.unreadable,
	} {
		if n > 0 {
			h.count(r, events, result, n)
		}
	}
}

// countTrigger counts a case that an event starts. An event is told more than once, so what is accepted here may have been before.
func (h *Handler) countTrigger(what string, err error) {
	labels := map[string]string{"workflow_type": what, "door": "hubspot", "result": "accepted", "reason": ""}
	if err != nil {
		labels["result"], labels["reason"] = "refused", "unavailable"
	}
	h.o.Metrics.WithTags(labels).Counter(triggers).Inc(1)
}
