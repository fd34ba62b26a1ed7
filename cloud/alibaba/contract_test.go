package alibaba_test

import (
	"fmt"
	"maps"
	"net/netip"
	"testing"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/alibaba"
	"github.com/slb-ingress/slb-ingress-controller/cloud/cloudtest"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

func owner() cloud.Owner { return cloud.Owner{Cluster: "c-1", Group: "class.slb.0"} }

// key is the key pair that the fake accepts.
func key() alibaba.Credentials {
	return alibaba.StaticCredentials(alibaba.Key{
		ID: fakecloud.DefaultAccessKeyID, Secret: fakecloud.DefaultAccessKeySecret, Source: "test",
	})
}

// newFake is an account in which every address of 10.1.0.0/16 is one of a network interface.
func newFake(edit func(*fakecloud.Options)) *fakecloud.Cloud {
	o := fakecloud.Options{Seed: 1, ENICIDR: netip.MustParsePrefix("10.1.0.0/16")}
	if edit != nil {
		edit(&o)
	}
	return fakecloud.New(o)
}

// newClient works on a fake in process, and never waits for a busy service.
func newClient(t *testing.T, fake *fakecloud.Cloud, edit func(*alibaba.Options)) *alibaba.Client {
	t.Helper()
	o := alibaba.Options{
		Region: "cn-hangzhou", VPCID: fakecloud.DefaultVPC, Credentials: key(), Transport: fake.RoundTripper(),
		Retry: alibaba.Retry{Busy: -1, Throttled: -1}, Rates: alibaba.Rates{Share: 1, Writes: 10_000, Reads: 10_000},
	}
	if edit != nil {
		edit(&o)
	}
	client, err := alibaba.New(o)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return client
}

func members(t *testing.T, client *alibaba.Client, n int) []cloud.Member {
	t.Helper()
	var addresses []netip.Addr
	for i := range n {
		addresses = append(addresses, netip.MustParseAddr(fmt.Sprintf("10.1.0.%d", i+1)))
	}
	found, err := client.InterfacesOf(t.Context(), addresses)
	if err != nil || len(found) != n {
		t.Fatalf("InterfacesOf: got %v (%v), want %d", found, err, n)
	}
	var list []cloud.Member
	for _, a := range addresses {
		list = append(list, cloud.Member{ServerID: found[a], IP: a.String(), Port: 8080, Weight: 100})
	}
	return list
}

func TestContract(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(*fakecloud.Options){
		"Kept":  nil,
		"Reset": func(o *fakecloud.Options) { o.Switches.SetResets = true },
		"Mild": func(o *fakecloud.Options) {
			o.Switches.RootHealthCheckURI, o.Switches.IgnoreUnknownParams = true, true
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloudtest.Run(t, func(t *testing.T) cloudtest.Harness {
				fake := newFake(edit)
				client := newClient(t, fake, nil)
				return cloudtest.Harness{
					Reader: client, Writer: client, Owner: owner(), Members: members(t, client, 3),
					Occupy: func(t *testing.T, lb cloud.ID, f cloud.Foreign) { occupy(t, client, lb, f) },
				}
			})
		})
	}
}

// occupy lets another cluster put its things on our instance, through the same adapter.
func occupy(t *testing.T, client *alibaba.Client, lb cloud.ID, f cloud.Foreign) {
	t.Helper()
	certificate := cloudtest.NewCertificate(t, "theirs.example.com")
	s := cloud.Scope{
		Owner: cloud.Owner{Cluster: "c-2", Group: "class.slb.0"},
		IDs:   cloud.IDs{cloud.LoadBalancerRef(): lb},
	}
	apply := func(c cloud.Change) {
		t.Helper()
		ids, err := client.Apply(t.Context(), s, c)
		if err != nil {
			t.Fatalf("occupying by %s: %v", c.Op(), err)
		}
		maps.Copy(s.IDs, ids)
	}
	apply(cloud.CreateServerGroup{Group: cloud.ServerGroup{Name: "a/b/c"}})
	apply(cloud.UploadCertificate{Certificate: certificate})
	for _, l := range f.Listeners {
		l.Group, l.TLS.Certificate = "a/b/c", certificate.Name
		apply(cloud.CreateListener{Listener: l})
		apply(cloud.StartListener{Port: l.Port, Protocol: l.Protocol})
	}
	for _, r := range f.Rules {
		r.Group = "a/b/c"
		apply(cloud.CreateRules{Port: r.Port, Protocol: protocolOf(r.Port), Rules: []cloud.Rule{r}})
	}
	for _, e := range f.Extensions {
		e.Certificate = certificate.Name
		apply(cloud.CreateExtension{Extension: e})
	}
}

func protocolOf(port int) cloud.Protocol {
	if port == 443 {
		return cloud.HTTPS
	}
	return cloud.HTTP
}
