package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/local/stack"
)

// defaultTemporal is where the starter looks for Temporal where nothing else is said.
const defaultTemporal = "127.0.0.1:7233"

// printAddresses says where to look, in the order in which somebody who is new would.
func printAddresses(out io.Writer, s *stack.Stack, o stack.Options, took time.Duration) {
	fmt.Fprintf(out, "Throughline is up, after %s.\n\n", took.Round(100*time.Millisecond))
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	line := func(what, where, hint string) { fmt.Fprintf(w, "  %s\t%s\t%s\n", what, where, hint) }
	line("The website's form", s.Sandbox+"/website", "send a lead")
	line("Slack", s.Sandbox+"/slack", "people's cards; click them")
	line("The mailbox", s.Sandbox+"/mail", "what leads, clients, customers and our own people got")
	line("The CRM", s.Sandbox+"/crm", "the records, and customers' tickets")
	line("Signatures", s.Sandbox+"/sign", "sign a proposal, or decline to")
	line("Projects", s.Sandbox+"/projects", "what a signed one becomes")
	line("Invoices", s.Sandbox+"/billing", "and what it costs; payments, and what goes back of them")
	line("The shop", s.Sandbox+"/shop", "orders; return something on an order's page")
	if s.Web != "" {
		line("Temporal Web", s.Web+"/namespaces/"+s.Namespace+"/workflows", "the run of each case")
	} else {
		line("Temporal", s.Temporal, "namespace "+s.Namespace)
	}
	line("For programs", s.Door+"/leads", "POST a lead, as JSON or as a form; a proposal to /proposals, a return to /returns")
	w.Flush()
	at := ""
	if s.Temporal != defaultTemporal {
		at = " --address " + s.Temporal
	}
	fmt.Fprintf(out, `
A proposal and a return to try, from another terminal in the same folder:
  go run ./starter proposal --file docs/examples/proposal.json --notes docs/examples/call.md%[1]s
  go run ./starter return --file docs/examples/return.json%[1]s
What waits for people:
  go run ./starter tasks%[1]s

`, at)
	if slices.Contains(o.Config, config.Demo) {
		fmt.Fprintln(out, "Two days pass in a minute here (--policy default for the real ones).")
	}
	if o.Dir != "" {
		dir, err := filepath.Abs(o.Dir)
		if err != nil {
			dir = o.Dir
		}
		fmt.Fprintf(out, "Everything is kept in %s, also the log. ", dir)
	}
	fmt.Fprintln(out, "Ctrl-C stops it.")
}
