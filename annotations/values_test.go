package annotations_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

func TestPrune(t *testing.T) {
	t.Parallel()
	type values = annotations.Values
	cases := map[string]struct {
		reason string
		in     values
		gone   []annotations.Name
	}{
		"Nothing":           {reason: "nothing contradicts nothing"},
		"StickyAlone":       {reason: "who makes the cookie must be said", in: values{"sticky-session": "on"}, gone: []annotations.Name{"sticky-session"}},
		"StickyInsert":      {reason: "an inserted cookie needs its time", in: values{"sticky-session": "on", "sticky-session-type": "insert", "cookie": "c"}, gone: []annotations.Name{"sticky-session"}},
		"StickyServer":      {reason: "the server's cookie needs its name", in: values{"sticky-session": "on", "sticky-session-type": "server", "cookie-timeout": "9"}, gone: []annotations.Name{"sticky-session"}},
		"StickyComplete":    {reason: "all is said", in: values{"sticky-session": "on", "sticky-session-type": "server", "cookie": "c"}},
		"StickyOff":         {reason: "what is off needs nothing", in: values{"sticky-session": "off", "sticky-session-type": "server"}},
		"ACLWithoutList":    {reason: "an empty white list is never sent", in: values{"acl-status": "on", "acl-type": "white"}, gone: []annotations.Name{"acl-status"}},
		"ACLWithoutType":    {reason: "nobody guesses whom a list is for", in: values{"acl-status": "on", "acl-id": "acl-1"}, gone: []annotations.Name{"acl-status"}},
		"ACLComplete":       {reason: "all is said", in: values{"acl-status": "on", "acl-type": "white", "acl-id": "acl-1"}},
		"RedirectTwice":     {reason: "our own key says no", in: values{"ssl-redirect": "false", "forward-port": "80:443"}, gone: []annotations.Name{"forward-port"}},
		"BandwidthAlone":    {reason: "it is ignored by the service", in: values{"bandwidth": "5"}, gone: []annotations.Name{"bandwidth"}},
		"ByBandwidth":       {reason: "the service needs the number", in: values{"charge-type": "paybybandwidth"}, gone: []annotations.Name{"charge-type"}},
		"ByUseAndBandwidth": {reason: "one removal leads to another", in: values{"instance-charge-type": "PayByCLCU", "charge-type": "paybybandwidth", "bandwidth": "5"}, gone: []annotations.Name{"charge-type", "bandwidth"}},
		"BandwidthIntranet": {reason: "an intranet instance has no internet traffic", in: values{"address-type": "intranet", "charge-type": "paybybandwidth", "bandwidth": "5"}, gone: []annotations.Name{"bandwidth", "charge-type"}},
		"AddressInternet":   {reason: "an internet address cannot be chosen", in: values{"address-type": "internet", "ip": "10.0.0.1", "vswitch-id": "vsw-1"}, gone: []annotations.Name{"vswitch-id", "ip"}},
		"OneZoneTwice":      {reason: "the second zone is for when the first fails", in: values{"master-zoneid": "z-a", "slave-zoneid": "z-a"}, gone: []annotations.Name{"slave-zoneid"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var gone []annotations.Name
			for _, c := range tc.in.Prune() {
				gone = append(gone, c.Name)
				if _, still := tc.in[c.Name]; still || c.Why == "" {
					t.Errorf("%q is still there, or nobody says why it went", c.Name)
				}
			}
			if diff := cmp.Diff(tc.gone, gone); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

// TestPairs sets every two rows to their examples: nothing panics, and what is left after Prune is
// what the service takes together.
func TestPairs(t *testing.T) {
	t.Parallel()
	table := annotations.Table()
	for _, x := range table {
		for _, y := range table {
			values := annotations.Values{x.Name: x.Example, y.Name: y.Example}
			values.Prune()
			if again := values.Prune(); len(again) > 0 {
				t.Errorf("%s and %s: pruned twice: %v", x.Name, y.Name, again)
			}
			for _, protocol := range []cloud.Protocol{cloud.HTTP, cloud.HTTPS} {
				l := cloud.Listener{Protocol: protocol}
				values.Listener(&l)
				if l.Sticky.Type != "" && l.Sticky.Cookie == "" && l.Sticky.Timeout == 0 || (l.ACL.Type == "") != (l.ACL.IDs == "") || l.Forward.Port != 0 && protocol != cloud.HTTP {
					t.Errorf("%s and %s give a listener that the service refuses: %+v", x.Name, y.Name, l)
				}
			}
			lb := cloud.LoadBalancer{Tags: map[string]string{}}
			values.LoadBalancer(&lb, true)
			if (lb.InternetChargeType == cloud.PayByBandwidth) != (lb.Bandwidth > 0) || (lb.Spec == "") != (lb.ChargeType == cloud.ChargeByUse) {
				t.Errorf("%s and %s give an instance that the service refuses: %+v", x.Name, y.Name, lb)
			}
		}
	}
}

func TestFromFields(t *testing.T) {
	t.Parallel()
	const spec = `{"addressType": "intranet", "tags": {"b": "2", "a": "1"}, "listeners": {
		"gzip": false, "http2": true, "idleTimeout": 30, "sslRedirect": true, "sslRedirectCode": 308, "requestTimeout": 900,
		"acl": {"type": "white", "ids": ["acl-2", "acl-1"]}, "healthCheck": {}, "listenPorts": [{"port": 8443, "protocol": "HTTPS"}, {"port": 8080, "protocol": "HTTP"}],
		"denyCIDRs": ["10.0.0.0/8", "10.9.9.9"], "stickySession": {"type": "insert", "cookieTimeout": 5}}}`
	var fields map[string]any
	if err := json.Unmarshal([]byte(spec), &fields); err != nil {
		t.Fatal(err)
	}
	got, faults := annotations.FromFields(fields)
	want := annotations.Values{
		"address-type": "intranet", "additional-resource-tags": "a=1,b=2", "gzip": "off", "http2-enabled": "on", "idle-timeout": "30",
		"ssl-redirect": "true", "ssl-redirect-code": "308", "acl-status": "on", "acl-type": "white", "acl-id": "acl-2,acl-1",
		"health-check-flag": "on", "sticky-session": "on", "sticky-session-type": "insert", "cookie-timeout": "5",
		"listen-ports": `[{"HTTPS":8443},{"HTTP":8080}]`, "deny-cidrs": "10.0.0.0/8,10.9.9.9",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	if len(faults) != 1 || faults[0].Key != "spec.listeners.requestTimeout" || faults[0].Reason != cloud.InvalidConfig {
		t.Errorf("faults: %+v; want one for the timeout", faults)
	}
}
