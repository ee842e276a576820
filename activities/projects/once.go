package projects

import (
	"context"
	"slices"
)

// series is a number of things that are each to be there once: a project, its sections, its tasks.
type series struct {
	number int
	// list is everything that is there, and more.
	list func(context.Context) ([]thing, error)
	// which says which of the series a thing is; -1 for none of them.
	which func(thing) int
	// make makes one of the series; those before it are there.
	make func(ctx context.Context, i int, before []thing) (thing, error)
	// remove takes away a thing that was made a moment ago.
	remove func(context.Context, thing) error
}

// once makes what is missing of a series, and returns all of it.
//
// Asana takes no idempotency key, and knows a repeat by nothing of its own. (Its "external" gids would be such a thing for tasks,
// but they are for OAuth apps only, and nothing says that two tasks can't have the same.) So each thing carries a mark, and
// what is there is listed before anything is made. Asana's lists, unlike its search, show what was written before; the search's
// description says so (https://developers.asana.com/reference/searchprojectsforworkspace).
//
// Two attempts at the same time may still both find a thing missing. Therefore the list is read again afterwards: whoever finds
// an older thing with the same mark takes away its own, which nobody can have used yet. A thing that this very call hasn't made is
// never taken away: it may be a copy that somebody wanted.
func once(ctx context.Context, s series) ([]thing, error) {
	have, err := s.oldest(ctx)
	if err != nil {
		return nil, err
	}
	var mine []int
	for i := range have {
		if have[i].GID != "" {
			continue
		}
		if have[i], err = s.make(ctx, i, have[:i]); err != nil {
			return nil, err
		}
		mine = append(mine, i)
	}
	if len(mine) == 0 {
		return have, nil
	}
	now, err := s.oldest(ctx)
	if err != nil {
		return nil, err
	}
	for _, i := range mine {
		if now[i].GID == "" || now[i].GID == have[i].GID {
			continue
		}
		if err := s.remove(ctx, have[i]); err != nil {
			return nil, err
		}
		have[i] = now[i]
	}
	return have, nil
}

// oldest is what is there of the series: of several the oldest, and the zero thing for what isn't.
func (s series) oldest(ctx context.Context) ([]thing, error) {
	all, err := s.list(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, older)
	have := make([]thing, s.number)
	for _, t := range all {
		if i := s.which(t); i >= 0 && have[i].GID == "" {
			have[i] = t
		}
	}
	return have, nil
}
