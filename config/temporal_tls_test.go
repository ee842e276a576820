package config

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
)

// authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  string
}

func newAuthority(t *testing.T) *authority {
	a := &authority{}
	a.key, a.cert, a.pem = sign(t, nil, &x509.Certificate{Subject: pkix.Name{CommonName: "Test CA"}, IsCA: true, BasicConstraintsValid: true})
	return a
}

// sign makes a key and a certificate for it, good for an hour unless it says otherwise; the certificate signs itself without a CA.
func sign(t *testing.T, by *authority, c *x509.Certificate) (*ecdsa.PrivateKey, *x509.Certificate, string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	c.SerialNumber, err = rand.Int(rand.Reader, big.NewInt(1<<62))
	require.NoError(t, err)
	if c.NotAfter.IsZero() {
		c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	}
	parent, parentKey := c, key
	if by != nil {
		parent, parentKey = by.cert, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, parentKey)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return key, cert, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func keyPEM(t *testing.T, key *ecdsa.PrivateKey) string {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// client is a client's certificate and key, as PEM.
func (a *authority) client(t *testing.T, name string) (cert, key string) {
	k, _, cert := sign(t, a, &x509.Certificate{Subject: pkix.Name{CommonName: name}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	return cert, keyPEM(t, k)
}

// server is a server's certificate, for the names.
func (a *authority) server(t *testing.T, names ...string) tls.Certificate {
	k, c, _ := sign(t, a, &x509.Certificate{DNSNames: names, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})
	return tls.Certificate{Certificate: [][]byte{c.Raw}, PrivateKey: k, Leaf: c}
}

// frontend is as much of a Temporal as is asked when a client connects. It notes who connects.
type frontend struct {
	address string
	mu      sync.Mutex
	who     []string // the names in the clients' certificates
	keys    []string // the API keys
	conns   []net.Conn
	refuse  error
}

// Accept notes connections, so that they can be cut.
type listener struct {
	net.Listener
	f *frontend
}

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		l.f.mu.Lock()
		defer l.f.mu.Unlock()
		l.f.conns = append(l.f.conns, c)
	}
	return c, err
}

// serveTemporal serves a Temporal with one namespace, "default"; by TLS where conf isn't nil.
func serveTemporal(t *testing.T, conf *tls.Config) *frontend {
	f := &frontend{}
	opts := []grpc.ServerOption{grpc.UnaryInterceptor(f.serve)}
	if conf != nil {
		opts = append(opts, grpc.Creds(credentials.NewTLS(conf)))
	}
	g := grpc.NewServer(opts...)
	workflowservice.RegisterWorkflowServiceServer(g, workflowservice.UnimplementedWorkflowServiceServer{})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	f.address = l.Addr().String()
	go func() { _ = g.Serve(listener{l, f}) }()
	t.Cleanup(g.Stop)
	return f
}

func (f *frontend) serve(ctx context.Context, req any, info *grpc.UnaryServerInfo, _ grpc.UnaryHandler) (any, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if p, ok := peer.FromContext(ctx); ok {
		if i, ok := p.AuthInfo.(credentials.TLSInfo); ok && len(i.State.PeerCertificates) > 0 {
			f.who = append(f.who, i.State.PeerCertificates[0].Subject.CommonName)
		}
	}
	if md, ok := metadata.FromIncomingContext(ctx); ok {
		f.keys = append(f.keys, md.Get("authorization")...)
	}
	if f.refuse != nil {
		return nil, serviceerror.ToStatus(f.refuse).Err()
	}
	switch path.Base(info.FullMethod) {
	case "GetSystemInfo":
		return &workflowservice.GetSystemInfoResponse{}, nil
	case "DescribeNamespace":
		if name := req.(*workflowservice.DescribeNamespaceRequest).Namespace; name != "default" {
			return nil, serviceerror.ToStatus(serviceerror.NewNamespaceNotFound(name)).Err()
		}
	}
	return &workflowservice.DescribeNamespaceResponse{}, nil
}

// cut ends all connections, upon which clients make new ones.
func (f *frontend) cut() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.conns {
		_ = c.Close()
	}
	f.conns = nil
}

func (f *frontend) last(of *[]string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(*of) == 0 {
		return ""
	}
	return (*of)[len(*of)-1]
}

// dials dials in an environment, in which what isn't given is as a right one has it.
func dials(t *testing.T, f *frontend, env envMap) (client.Client, error) {
	if _, ok := env["TEMPORAL_CONFIG_FILE"]; !ok {
		env["TEMPORAL_CONFIG_FILE"] = filepath.Join(t.TempDir(), "none.toml")
	}
	c, err := dial(t.Context(), &Config{Temporal: Temporal{Address: f.address, Namespace: "default"}}, client.Options{}, env, true)
	if err == nil {
		t.Cleanup(c.Close)
	}
	return c, err
}

func TestCertificatesAndKeysAreUsedAndRenewedWhileTheProgramRuns(t *testing.T) {
	ca := newAuthority(t)
	clients := x509.NewCertPool()
	clients.AddCert(ca.cert)
	f := serveTemporal(t, &tls.Config{Certificates: []tls.Certificate{ca.server(t, "temporal.test")}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients})
	cert, key := ca.client(t, "first")
	certFile, keyFile, caFile := written(t, "cert.pem", cert), written(t, "key.pem", key), written(t, "ca.pem", ca.pem)
	apiKey := written(t, "api-key", "key-1\n")
	profile := written(t, "temporal.toml", `
[profile.default]
namespace = "default"
[profile.default.tls]
server_name = "temporal.test"
client_cert_path = "`+certFile+`"
client_key_path = "`+keyFile+`"
server_ca_cert_path = "`+caFile+`"
`)
	c, err := dials(t, f, envMap{"TEMPORAL_CONFIG_FILE": profile, "TEMPORAL_API_KEY_FILE": apiKey})
	require.NoError(t, err)
	assert.Equal(t, "first", f.last(&f.who))
	assert.Equal(t, "Bearer key-1", f.last(&f.keys))

	ask := func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err := c.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: "default"})
		return err == nil
	}
	replace := func(path, text string) { require.NoError(t, os.WriteFile(path, []byte(text), 0o600)) }

	cert, key = ca.client(t, "second")
	replace(certFile, cert)
	replace(keyFile, key)
	replace(apiKey, "key-2")
	require.True(t, ask())
	assert.Equal(t, "first", f.last(&f.who), "a connection lasts with the certificate that it began with")
	assert.Equal(t, "Bearer key-2", f.last(&f.keys))
	f.cut()
	require.Eventually(t, ask, 20*time.Second, 20*time.Millisecond)
	assert.Equal(t, "second", f.last(&f.who))

	// Half of a renewal, and files that are gone, change nothing until all of them are good again.
	cert, key = ca.client(t, "third")
	replace(certFile, cert)
	replace(apiKey, "")
	require.NoError(t, os.Remove(caFile))
	f.cut()
	require.Eventually(t, ask, 20*time.Second, 20*time.Millisecond)
	assert.Equal(t, "second", f.last(&f.who))
	assert.Equal(t, "Bearer key-2", f.last(&f.keys))
	replace(keyFile, key)
	replace(caFile, ca.pem)
	f.cut()
	require.Eventually(t, func() bool { return ask() && f.last(&f.who) == "third" }, 20*time.Second, 20*time.Millisecond)
}

func TestEachWayToGetTLSWrongIsNamedWithItsSettingAndTheFix(t *testing.T) {
	ca := newAuthority(t)
	cert, key := ca.client(t, "me")
	_, otherKey := ca.client(t, "me")
	certFile, keyFile := written(t, "cert.pem", cert), written(t, "key.pem", key)
	garbage := written(t, "garbage.pem", "hello")
	oldKey, _, oldCert := sign(t, ca, &x509.Certificate{NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: time.Now().Add(-time.Hour)})
	newKey, _, newCert := sign(t, ca, &x509.Certificate{NotBefore: time.Now().Add(time.Hour), NotAfter: time.Now().Add(2 * time.Hour)})
	missing := filepath.Join(t.TempDir(), "missing.pem")
	profile := written(t, "temporal.toml", "[profile.default]\n[profile.default.tls]\nclient_cert_path = '"+missing+"'\n")

	for problem, env := range map[string]envMap{
		`TEMPORAL_TLS_CLIENT_CERT_PATH: can't read "` + missing + `": no such file or directory`:     {envCert: missing, envKey: keyFile},
		`TEMPORAL_TLS_CLIENT_KEY_PATH: can't read "` + missing + `": no such file or directory`:      {envCert: certFile, envKey: missing},
		`TEMPORAL_TLS_SERVER_CA_CERT_PATH: can't read "` + missing + `": no such file or directory`:  {envCA: missing},
		`tls.client_cert_path of profile "default" in ` + profile + `: can't read "` + missing + `"`: {envConfigFile: profile},
		`TEMPORAL_TLS_SERVER_CA_CERT_PATH: "` + garbage + `" has no certificate in it`:               {envCA: garbage},
		`TEMPORAL_TLS_CLIENT_CERT_PATH: "` + garbage + `" has no certificate in it`:                  {envCert: garbage, envKey: keyFile},
		`TEMPORAL_TLS_CLIENT_KEY_PATH: "` + garbage + `" has no key in it that can be used`:          {envCert: certFile, envKey: garbage},
		`has a certificate, and its key is missing: set TEMPORAL_TLS_CLIENT_KEY_PATH`:                {envCert: certFile},
		`has a key, and its certificate is missing: set TEMPORAL_TLS_CLIENT_CERT_PATH`:               {envKey: keyFile},
		`isn't the key of the certificate in TEMPORAL_TLS_CLIENT_CERT_PATH: "` + certFile + `"`:      {envCert: certFile, envKey: written(t, "other.pem", otherKey)},
		`isn't the key of the certificate in TEMPORAL_TLS_CLIENT_CERT_DATA`:                          {envCertData: cert, envKeyData: otherKey},
		`TEMPORAL_TLS_CLIENT_CERT_PATH is set, and so is TEMPORAL_TLS_CLIENT_CERT_DATA: keep one`:    {envCert: certFile, envCertData: cert, envKey: keyFile},
		`expired at `:         {envCertData: oldCert, envKeyData: keyPEM(t, oldKey)},
		`isn't valid before `: {envCertData: newCert, envKeyData: keyPEM(t, newKey)},
		`TEMPORAL_TLS switches TLS off, and an API key would then be sent in clear`:      {envTLS: "false", envAPIKey: "k"},
		`TEMPORAL_TLS switches TLS off, and a client certificate is for nothing then`:    {envTLS: "0", envCert: certFile, envKey: keyFile},
		`TEMPORAL_TLS: "yes" is neither true nor false`:                                  {envTLS: "yes"},
		`TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: "on" is neither true nor false`:         {envAnyHost: "on"},
		`TEMPORAL_API_KEY_FILE: can't read "` + missing + `": no such file or directory`: {envAPIKeyFile: missing},
		`is empty: the API key goes there, on one line`:                                  {envAPIKeyFile: written(t, "empty", "\n")},
		`TEMPORAL_API_KEY is set, and so is TEMPORAL_API_KEY_FILE: keep one`:             {envAPIKey: "k", envAPIKeyFile: garbage},
		`TEMPORAL_API_KEY has a space, a line break or another character`:                {envAPIKey: "a b"},
	} {
		if _, ok := env[envConfigFile]; !ok {
			env[envConfigFile] = missing
		}
		_, _, err := connecting(Temporal{Address: "a:1"}, client.Options{}, env)
		assert.ErrorContains(t, err, problem)
	}
}

func TestEachWayInWhichAServerAndWeDisagreeIsToldWithTheFix(t *testing.T) {
	t.Parallel()
	ca, other := newAuthority(t), newAuthority(t)
	caFile := written(t, "ca.pem", ca.pem)
	clients := x509.NewCertPool()
	clients.AddCert(ca.cert)
	named := ca.server(t, "temporal.test", "also.test")
	k, c, _ := sign(t, ca, &x509.Certificate{DNSNames: []string{"temporal.test"}, NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: time.Now().Add(-time.Hour)})
	forNobody := ca.server(t)
	ipKey, ipCert, _ := sign(t, ca, &x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})
	byAddress := tls.Certificate{Certificate: [][]byte{ipCert.Raw}, PrivateKey: ipKey}
	expired := tls.Certificate{Certificate: [][]byte{c.Raw}, PrivateKey: k}
	foreignCert, foreignKey := other.client(t, "stranger")

	open, wanting := &tls.Config{Certificates: []tls.Certificate{named}}, &tls.Config{
		Certificates: []tls.Certificate{named}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients,
	}
	trusting := func(more envMap) envMap {
		env := envMap{envCA: caFile, envServerName: "temporal.test"}
		for name, value := range more {
			env[name] = value
		}
		return env
	}
	for name, one := range map[string]struct {
		server *tls.Config
		env    envMap
		refuse error
		says   string
	}{
		"a CA that we don't know": {open, envMap{envServerName: "temporal.test", envTLS: "true"}, nil,
			`by TLS as temporal.test, has a certificate that nobody whom we trust has signed, issued by "CN=Test CA": set TEMPORAL_TLS_SERVER_CA_CERT_PATH to the certificate of its CA`},
		"another name": {open, envMap{envCA: caFile, envServerName: "wrong.test"}, nil,
			`has a certificate that isn't for "wrong.test": set TEMPORAL_TLS_SERVER_NAME to a name that it is for (temporal.test, also.test)`},
		"a name, and a certificate for an address": {&tls.Config{Certificates: []tls.Certificate{byAddress}}, trusting(nil), nil,
			"set TEMPORAL_TLS_SERVER_NAME to a name that it is for (127.0.0.1)"},
		"a certificate for nobody": {&tls.Config{Certificates: []tls.Certificate{forNobody}}, trusting(nil), nil,
			"set TEMPORAL_TLS_SERVER_NAME to a name that it is for (it says none)"},
		"a server's certificate that expired": {&tls.Config{Certificates: []tls.Certificate{expired}}, trusting(nil), nil,
			"has a certificate that has expired, or isn't valid yet"},
		"a server without TLS":              {nil, trusting(nil), nil, "doesn't speak TLS: set TEMPORAL_TLS=false, or check the port"},
		"a server with TLS, and we without": {open, envMap{}, nil, "without TLS, closes connections that begin without TLS: set TEMPORAL_TLS=true"},
		"no client certificate":             {wanting, trusting(nil), nil, "by TLS as temporal.test, wants a client certificate, it seems ("},
		"a client certificate of another CA": {wanting, trusting(envMap{envCertData: foreignCert, envKeyData: foreignKey}), nil,
			"by TLS as temporal.test with a client certificate, doesn't take our client certificate, it seems ("},
		"another namespace": {open, trusting(envMap{envNamespace: "defualt"}), nil,
			`has no namespace "defualt" (TEMPORAL_NAMESPACE): name another one by TEMPORAL_NAMESPACE or temporal.namespace, or make this one with ` + "`starter setup`"},
		"an API key that isn't good": {open, trusting(envMap{envAPIKey: "wrong"}), serviceerror.NewPermissionDenied("Request unauthorized.", ""),
			"by TLS as temporal.test with an API key, refuses us (Request unauthorized.): check TEMPORAL_API_KEY (or TEMPORAL_API_KEY_FILE)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := serveTemporal(t, one.server)
			f.refuse = one.refuse
			_, err := dials(t, f, one.env)
			require.ErrorContains(t, err, "Temporal at "+f.address+" (temporal.address), ")
			assert.ErrorContains(t, err, one.says)
		})
	}
}
