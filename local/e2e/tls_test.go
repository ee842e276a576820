package e2e

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"

	"github.com/throughline-dev/throughline/config"
	"github.com/throughline-dev/throughline/local/stack"
	"github.com/throughline-dev/throughline/workers/process"
	"github.com/throughline-dev/throughline/workflows/lead"
)

// issued is a certificate with its key, for "temporal.test", signed by another; by itself where that is nil.
func issued(t *testing.T, by *tls.Certificate) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	cert := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "temporal.test"}, DNSNames: []string{"temporal.test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: by == nil, BasicConstraintsValid: true,
	}
	parent, signer := cert, any(key)
	if by != nil {
		parent, signer = by.Leaf, by.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, cert, parent, &key.PublicKey, signer)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// front is TLS in front of a Temporal that has none. It wants a client certificate, as Temporal Cloud does.
type front struct {
	net.Listener
	mu    sync.Mutex
	conf  *tls.Config
	conns []net.Conn
}

func newFront(t *testing.T, address string) *front {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	f := &front{Listener: l}
	t.Cleanup(func() { _ = l.Close(); f.trust(nil) })
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			f.mu.Lock()
			in = tls.Server(in, f.conf)
			out, err := net.Dial("tcp", address)
			if err == nil {
				f.conns = append(f.conns, in, out)
				go func() { _, _ = io.Copy(out, in); _ = out.Close() }()
				go func() { _, _ = io.Copy(in, out); _ = in.Close() }()
			}
			f.mu.Unlock()
		}
	}()
	return f
}

// trust makes it have, and trust, only certificates of a new CA. All connections end.
func (f *front) trust(conf *tls.Config) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.conf = conf
	for _, c := range f.conns {
		_ = c.Close()
	}
	f.conns = nil
}

// A worker reaches Temporal by TLS, with files of certificates all of which are replaced while a lead waits: the CA's, its own, and
// its key. It goes on without a restart.
func TestAWorkerOutlivesItsCertificates(t *testing.T) {
	s := start(t, stack.Options{NoWorkers: true})
	f, dir := newFront(t, s.Temporal), t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	write := func(name, kind string, der []byte) {
		require.NoError(t, os.WriteFile(file(name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
	}
	renew := func() {
		ca := issued(t, nil)
		mine, clients := issued(t, ca), x509.NewCertPool()
		key, err := x509.MarshalPKCS8PrivateKey(mine.PrivateKey)
		require.NoError(t, err)
		write("ca.pem", "CERTIFICATE", ca.Certificate[0])
		write("cert.pem", "CERTIFICATE", mine.Certificate[0])
		write("key.pem", "PRIVATE KEY", key)
		clients.AddCert(ca.Leaf)
		f.trust(&tls.Config{
			Certificates: []tls.Certificate{*issued(t, ca)}, NextProtos: []string{"h2"}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients,
		})
	}
	renew()
	for name, value := range map[string]string{
		"TEMPORAL_ADDRESS": f.Addr().String(), "TEMPORAL_NAMESPACE": s.Namespace, "TEMPORAL_TLS_SERVER_NAME": "temporal.test",
		"TEMPORAL_TLS_SERVER_CA_CERT_PATH": file("ca.pem"), "TEMPORAL_TLS_CLIENT_CERT_PATH": file("cert.pem"), "TEMPORAL_TLS_CLIENT_KEY_PATH": file("key.pem"),
	} {
		t.Setenv(name, value)
	}
	logger := slog.New(slog.DiscardHandler)
	c, err := config.Dial(within(t, patience), s.Config, client.Options{Logger: log.NewStructuredLogger(logger)})
	require.NoError(t, err)
	defer c.Close()
	p, err := process.New(process.Options{Client: c, Namespace: s.Namespace, Live: config.NewLive(s.Config), Logger: logger})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()

	id := s.send(t, fields{"name": "Ada Brandt", "email": "ada@renewed.example", "company": "Renewed", "country": "DE"})
	card := s.card(t, id)
	renew()
	s.contact(t, card)
	require.Equal(t, lead.Contacted, s.result(t, id).Ending)
	s.requireWhole(t, id)
	stop()
	require.NoError(t, <-ended)
	require.NoError(t, s.Stop())
}
