package ingress

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/slb-ingress/slb-ingress-controller/api/v1alpha1"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/fakecloud"
)

// scenario is what users do in a run.
type scenario struct {
	story   func(*sim)
	edits   []func(*setup)
	core    bool // pairs of faults are tried on it
	squat   bool // somebody else has things inside our instance
	surveys bool // made as often as shipped
}

// scenarios are all of them, by name.
func scenarios() map[string]scenario {
	return map[string]scenario{
		"http-create":      {story: httpCreate, core: true},
		"https-create":     {story: httpsCreate, core: true},
		"sni":              {story: sni},
		"path-add":         {story: onCafe(addPath), squat: true},
		"path-remove":      {story: onCafe(removePath), squat: true},
		"path-change":      {story: onCafe(changePath), core: true, squat: true, surveys: true},
		"backend-change":   {story: onCafe(changeBackend), squat: true},
		"endpoints-up":     {story: endpointsUp},
		"endpoints-down":   {story: endpointsDown},
		"endpoints-roll":   {story: onCafe(rollEndpoints), core: true, squat: true, surveys: true},
		"nodes":            {story: onCafe(moveNodes)},
		"https-rotate":     {story: onCafe(rotate), core: true, squat: true},
		"cert-invalid":     {story: onCafe(breakCertificate), surveys: true},
		"cert-removed":     {story: onCafe(dropTLS)},
		"secret-removed":   {story: onCafe(dropSecret)},
		"class-away":       {story: classAway},
		"class-to":         {story: classTo},
		"delete":           {story: onOne(deleteIngress), core: true},
		"namespace-delete": {story: namespaceDelete},
		"shared":           {story: shared, squat: true},
		"shared-bad":       {story: sharedBad},
		"group-move":       {story: groupMove},
		"byo-attach":       {story: byoAttach},
		"byo-detach":       {story: byoDetach, core: true},
		"override":         {story: override},
		"override-release": {story: overrideRelease},
		"lb-deleted":       {story: onOne(deleteInstance)},
		"drift":            {story: onCafe(drift), squat: true},
		"quota":            {story: quotaHit, edits: []func(*setup){fewGroups}},
		"recreate":         {story: onOne(recreate), core: true},
		"two-clusters":     {story: twoClusters},
		"upgrade":          {story: onCafe(upgrade), squat: true},
		"restart":          {story: onCafe(restart), squat: true},
		"hand-over":        {story: onCafe(handOver)},
		"protection":       {story: onOne(protect)},
		"retain":           {story: retain},
		"default-backend":  {story: defaultBackend},
		"history":          {story: history},
	}
}

// onCafe begins with the cafe's Ingress, served by HTTPS.
func onCafe(story func(*sim)) func(*sim) {
	return func(s *sim) {
		s.add(class("slb"))
		s.app("coffee", 2)
		s.app("tea", 1)
		s.secrets.put("shop", "cafe", pairOf("cafe.example"))
		s.add(cafeTLS())
		s.proper()
		story(s)
	}
}

// onOne begins with one Ingress, served by HTTP.
func onOne(story func(*sim)) func(*sim) {
	return func(s *sim) {
		s.add(class("slb"))
		s.app("coffee", 1)
		s.add(cafe())
		s.proper()
		story(s)
	}
}

func cafeTLS() *networkingv1.Ingress {
	return withTLS(ingressOf("cafe", route{"cafe.example", "/coffee", "coffee"}, route{"cafe.example", "/tea", "tea"}), "cafe", "cafe.example")
}

func bar() *networkingv1.Ingress {
	return withTLS(ingressOf("bar", route{"bar.example", "/", "tea"}), "bar", "bar.example")
}

func httpCreate(s *sim) {
	s.proper()
	s.add(class("slb"))
	s.app("coffee", 2)
	s.add(cafe())
}

func httpsCreate(s *sim) {
	s.proper()
	s.add(class("slb"))
	s.app("coffee", 2)
	s.app("tea", 1)
	s.secrets.put("shop", "cafe", pairOf("cafe.example"))
	s.add(cafeTLS())
}

func sni(s *sim) {
	s.secrets.put("shop", "bar", pairOf("bar.example"))
	s.secrets.put("shop", "baz", pairOf("*.baz.example"))
	onCafe(func(s *sim) {
		s.add(bar())
		s.rest()
		s.wait(time.Second)
		s.add(withTLS(ingressOf("baz", route{"a.baz.example", "/", "coffee"}), "baz", "a.baz.example"))
	})(s)
}

func addPath(s *sim) {
	edit(s.world, ingressOf("cafe"), func(ing *networkingv1.Ingress) {
		ing.Spec.Rules = append(ing.Spec.Rules, ingressOf("", route{"cafe.example", "/coffee/beans", "tea"}).Spec.Rules...)
	})
}

func removePath(s *sim) {
	edit(s.world, ingressOf("cafe"), func(ing *networkingv1.Ingress) { ing.Spec.Rules = ing.Spec.Rules[:1] })
}

func changePath(s *sim) { edit(s.world, ingressOf("cafe"), setPath("/espresso")) }

func changeBackend(s *sim) {
	edit(s.world, ingressOf("cafe"), func(ing *networkingv1.Ingress) {
		ing.Spec.Rules[0].HTTP.Paths[0].Backend = backendOf("tea")
	})
}

func endpointsUp(s *sim) {
	s.add(class("slb"))
	s.app("coffee", 0)
	s.add(cafe())
	s.proper()
	s.scale("coffee", 3)
}

func endpointsDown(s *sim) {
	s.add(class("slb"))
	s.app("coffee", 3)
	s.add(cafe())
	s.proper()
	s.scale("coffee", 0)
}

// rollEndpoints replaces pods one after the other.
func rollEndpoints(s *sim) {
	for n := range 2 {
		s.replace("coffee", n, n+5)
		s.rest()
	}
}

// moveNodes replaces all pods of all Services at once, as when nodes go.
func moveNodes(s *sim) {
	s.replace("coffee", 0, 5)
	s.replace("coffee", 1, 6)
	s.replace("tea", 0, 5)
}

func rotate(s *sim) { s.secrets.put("shop", "cafe", pairOf("*.example")) }

func breakCertificate(s *sim) {
	broken := pairOf("*.example")
	broken.key = pairOf("cafe.example").key
	s.secrets.put("shop", "cafe", broken)
	s.rest()
	s.secrets.put("shop", "cafe", pairOf("*.example"))
}

func dropTLS(s *sim) {
	s.secrets.put("shop", "bar", pairOf("bar.example"))
	s.add(bar())
	s.rest()
	edit(s.world, ingressOf("cafe"), func(ing *networkingv1.Ingress) { ing.Spec.TLS = nil })
}

func dropSecret(s *sim) { s.secrets.remove("shop", "cafe") }

func classAway(s *sim) {
	s.add(class("other"))
	onOne(func(s *sim) {
		edit(s.world, cafe(), func(ing *networkingv1.Ingress) { ing.Spec.IngressClassName = new("somebody-elses") })
		s.world.run(grace + time.Minute)
	})(s)
}

func classTo(s *sim) {
	s.add(class("slb"))
	s.app("coffee", 1)
	s.add(ingressIn("somebody-elses", "cafe", route{"cafe.example", "/", "coffee"}))
	s.proper()
	edit(s.world, cafe(), func(ing *networkingv1.Ingress) { ing.Spec.IngressClassName = new("slb") })
}

func deleteIngress(s *sim) {
	s.remove(cafe())
	s.rest()
	s.world.run(grace + time.Minute)
}

func namespaceDelete(s *sim) {
	onCafe(func(s *sim) {
		s.secrets.remove("shop", "cafe")
		for _, name := range []string{"coffee", "tea"} {
			s.scale(name, 0)
			s.remove(serviceOf(name))
			s.remove(sliceOf(name))
		}
		s.remove(ingressOf("cafe"))
		s.rest()
		s.world.run(grace + time.Minute)
	})(s)
}

func shared(s *sim) {
	s.secrets.put("shop", "bar", pairOf("bar.example"))
	onCafe(func(s *sim) {
		s.add(bar())
		s.rest()
		s.remove(ingressOf("cafe"))
	})(s)
}

func sharedBad(s *sim) {
	onCafe(func(s *sim) {
		s.add(ingressOf("bad", route{"bad.example", "/", "nobody"}, route{"*.*.example", "/(x", "coffee"}))
		s.rest()
		edit(s.world, ingressOf("cafe"), setPath("/espresso"))
		s.rest()
		s.remove(ingressOf("bad"))
	})(s)
}

func (s *sim) theirs() string {
	return s.cloud.AddInstance(fakecloud.InstanceSpec{ID: "lb-theirs", Name: "theirs", Spec: "slb.s1.small", Tags: map[string]string{"team": "shop"}})
}

func groupMove(s *sim) {
	id := s.theirs()
	onOne(func(s *sim) {
		edit(s.world, cafe(), func(ing *networkingv1.Ingress) { ing.Annotations = map[string]string{annotationID: id} })
		s.rest()
		edit(s.world, cafe(), func(ing *networkingv1.Ingress) { ing.Annotations = nil })
	})(s)
}

func byoAttach(s *sim) {
	id := s.theirs()
	s.add(class("slb"))
	s.app("coffee", 2)
	s.proper()
	s.add(onInstance(cafe(), id, false))
}

func byoDetach(s *sim) {
	id := s.theirs()
	s.add(class("slb"))
	s.app("coffee", 2)
	s.add(onInstance(cafe(), id, false))
	s.proper()
	s.remove(cafe())
}

// occupied is an instance with a listener of another kind than is needed, so that it has to be made
// again when it is taken over.
func (s *sim) occupied() string {
	id := s.theirs()
	group := s.group(id, "theirs")
	s.make("CreateLoadBalancerHTTPListener", "", map[string]string{
		"LoadBalancerId": id, "ListenerPort": "443", "Bandwidth": "-1", "HealthCheck": "off", "StickySession": "off", "VServerGroupId": group,
	})
	s.foreignRule(id, "443", group)
	return id
}

func override(s *sim) {
	id := s.occupied()
	s.add(class("slb"))
	s.app("coffee", 1)
	s.proper()
	s.add(onInstance(cafe(), id, true))
}

func overrideRelease(s *sim) {
	id := s.occupied()
	s.add(class("slb"))
	s.app("coffee", 1)
	s.add(onInstance(cafe(), id, true))
	s.proper()
	s.remove(cafe())
}

// deleteInstance is what somebody does in the console.
func deleteInstance(s *sim) {
	id := s.own()
	s.do("SetLoadBalancerDeleteProtection", map[string]string{"LoadBalancerId": id, "DeleteProtection": "off"})
	s.do("DeleteLoadBalancer", map[string]string{"LoadBalancerId": id})
	s.world.run(audits)
}

func drift(s *sim) {
	id := s.own()
	s.do("StopLoadBalancerListener", map[string]string{"LoadBalancerId": id, "ListenerPort": "443", "ListenerProtocol": "https"})
	s.do("SetLoadBalancerHTTPListenerAttribute", map[string]string{"LoadBalancerId": id, "ListenerPort": "80", "IdleTimeout": "30"})
	s.do("SetRule", map[string]string{
		"RuleId": idIn(s.find("rule", id+"/80 ", "cafe.example/coffee")), "VServerGroupId": idIn(s.find("group", "shop/tea", "on="+id, "c-1,")),
	})
	s.world.run(audits)
}

// fewGroups is room for the certificates of other people and one of ours.
func fewGroups(w *setup) { w.account.Quotas.Certificates = 5 }

func quotaHit(s *sim) {
	s.secrets.put("shop", "bar", pairOf("bar.example"))
	onCafe(func(s *sim) {
		p := pairOf("hog.example")
		hog := s.make("UploadServerCertificate", "ServerCertificateId", map[string]string{
			"ServerCertificate": string(p.chain), "PrivateKey": string(p.key), "ServerCertificateName": "hog",
		})
		s.add(bar())
		s.settle()
		s.world.run(10 * time.Minute)
		s.make("DeleteServerCertificate", "", map[string]string{"ServerCertificateId": hog})
		s.world.run(10 * time.Minute)
	})(s)
}

func recreate(s *sim) {
	s.remove(cafe())
	s.pump()
	s.add(ingressOf("cafe", route{"cafe.example", "/again", "coffee"}))
	s.rest()
	s.remove(cafe())
	s.rest()
	s.add(cafe())
}

// twoClusters share an account, and their names are the same.
func twoClusters(s *sim) {
	other := newWorld(&s.judged, func(w *setup) {
		w.shared, w.options.ClusterID, w.options.SurveyInterval, w.cached = s.cloud, "c-2", rareSurveys, true
	})
	s.others = append(s.others, other)
	other.add(class("slb"))
	other.app("coffee", 1)
	other.add(cafe())
	onOne(func(s *sim) {
		s.scale("coffee", 2)
		other.scale("coffee", 2)
		s.rest()
		other.remove(cafe())
		s.rest()
	})(s)
}

// upgrade goes on from the state of a version whose records had less in them.
func upgrade(s *sim) {
	record := s.record("class.slb.0")
	old := record.Status.LoadBalancerID
	record.Status = v1alpha1.SLBInstanceStatus{}
	record.Status.LoadBalancerID = old
	s.must(s.api.Status().Update(s.Context(), record))
	s.restart()
	s.rest()
	edit(s.world, ingressOf("cafe"), setPath("/espresso"))
}

func restart(s *sim) {
	s.restart()
	s.rest()
	s.restart()
}

// handOver puts another process to work while the first one's last change is under way.
func handOver(s *sim) {
	edit(s.world, ingressOf("cafe"), setPath("/espresso"))
	s.pump()
	s.restart()
	s.scale("coffee", 3)
	s.pump()
	s.restart()
}

// protect: what a user protects is not deleted.
func protect(s *sim) {
	id := s.own()
	s.do("UntagResources", map[string]string{"ResourceType": "instance", "ResourceId.1": id, "TagKey.1": cloud.TagProtected})
	s.world.run(audits)
	record := s.record("class.slb.0")
	record.Status.DeleteProtectionSet = false
	s.must(s.api.Status().Update(s.Context(), record))
	s.remove(cafe())
	s.settle()
	s.world.run(grace + time.Minute)
	s.do("SetLoadBalancerDeleteProtection", map[string]string{"LoadBalancerId": id, "DeleteProtection": "off"})
	s.world.run(10 * time.Minute)
}

func retain(s *sim) {
	c, config := classWith("slb", v1alpha1.SLBConfigSpec{ReclaimPolicy: v1alpha1.ReclaimRetain})
	s.add(c, config)
	s.app("coffee", 1)
	s.add(cafe())
	s.proper()
	s.remove(cafe())
	s.rest()
	s.world.run(grace + time.Minute)
	s.remove(s.record("class.slb.0"))
	s.rest()
	s.add(cafe())
}

func defaultBackend(s *sim) {
	onCafe(func(s *sim) {
		edit(s.world, ingressOf("cafe"), func(ing *networkingv1.Ingress) { ing.Spec.DefaultBackend = new(backendOf("tea")) })
		s.rest()
		edit(s.world, ingressOf("cafe"), func(ing *networkingv1.Ingress) { ing.Spec.DefaultBackend = nil })
	})(s)
}

// own is the id of our instance.
func (s *sim) own() string {
	id := s.record("class.slb.0").Status.LoadBalancerID
	if id == "" {
		s.Fatalf("there is no instance on record")
	}
	return id
}

// replace puts the to-th pod of a Service in the place of another one.
func (s *sim) replace(name string, from, to int) {
	s.add(s.newPod(name, to))
	edit(s.world, sliceOf(name), func(list *discoveryv1.EndpointSlice) {
		for i := range list.Endpoints {
			if list.Endpoints[i].Addresses[0] == s.addressOf(name, from) {
				list.Endpoints[i].Addresses = []string{s.addressOf(name, to)}
				list.Endpoints[i].TargetRef.Name = fmt.Sprintf("%s-%d", name, to)
			}
		}
	})
	pod := &corev1.Pod{}
	if s.exists(pod, "shop", fmt.Sprintf("%s-%d", name, from)) {
		s.remove(pod)
	}
}
