package ingress

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// cafeWith is the Ingress cafe with annotations.
func cafeWith(values map[annotations.Name]string) *networkingv1.Ingress {
	ing := ingressOf("cafe", route{"cafe.example", "/", "coffee"})
	ing.Annotations = map[string]string{}
	for name, value := range values {
		ing.Annotations[annotations.Prefix+string(name)] = value
	}
	return ing
}

// TestRefusedCreation: what only the service can judge of a new instance is asked for once, told to whoever
// asks for it by the annotation or field and the value, and asked for again when it says something else.
func TestRefusedCreation(t *testing.T) {
	t.Parallel()
	intranet := func(s *v1alpha1.SLBConfigSpec) {
		s.AddressType, s.VSwitchID = cloud.AddressIntranet, fakecloud.DefaultVSwitch
	}
	cases := map[string]struct {
		reason string
		class  func(*v1alpha1.SLBConfigSpec)
		cafe   map[annotations.Name]string
		code   string
		words  []string // of the event
		by     string   // who is told
		mended map[annotations.Name]string
	}{
		"vSwitch": {
			"no vSwitch has the id", intranet,
			map[annotations.Name]string{"vswitch-id": "vsw-none"},
			"InvalidVSwitchId.NotFound",
			[]string{annotations.Prefix + "vswitch-id", `"vsw-none"`, "cluster's VPC"},
			"cafe",
			map[annotations.Name]string{"vswitch-id": ""},
		},
		"zone": {
			"the region has no such zone", nil,
			map[annotations.Name]string{"master-zoneid": "cn-hangzhou-x"},
			"PRODUCT.NOT_AVAILABLE_IZ",
			[]string{annotations.Prefix + "master-zoneid", `"cn-hangzhou-x"`, "two zones"},
			"cafe",
			map[annotations.Name]string{"master-zoneid": "cn-hangzhou-b"},
		},
		"resource group": {
			"the account has no such group", nil,
			map[annotations.Name]string{"resource-group-id": "rg-none"},
			"InvalidResourceGroupId.NotFound",
			[]string{annotations.Prefix + "resource-group-id", `"rg-none"`, "resource group of this account"},
			"cafe",
			map[annotations.Name]string{"resource-group-id": fakecloud.SharedResourceGroup},
		},
		"address": {
			"it is outside the vSwitch", intranet,
			map[annotations.Name]string{"ip": "192.168.7.7"},
			"InvalidParameter",
			[]string{annotations.Prefix + "ip", `"192.168.7.7"`, "address of the vSwitch"},
			"cafe",
			map[annotations.Name]string{"ip": ""},
		},
		"of the class": {
			"the field is named, and an Ingress can say otherwise",
			func(s *v1alpha1.SLBConfigSpec) {
				s.LoadBalancer = &v1alpha1.LoadBalancerSettings{ResourceGroupID: "rg-gone"}
			}, nil, "InvalidResourceGroupId.NotFound",
			[]string{"spec.loadBalancer.resourceGroupID", `"rg-gone"`},
			"slb",
			map[annotations.Name]string{"resource-group-id": fakecloud.DefaultResourceGroup},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(w *world) {
				edit := tc.class
				if edit == nil {
					edit = func(*v1alpha1.SLBConfigSpec) {}
				}
				w.onClass("slb", "", edit)
				w.app("coffee", 1)
				w.add(cafeWith(tc.cafe))
				w.settle()
				w.stuck(tc.code)
				seq := w.cloud.Seq()
				w.run(10 * time.Hour)
				w.wrote(seq)
				w.stuck(tc.code)
				w.toldOnce(tc.by, tc.words)
				w.annotate(tc.mended)
				w.serves("cafe", "cafe.example", "/", "coffee")
				if text := w.condition("class.slb.0", v1alpha1.ConditionReady); !strings.HasPrefix(text, "True") {
					w.Errorf("Ready is %q", text)
				}
			})
		})
	}
}

// stuck: the one call of the service was refused, and the record says why.
func (w *world) stuck(code string) {
	w.Helper()
	w.wrote(0, "CreateLoadBalancer!"+code)
	text := w.condition("class.slb.0", v1alpha1.ConditionReady)
	if !strings.HasPrefix(text, "False "+string(cloud.CreationRefused)+": ") {
		w.Errorf("Ready is %q", text)
	}
}

// toldOnce: an object has one event of the refusal, with all words, and there is no other of it.
func (w *world) toldOnce(object string, words []string) {
	w.Helper()
	var notes []string
	for _, e := range w.life.told.all() {
		switch {
		case e.Reason == string(cloud.CloudError):
			w.Errorf("told as an error of the service: %v", e)
		case e.Reason == string(cloud.CreationRefused) && e.Object != object:
			w.Errorf("told to somebody else: %v", e)
		case e.Reason == string(cloud.CreationRefused):
			notes = append(notes, e.Note)
		}
	}
	if len(notes) != 1 {
		w.Fatalf("%s is told %q", object, notes)
	}
	for _, word := range words {
		if !strings.Contains(notes[0], word) {
			w.Errorf("told %q, without %q", notes[0], word)
		}
	}
}

// TestRefusedCreationAfterRestart: a process that knows nothing asks once more.
func TestRefusedCreationAfterRestart(t *testing.T) {
	t.Parallel()
	play(t, func(w *world) {
		w.add(class("slb"))
		w.app("coffee", 1)
		w.add(cafeWith(map[annotations.Name]string{"resource-group-id": "rg-none"}))
		w.settle()
		w.restart()
		w.run(10 * time.Hour)
		w.wrote(0, "CreateLoadBalancer!InvalidResourceGroupId.NotFound", "CreateLoadBalancer!InvalidResourceGroupId.NotFound")
	})
}

// TestRefusedWishes: who is blamed for which answer. An answer that nobody's value explains is repeated.
func TestRefusedWishes(t *testing.T) {
	t.Parallel()
	all := []annotations.Name{
		"name", "vswitch-id", "ip", "master-zoneid", "slave-zoneid", "resource-group-id", "additional-resource-tags", "spec", "charge-type", "bandwidth",
	}
	cases := map[string]struct {
		reason        string
		err           error
		without, want []annotations.Name
	}{
		"vSwitch":          {"its code", refusedAs("InvalidVSwitchId.NotFound", ""), nil, []annotations.Name{"vswitch-id"}},
		"other code":       {"the older one", refusedAs("VSwitchNotExist", ""), nil, []annotations.Name{"vswitch-id"}},
		"not in the VPC":   {"the code names no parameter", refusedAs("InvalidParameter.Mismatch", ""), nil, []annotations.Name{"vswitch-id"}},
		"zones":            {"either can be it", refusedAs("InvalidParameter.ZoneNotSupport", ""), nil, []annotations.Name{"master-zoneid", "slave-zoneid"}},
		"zones by text":    {"the code says nothing", refusedAs("InvalidParameter", "The specified MasterZoneId is not supported."), nil, []annotations.Name{"master-zoneid", "slave-zoneid"}},
		"group by text":    {"the code says nothing", refusedAs("InvalidParameter", "The ResourceGroupId is invalid."), nil, []annotations.Name{"resource-group-id"}},
		"address by text":  {"before the vSwitch that the text names, too", refusedAs("InvalidParameter", "The Address is not in the VSwitch."), nil, []annotations.Name{"ip"}},
		"bandwidth":        {"its code", refusedAs("InvalidParameter.Bandwidth", ""), nil, []annotations.Name{"bandwidth"}},
		"charge":           {"its code", refusedAs("Instance.InternetChargeTypeNotAllowed", ""), nil, []annotations.Name{"charge-type"}},
		"spec":             {"shared performance is not sold", refusedAs("ShareSlbHaltSales", ""), nil, []annotations.Name{"spec"}},
		"tags":             {"its code", refusedAs("InvalidParam.TagKey", ""), nil, []annotations.Name{"additional-resource-tags"}},
		"not found":        {"another kind of refusal", &cloud.Error{Kind: cloud.NotFound, Code: "EntityNotExist.ResourceGroup"}, nil, []annotations.Name{"resource-group-id"}},
		"nobody asked":     {"there is nobody to blame", refusedAs("InvalidVSwitchId.NotFound", ""), []annotations.Name{"vswitch-id"}, nil},
		"another's fault":  {"the VPC is the program's", refusedAs("InvalidVpcId.NotExist", ""), nil, nil},
		"out of order":     {"a fault of the service", refusedAs("OperationFailed.InvokeProxyFailed", "try later"), nil, nil},
		"sold out":         {"the zone may have room again", &cloud.Error{Kind: cloud.Quota, Code: "OperationFailed.ZoneResourceLimit"}, nil, nil},
		"busy":             {"it may pass", &cloud.Error{Kind: cloud.Busy, Code: "InvalidVSwitchId.Busy"}, nil, nil},
		"no answer at all": {"not of the service", errors.New("vswitch"), nil, nil},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var wishes []desired.Wish
			for _, n := range all {
				if !slices.Contains(tc.without, n) {
					wishes = append(wishes, desired.Wish{Name: n, Value: "x", Said: string(n)})
				}
			}
			problems := refusedWishes(tc.err, wishes)
			if len(problems) != len(tc.want) {
				t.Fatalf("%s: got %v, want %v", tc.reason, problems, tc.want)
			}
			for i, p := range problems {
				if !strings.HasPrefix(p.Message, string(tc.want[i])+" has value ") {
					t.Errorf("%s: got %q, want %q", tc.reason, p.Message, tc.want[i])
				}
			}
		})
	}
}

func refusedAs(code, message string) *cloud.Error {
	return &cloud.Error{Kind: cloud.Invalid, Op: "CreateLoadBalancer", Code: code, Message: message}
}
