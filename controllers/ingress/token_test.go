package ingress

import (
	"regexp"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
)

func TestCreateToken(t *testing.T) {
	t.Parallel()
	base := func() loaded {
		return loaded{Snapshot: desired.Snapshot{
			Owner: cloud.Owner{Cluster: "c-1", Group: "class.slb.0"}, Config: defaultConfig(),
			Record: &v1alpha1.SLBInstance{ObjectMeta: metav1.ObjectMeta{UID: "uid"}},
		}}
	}
	token := func(edit func(*loaded)) string {
		in := base()
		edit(&in)
		return createToken(in, desired.Build(in.Snapshot).Stack, cloud.Observed{})
	}
	first := token(func(*loaded) {})
	if !regexp.MustCompile(`^[0-9a-f]{40}$`).MatchString(first) {
		t.Errorf("token: got %q, want 40 ASCII characters; the service takes 64", first)
	}
	if again := token(func(*loaded) {}); again != first {
		t.Errorf("a repeated attempt has another token: %q and %q", first, again)
	}
	for name, edit := range map[string]func(*loaded){
		"another cluster":       func(in *loaded) { in.Owner.Cluster = "c-2" },
		"another group":         func(in *loaded) { in.Owner.Group = "class.other.0" },
		"another record":        func(in *loaded) { in.Record.UID = "uid-2" },
		"the instance is gone":  func(in *loaded) { in.Record.Status.LoadBalancerID = "lb-gone" },
		"an instance was there": func(in *loaded) { in.Record.Status.CreateAttempts = 1 },
		"another address type":  func(in *loaded) { in.Config.Spec.AddressType = "intranet" },
		"another spec":          func(in *loaded) { in.Config.Spec.LoadBalancerSpec = "slb.s3.large" },
		"another vSwitch":       func(in *loaded) { in.Config.Spec.AddressType, in.Config.Spec.VSwitchID = "intranet", "vsw-1" },
		"another tag":           func(in *loaded) { in.Config.Spec.Tags = map[string]string{"team": "shop"} },
	} {
		if got := token(edit); got == first {
			t.Errorf("%s: the token is the same; the service would answer with the old instance or refuse", name)
		}
	}
	gone := token(func(in *loaded) { in.Record.Status.LoadBalancerID = "lb-gone" })
	counted := token(func(in *loaded) { in.Record.Status.CreateAttempts = 1 })
	if gone != counted {
		t.Error("the attempt that follows a loss has another token than its repetition")
	}
}
