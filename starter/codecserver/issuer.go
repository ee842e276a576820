package codecserver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// issuerTimeout is for one request to the provider.
const issuerTimeout = 10 * time.Second

// issuer is an OpenID Connect provider. It is asked for its keys when the first token comes, so that it needn't be there when we
// start.
type issuer struct {
	address, audience string
	client            *http.Client

	mu       sync.Mutex
	verifier *oidc.IDTokenVerifier // nil until the provider has answered
}

func newIssuer(address, audience string) *issuer {
	return &issuer{address: address, audience: audience, client: &http.Client{Timeout: issuerTimeout}}
}

// awayError is the error where nobody can tell whether a token is good.
type awayError struct{ err error }

func (e *awayError) Error() string {
	return fmt.Sprintf("the token can't be checked, since starter.codec.issuer doesn't answer as an OpenID Connect provider (%s): try again later", e.err)
}

// verify checks a token: that the provider has signed it, for our audience, and that it is still good.
func (i *issuer) verify(ctx context.Context, token string) error {
	verifier, err := i.ready()
	if err != nil {
		return &awayError{err}
	}
	_, err = verifier.Verify(ctx, token)
	expired, old := errors.AsType[*oidc.TokenExpiredError](err)
	switch {
	case err == nil:
		return nil
	case old:
		return fmt.Errorf("the token expired at %s: sign in to Temporal Web again", expired.Expiry.UTC().Format(time.RFC3339))
	case strings.Contains(err.Error(), "fetching keys"):
		return &awayError{err}
	}
	return fmt.Errorf("the token is none that %s has issued for %q (%w)", i.address, i.audience, err)
}

func (i *issuer) ready() (*oidc.IDTokenVerifier, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.verifier == nil {
		// It keeps this context for when it asks for keys again, so it may not be that of a request.
		p, err := oidc.NewProvider(oidc.ClientContext(context.Background(), i.client), i.address)
		if err != nil {
			return nil, err
		}
		i.verifier = p.Verifier(&oidc.Config{ClientID: i.audience})
	}
	return i.verifier, nil
}
