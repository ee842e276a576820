package main

import (
	"context"
	"fmt"
	"io"
)

// benchmark measures some figures together, in systems of its own.
type benchmark struct {
	name    string
	measure func(context.Context, size, progress) ([]Figure, error)
}

var benchmarks = []benchmark{
	{"server", measureServer},
	{"lead", measureLead},
	{"proposal", measureProposal},
	{"return", measureReturn},
	{"rotation", measureRotation},
}

func names() (list []string) {
	for _, b := range benchmarks {
		list = append(list, b.name)
	}
	return list
}

// size is how much is measured.
type size struct {
	// rounds is how often the sides of a comparison take turns.
	rounds int
	// alone is how many of a kind are sent one after the other in a round, and rested how many leads after a rest, in all.
	alone, rested int
	// leads, proposals and returns are how many are sent in a round of many, atOnce of them in flight.
	leads, proposals, returns, atOnce int
	// turns is how many turns of a pool are taken in a round, by so many callers at once.
	turns, callers int
}

var (
	full  = size{rounds: 5, alone: 25, rested: 10, leads: 200, proposals: 100, returns: 100, atOnce: 50, turns: 640, callers: 64}
	quick = size{rounds: 2, alone: 10, rested: 2, leads: 50, proposals: 25, returns: 25, atOnce: 25, turns: 128, callers: 64}
)

// progress tells on standard error what is being measured.
type progress struct {
	out       io.Writer
	benchmark string
}

func (p progress) say(format string, args ...any) {
	fmt.Fprintf(p.out, "%s: %s\n", p.benchmark, fmt.Sprintf(format, args...))
}
