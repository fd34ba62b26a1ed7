package ingress

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/slb-ingress/slb-ingress-controller/cloud/alibaba"
	"github.com/slb-ingress/slb-ingress-controller/hack/sim/plan"
)

// oidcChild marks the process that TestOIDCTokenInNoSink starts.
const oidcChild = "SIM_OIDC_CHILD"

// lateKeys ask the chain of the program a few times, and then those that have the key.
type lateKeys struct {
	chain, then alibaba.Credentials
	left        int
}

func (k *lateKeys) Key(ctx context.Context) (alibaba.Key, error) {
	k.left--
	if k.left >= 0 {
		return k.chain.Key(ctx)
	}
	return k.then.Key(ctx)
}

// TestOIDCTokenInNoSink: while no role can be had for the controller's OIDC token, nothing that it
// logs, tells, records or counts has the token. It runs in a process whose environment says that
// there is one, and that the service which takes it is behind a proxy that does not answer.
func TestOIDCTokenInNoSink(t *testing.T) {
	t.Parallel()
	if os.Getenv(oidcChild) != "" {
		waitForKeys(t)
		return
	}
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(canaryOIDC), 0o600); err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestOIDCTokenInNoSink$", "-test.v")
	child.Env = []string{
		oidcChild + "=1", "DEBUG=sdk", "HOME=" + t.TempDir(), "HTTPS_PROXY=http://127.0.0.1:1",
		"ALIBABA_CLOUD_ECS_METADATA_DISABLED=true", "ALIBABA_CLOUD_OIDC_TOKEN_FILE=" + file,
		"ALIBABA_CLOUD_OIDC_PROVIDER_ARN=acs:ram::1:oidc-provider/p", "ALIBABA_CLOUD_ROLE_ARN=acs:ram::1:role/r",
	}
	out, err := child.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	secrets, err := canaries()
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range secrets.Search("what was printed", string(out)) {
		t.Error(found)
	}
}

// waitForKeys is a run in which there is no key at first; the run's own search looks at its sinks.
func waitForKeys(t *testing.T) {
	chain := alibaba.NewCredentials(alibaba.CredentialsOptions{TokenFile: filepath.Join(t.TempDir(), "none")})
	late := func(w *setup) {
		w.keys = func(then alibaba.Credentials) alibaba.Credentials {
			return &lateKeys{chain: chain, then: then, left: 3}
		}
	}
	synctest.Test(t, func(t *testing.T) {
		var refused bool
		story := func(s *sim) {
			httpsCreate(s)
			s.rest()
			refused = strings.Contains(s.world.setup.log.String(), "no credentials: ")
		}
		s := &sim{reached: map[plan.Site]int{}, acted: map[int]bool{}, only: &scenario{story: story, edits: []func(*setup){late}}}
		s.judged.TB = t
		defer s.leave()
		for _, v := range s.play("").wrong {
			t.Errorf("%s: %s", v.oracle, v.text)
		}
		if !refused {
			t.Error("no call was refused for want of a key")
		}
	})
}
