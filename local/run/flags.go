package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/local/stack"
)

// The policies: how long the handbook's hours take.
const (
	policyDemo    = "demo"    // two days are a minute
	policyDefault = "default" // two days are two days
)

// flags are what the command line says.
type flags struct {
	stack.Options
	policy string
	home   string // the folder where nothing else is said
	parent int
	auto   autoFlags
}

func newCommand() (*cobra.Command, *flags) {
	f := &flags{}
	cmd := &cobra.Command{
		Use:   "local",
		Short: "The whole of Throughline on this machine",
		Long: `The whole of Throughline on this machine: Temporal with Temporal Web, the workers, the door
for leads, proposals, returns and clicks, and the outside world as a sandbox. Everything is kept in
one folder, and goes on at the next start where it stopped.

With --auto it plays a set of cases unattended instead: it sends leads, proposals and returns through
the door, clicks, answers e-mails, takes parcels in and works in the CRM for the people, has vendors
fail, prints what happened to each case, and exits with 0 only if each ended as expected with each
effect counted once, after about a minute and a half. Progress goes to standard error. It plays on a
system of its own, on free ports and without a trace, so that one that is up isn't disturbed; with
--dir what happened is kept in that folder, and with --door and --sandbox it plays on a system that
is up, by the same handbook: there, a parcel that never comes takes as long as that one waits for it.`,
		Example: `  go run ./local
  go run ./local --auto
  go run ./local --auto --only return
  go run ./local --auto --door http://127.0.0.1:8080 --sandbox http://127.0.0.1:8090
  go run ./local --policy default --config handbook.yaml
  go run ./local --address localhost:7233`,
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := f.options(cmd.Flags().Changed)
			if err != nil {
				return err
			}
			ctx, cancel := withParent(cmd.Context(), f.parent)
			defer cancel()
			if f.auto.play {
				return f.auto.run(ctx, o, cmd.OutOrStdout(), cmd.ErrOrStderr())
			}
			return run(ctx, o, cmd.OutOrStdout())
		},
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		return fmt.Errorf("%w; --help has the flags", err)
	})
	// The ports stand at the end of the help, in their own order.
	set, p := cmd.Flags(), &f.Ports
	set.SortFlags = false
	f.auto.register(cmd)
	set.BoolVar(&f.Fresh, "fresh", false, "begin anew: delete what an earlier start left in the folder, and nothing else")
	set.StringArrayVar(&f.Config, "config", nil, "a configuration `file`; repeat it to lay further ones over the first (default: config/config.yaml)")
	set.StringVar(&f.policy, "policy", policyDemo, "\"demo\" lays config/demo.yaml over the handbook, which makes two days a minute; \"default\"\ndoesn't, and is the default where --config is given")
	set.StringVar(&f.Address, "address", "", "`host:port` of a Temporal that is already there (default: TEMPORAL_ADDRESS, else one is started)")
	set.StringVar(&f.Namespace, "namespace", "", "Temporal's namespace (default: TEMPORAL_NAMESPACE, else the configuration)")
	set.StringVar(&f.Dir, "dir", "", "the `folder` where everything is kept (default: .throughline beside go.work; with --auto: none)")
	set.StringVar(&f.home, "home", ".throughline", "")
	set.IntVar(&p.Door, "port-door", stack.DefaultPorts.Door, "the door's port; 0 is a free one, as below")
	set.IntVar(&p.Sandbox, "port-sandbox", stack.DefaultPorts.Sandbox, "the sandbox's port: website, Slack, mailbox, CRM, signatures, projects, invoices, shop")
	set.IntVar(&p.Temporal, "port-temporal", stack.DefaultPorts.Temporal, "Temporal's port")
	set.IntVar(&p.Web, "port-web", stack.DefaultPorts.Web, "Temporal Web's port")
	set.IntVar(&p.Health, "port-health", stack.DefaultPorts.Health, "the port of health and metrics")
	set.IntVar(&f.parent, "parent", 0, "")
	for _, flag := range []string{"home", "parent"} { // between the launcher and the program
		_ = set.MarkHidden(flag)
	}
	return cmd, f
}

// options completes the options by the environment and the policy; given says which flags stand on the command line.
func (f *flags) options(given func(flag string) bool) (stack.Options, error) {
	o := f.Options
	if err := f.auto.check(); err != nil {
		return o, err
	}
	o.Web = true
	if !given("dir") {
		o.Dir = f.home
	}
	o.Address = cmp.Or(o.Address, os.Getenv("TEMPORAL_ADDRESS"))
	o.Namespace = cmp.Or(o.Namespace, os.Getenv("TEMPORAL_NAMESPACE"))
	for flag, port := range map[string]int{
		"door": o.Ports.Door, "sandbox": o.Ports.Sandbox, "temporal": o.Ports.Temporal, "web": o.Ports.Web, "health": o.Ports.Health,
	} {
		if port < 0 || port > 65535 {
			return o, fmt.Errorf("--port-%s %d: a port is a number from 1 to 65535, or 0 for a free one", flag, port)
		}
	}
	own := len(o.Config) > 0
	if !own {
		o.Config = []string{config.Default}
	}
	switch f.policy {
	case policyDemo:
		if !own || given("policy") {
			o.Config = append(slices.Clone(o.Config), config.Demo)
		}
	case policyDefault:
	default:
		return o, fmt.Errorf("--policy %q: choose from %s and %s", f.policy, policyDemo, policyDefault)
	}
	if f.auto.play {
		o = f.auto.options(o, given)
	}
	return o, nil
}
