package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/local/auto"
	"github.com/throughline-dev/throughline/local/stack"
)

// autoFlags are what the command line says about playing unattended.
type autoFlags struct {
	play          bool
	only          []string
	json          bool
	door, sandbox string
}

func (f *autoFlags) register(cmd *cobra.Command) {
	set := cmd.Flags()
	set.BoolVar(&f.play, "auto", false, "play a set of cases unattended, and say what happened to each: see above")
	set.StringSliceVar(&f.only, "only", nil, "with --auto: only the cases of this `workflow`")
	set.BoolVar(&f.json, "json", false, "with --auto: one JSON object a case instead of the table")
	set.StringVar(&f.door, "door", "", "with --auto: the `URL` of the door of a system that is up, to play on that one")
	set.StringVar(&f.sandbox, "sandbox", "", "with --auto: the `URL` of that system's sandbox")
}

// check says which of the flags don't go together.
func (f *autoFlags) check() error {
	switch {
	case !f.play && (len(f.only) > 0 || f.json || f.door != "" || f.sandbox != ""):
		return errors.New("--only, --json, --door and --sandbox go with --auto: add that")
	case (f.door == "") != (f.sandbox == ""):
		return errors.New("--door and --sandbox go together: name both addresses of the system that is up")
	}
	return nil
}

// options make a system that nobody else needs to know of: free ports and nothing kept, unless the command line says otherwise.
func (f *autoFlags) options(o stack.Options, given func(flag string) bool) stack.Options {
	if !given("dir") {
		o.Dir = ""
	}
	for flag, port := range map[string]*int{
		"port-door": &o.Ports.Door, "port-sandbox": &o.Ports.Sandbox, "port-temporal": &o.Ports.Temporal,
		"port-web": &o.Ports.Web, "port-health": &o.Ports.Health,
	} {
		if !given(flag) {
			*port = 0
		}
	}
	return o
}

// run plays the cases, on a system of their own or on one that is up, and prints what happened to each. The error counts
// those that did not end as expected.
func (f *autoFlags) run(ctx context.Context, o stack.Options, out, progress io.Writer) (err error) {
	if f.door == "" && slices.Contains(o.Config, config.Demo) {
		dir, err := os.MkdirTemp("", "throughline-auto-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		file, err := auto.Overlay(dir)
		if err != nil {
			return err
		}
		o.Config = append(slices.Clone(o.Config), file)
	}
	handbook, err := config.Load(o.Config...)
	if err != nil {
		return err
	}
	play := auto.Options{Door: f.door, Sandbox: f.sandbox, Handbook: handbook, Only: f.only, Progress: progress}
	if err := auto.Check(play); err != nil {
		return err
	}
	if f.door == "" {
		starting, cancel := context.WithTimeout(ctx, startWithin)
		defer cancel()
		s, err := stack.Start(starting, o)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, s.Stop()) }()
		play.Door, play.Sandbox = s.Door, s.Sandbox
		fmt.Fprintf(progress, "A system of its own is up, for as long as this takes: %s/slack and %s\n", s.Sandbox, s.Web)
	}
	results, err := auto.Run(ctx, play)
	if errors.Is(err, context.Canceled) {
		return errors.New("stopped before all cases were through")
	}
	if err != nil {
		return err
	}
	if f.json {
		err = auto.PrintJSON(out, results)
	} else {
		auto.Print(out, results)
	}
	if failed := len(auto.Failed(results)); failed > 0 {
		return errors.Join(err, fmt.Errorf("%d of %d cases did not go as expected", failed, len(results)))
	}
	return err
}
