package stack

import (
	uiserver "github.com/temporalio/ui-server/v2/server"
	uiconfig "github.com/temporalio/ui-server/v2/server/config"
	uioptions "github.com/temporalio/ui-server/v2/server/server_options"
)

// startWeb starts Temporal Web on a port that is free.
func (t *Temporal) startWeb(port int) {
	t.ui = uiserver.NewServer(uioptions.WithConfigProvider(&uiconfig.Config{
		Host:                loopback,
		Port:                port,
		TemporalGRPCAddress: t.address,
		DefaultNamespace:    t.namespace,
		EnableUI:            true,
		CORS:                uiconfig.CORS{CookieInsecure: true}, // it is plain HTTP on this machine
		DisableNewsFetch:    true,
		HideLogs:            true,
	}))
	t.web = "http://" + hostPort(port)
	go t.ui.Start() //nolint:errcheck // it never returns one: where it can't listen, it ends the process
}
