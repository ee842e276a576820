// Command sandbox runs the outside world on this machine: the vendors' APIs and the people's side of them. See package sandbox.
//
//	go run ./sandbox/cmd/sandbox            with the people of config/config.yaml, and the starter at its usual address
//	go run ./sandbox/cmd/sandbox -h         all flags
//
// The credentials that it takes are those of the environment, under the names that the workers read them by
// (THROUGHLINE_SLACK_TOKEN and so on), else the sandbox's own.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/throughline-dev/throughline/sandbox"
)

// stopWithin is how long requests under way may take when the sandbox is told to stop.
const stopWithin = 5 * time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "sandbox:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("sandbox", flag.ContinueOnError)
	o := sandbox.Options{
		SlackToken:          os.Getenv("THROUGHLINE_SLACK_TOKEN"),
		SlackSigningSecret:  os.Getenv("THROUGHLINE_SLACK_SIGNING_SECRET"),
		SendGridKey:         os.Getenv("THROUGHLINE_SENDGRID_KEY"),
		HubSpotToken:        os.Getenv("THROUGHLINE_HUBSPOT_TOKEN"),
		HubSpotSecret:       os.Getenv("THROUGHLINE_HUBSPOT_SECRET"),
		PDLKey:              os.Getenv("THROUGHLINE_PEOPLEDATALABS_KEY"),
		DropboxSignKey:      os.Getenv("THROUGHLINE_DROPBOXSIGN_KEY"),
		AsanaToken:          os.Getenv("THROUGHLINE_ASANA_TOKEN"),
		StripeKey:           os.Getenv("THROUGHLINE_STRIPE_KEY"),
		StripeWebhookSecret: os.Getenv("THROUGHLINE_STRIPE_WEBHOOK_SECRET"),
		ShopifyToken:        os.Getenv("THROUGHLINE_SHOPIFY_TOKEN"),
		ShopifyClientSecret: os.Getenv("THROUGHLINE_SHOPIFY_CLIENT_SECRET"),
	}
	listen := flags.String("listen", "127.0.0.1:8090", "`address` to serve at")
	handbook := flags.String("handbook", "config/config.yaml", "`file` whose people, roles and company the vendors know")
	flags.StringVar(&o.Dir, "dir", ".throughline/sandbox", "`folder` for the state; empty keeps it in memory")
	flags.StringVar(&o.InteractionsURL, "interactions", "http://127.0.0.1:8080/slack/interactions", "`URL` that Slack's clicks are sent to")
	flags.StringVar(&o.LeadURL, "leads", "http://127.0.0.1:8080/leads", "`URL` that the website's form is sent to, as a browser reaches it")
	flags.StringVar(&o.HubSpotEventsURL, "hubspot-events", "http://127.0.0.1:8080/hubspot/events", "`URL` that HubSpot's events are sent to")
	flags.StringVar(&o.HubSpotSignedURL, "hubspot-signed", "", "`URL` that HubSpot signs, which begins with the starter's public_url (default: that of -hubspot-events)")
	flags.StringVar(&o.EventsURL, "events", "http://127.0.0.1:8080/sendgrid/events", "`URL` that SendGrid's events are sent to")
	flags.StringVar(&o.RepliesURL, "replies", "http://127.0.0.1:8080/sendgrid/replies", "`URL` that answers to e-mails are sent to")
	flags.StringVar(&o.SignEventsURL, "sign-events", "http://127.0.0.1:8080/dropboxsign/events", "`URL` that Dropbox Sign's events are sent to")
	flags.StringVar(&o.StripeEventsURL, "stripe-events", "http://127.0.0.1:8080/stripe/events", "`URL` that Stripe's events are sent to")
	flags.StringVar(&o.ReturnsURL, "returns", "http://127.0.0.1:8080/returns", "`URL` that the shop's return page is sent to")
	flags.BoolVar(&o.SampleOrders, "sample-orders", true, "whether a new shop begins with some orders")
	flags.IntVar(&o.ShopifyPoints, "shopify-points", 0, "how many `points` a second Shopify gives to its callers; 0 is no limit")
	flags.StringVar(&o.ReplyHost, "reply-host", sandbox.ReplyHost, "`host` whose mail is sent there")
	flags.StringVar(&o.PublicURL, "public-url", "", "`URL` at which the starter reaches the sandbox, where that isn't the address that a browser uses")
	flags.StringVar(&o.PagesURL, "pages-url", "http://127.0.0.1:8090", "`URL` at which a browser reaches the sandbox, for links to what is in it")
	flags.StringVar(&o.TemporalURL, "temporal", "", "`URL` of Temporal's web pages, for a link")
	flags.DurationVar(&o.Lag, "lag", 0, "how long the searches of HubSpot, Dropbox Sign, Stripe and Shopify, and SendGrid's e-mail activity, lag behind")
	flags.DurationVar(&o.EnrichDelay, "enrich-delay", 0, "how long People Data Labs takes")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if err := read(*handbook, &o); err != nil {
		return err
	}
	// First the address, then the state: two sandboxes can't have one address, and so never write to one folder.
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	return serve(ctx, listener, o)
}

func serve(ctx context.Context, listener net.Listener, o sandbox.Options) error {
	s, err := sandbox.New(o)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	server := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: 10 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return ctx }, // a stop lets go of callers whom a fault keeps waiting
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	keys := sandbox.Keys(o.SendGridKey)
	fmt.Printf("The sandbox is at http://%s\nThe starter checks what its SendGrid posts by\n  systems.sendgrid.event_key: %s\n  systems.sendgrid.reply_key: %s\n",
		listener.Addr(), keys.Events, keys.Replies)
	select {
	case err = <-ended:
	case <-ctx.Done():
		within, cancel := context.WithTimeout(context.Background(), stopWithin)
		defer cancel()
		err = server.Shutdown(within)
	}
	return errors.Join(err, s.Close())
}
