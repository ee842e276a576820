package main

import (
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/throughline-dev/throughline/sandbox"
	"github.com/throughline-dev/throughline/sandbox/client"
)

func TestTheVendorsKnowThePeopleOfTheHandbook(t *testing.T) {
	t.Parallel()
	var o sandbox.Options
	require.NoError(t, read("../../../config/config.yaml", &o))
	require.NotEmpty(t, o.Company)
	require.NotEmpty(t, o.Channels)
	require.NotEmpty(t, o.People)
	for _, p := range o.People {
		require.NotEmpty(t, p.ID)
		require.NotEmpty(t, p.Name)
		require.NotEmpty(t, p.Email)
	}
	require.Contains(t, o.People, sandbox.Person{
		ID: "maria", Name: "Maria Lopez", Email: "maria.lopez@northwind-robotics.example", Slack: "U0MARIA01", CRMOwner: "1011",
	})
	require.ErrorContains(t, read("nowhere.yaml", &o), "nowhere.yaml can't be read")
}

func TestAMistakeAtTheStartIsOneError(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	const handbook = "--handbook=../../../config/config.yaml"
	for want, args := range map[string][]string{
		"address already in use": {handbook, "--dir=", "--listen=" + taken.Addr().String()},
		file:                     {handbook, "--dir=" + file, "--listen=127.0.0.1:0"},
		"none.yaml":              {"--handbook=none.yaml"},
		"unexpected argument":    {"serve"},
	} {
		require.ErrorContains(t, run(t.Context(), args), want)
	}
}

func soon(t *testing.T, c <-chan error) error {
	t.Helper()
	select {
	case err := <-c:
		return err
	case <-time.After(30 * time.Second):
		t.Fatal("this took too long")
		return nil
	}
}

func TestAStopLetsGoOfCallersAndKeepsTheState(t *testing.T) {
	t.Parallel()
	o := sandbox.Options{Dir: t.TempDir()}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := "http://" + listener.Addr().String()
	served := make(chan error, 1)
	go func() { served <- serve(ctx, listener, o) }()

	c := client.New(address)
	_, err = c.Order(t.Context(), client.Fault{System: "pdl", Kind: client.Timeout, For: "1h"})
	require.NoError(t, err)
	held := make(chan error, 1)
	go func() {
		res, err := http.Get(address + "/pdl/v5/company/enrich")
		if err == nil {
			res.Body.Close()
		}
		held <- err
	}()
	require.Eventually(t, func() bool {
		faults, err := c.Faults(t.Context())
		return err == nil && faults[0].Hits == 1
	}, 10*time.Second, time.Millisecond)
	stop()
	require.NoError(t, soon(t, served))
	require.Error(t, soon(t, held))

	again, err := sandbox.New(o)
	require.NoError(t, err)
	defer again.Close()
	state, err := os.ReadFile(filepath.Join(o.Dir, "world.jsonl"))
	require.NoError(t, err)
	require.Contains(t, string(state), `"kind":"timeout"`)
}
