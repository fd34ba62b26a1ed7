package alibaba

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"
)

// Key is what a call is signed with. It never prints its secrets.
type Key struct {
	ID     string
	Secret string
	Token  string // of a temporary key; empty else
	Bearer string // instead of the others
	Source string // where it came from, for the service's log
}

// Format implements fmt.Formatter: every verb shows the source and nothing else.
func (k Key) Format(s fmt.State, _ rune) { _, _ = fmt.Fprintf(s, "key from %q", k.Source) }

// Credentials hand out the key for a call. They are asked at each call, so they should remember a
// key for as long as it is good. They are safe for concurrent use, and their errors name the source
// and the remedy, never contents.
type Credentials interface {
	Key(ctx context.Context) (Key, error)
}

// StaticCredentials always give the same key.
func StaticCredentials(k Key) Credentials { return static{k} }

type static struct{ key Key }

func (s static) Key(context.Context) (Key, error) { return s.key, nil }

// DefaultTokenFile is where a managed cluster mounts the token of an add-on.
const DefaultTokenFile = "/var/addon/token-config" //nolint:gosec // a path, no secret

// CredentialsOptions say where NewCredentials looks. The zero value is right for production.
type CredentialsOptions struct {
	TokenFile string           // empty: DefaultTokenFile
	Now       func() time.Time // nil: time.Now
}

// NewCredentials gives the add-on's token if its file is there, else a key of the SDK's default
// chain: environment, OIDC token, CLI profile, credentials file, RAM role of the instance. A token
// file that is there and cannot be used is an error: falling back would act as somebody else.
func NewCredentials(o CredentialsOptions) Credentials {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &chain{
		addon: &tokenFile{path: cmp.Or(o.TokenFile, DefaultTokenFile), now: o.Now},
		sdk:   &sdkChain{},
	}
}

type chain struct {
	addon *tokenFile
	sdk   *sdkChain
}

// Key implements Credentials.
func (c *chain) Key(ctx context.Context) (Key, error) {
	key, err := c.addon.Key(ctx)
	if errors.Is(err, fs.ErrNotExist) {
		key, err = c.sdk.Key(ctx)
		if err != nil {
			return Key{}, fmt.Errorf("no credentials: neither the add-on token %q nor the SDK's default chain has any; "+
				"mount the token, set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, "+
				"or attach a RAM role", c.addon.path)
		}
	}
	return key, err
}

// sdkChain is the SDK's default chain. That chain is not safe for concurrent use, and after a
// failure of all its sources asks the last one only, so it is guarded, and made anew then.
type sdkChain struct {
	mu    sync.Mutex
	chain *credentials.DefaultCredentialsProvider
}

// Key implements Credentials. The chain's own error is dropped: some of its sources quote whole
// files and answers, secrets included.
func (s *sdkChain) Key(context.Context) (Key, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.chain == nil {
		s.chain = credentials.NewDefaultCredentialsProvider()
	}
	cc, err := s.chain.GetCredentials()
	if err != nil || cc == nil {
		s.chain = nil
		return Key{}, errors.New("the SDK's default chain has no credentials")
	}
	return Key{
		ID: cc.AccessKeyId, Secret: cc.AccessKeySecret, Token: cc.SecurityToken,
		Bearer: cc.BearerToken, Source: cc.ProviderName,
	}, nil
}

// signingKey is a Key in the shape that the SDK's signer asks for.
type signingKey struct{ key Key }

// GetCredentials implements the SDK's CredentialsProvider.
func (s signingKey) GetCredentials() (*credentials.Credentials, error) {
	return &credentials.Credentials{
		AccessKeyId: s.key.ID, AccessKeySecret: s.key.Secret, SecurityToken: s.key.Token,
		BearerToken: s.key.Bearer, ProviderName: s.key.Source,
	}, nil
}

// GetProviderName implements the SDK's CredentialsProvider.
func (s signingKey) GetProviderName() string { return s.key.Source }
