package cloudtest

import (
	"slices"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// repeatedPart repeats creates that the service refuses to repeat.
func repeatedPart(w *world) {
	certificate := w.listeners()
	rules := cloud.CreateRules{Port: 443, Protocol: cloud.HTTPS, Rules: []cloud.Rule{
		{Port: 443, Domain: "shop.example.com", Group: coffee},
	}}
	extension := cloud.CreateExtension{Extension: cloud.Extension{
		Port: 443, Domain: "shop.example.com", Certificate: certificate.Name,
	}}
	w.apply(rules, extension)
	ids := w.observe().IDs
	for _, c := range []cloud.Change{
		cloud.CreateListener{Listener: plainListener()}, rules, extension,
	} {
		w.refused(c, ids, cloud.Conflict)
	}
}

// inUsePart deletes what something else refers to.
func inUsePart(w *world) {
	certificate := w.listeners()
	w.apply(cloud.CreateRules{Port: 80, Protocol: cloud.HTTP, Rules: shopRules()})
	ids := w.observe().IDs
	w.refused(cloud.DeleteServerGroup{Name: coffee}, ids, cloud.Busy)
	w.refused(cloud.DeleteServerGroup{Name: cloud.EmptyGroup}, ids, cloud.Busy)
	w.refused(cloud.DeleteCertificate{Name: certificate.Name}, ids, cloud.Busy)
}

// gonePart changes what is not there any more, with the ids that it had.
func gonePart(w *world) {
	w.listeners()
	rules := shopRules()
	w.apply(cloud.CreateRules{Port: 80, Protocol: cloud.HTTP, Rules: rules})
	ids := w.observe().IDs
	w.apply(
		cloud.DeleteRules{Port: 80, Protocol: cloud.HTTP, Rules: rules},
		cloud.DeleteServerGroup{Name: coffee},
		cloud.DeleteListener{Port: 80, Protocol: cloud.HTTP},
	)
	for _, c := range []cloud.Change{
		cloud.SetRule{Rule: cloud.Rule{Port: 80, Domain: "shop.example.com", Group: cloud.EmptyGroup}},
		cloud.AddMembers{Group: coffee, Members: w.Members[:1]},
		cloud.SetMembers{Group: coffee, Members: w.Members[:1]},
		cloud.SetListener{Listener: plainListener()},
		cloud.StartListener{Port: 80, Protocol: cloud.HTTP},
		cloud.CreateRules{Port: 80, Protocol: cloud.HTTP, Rules: []cloud.Rule{{Port: 80, URL: "/x", Group: cloud.EmptyGroup}}},
	} {
		w.refused(c, ids, cloud.NotFound)
	}
	w.refused(cloud.DeleteServerGroup{Name: "a/b/c"}, ids, cloud.Conflict, "")
	w.refused(cloud.SetRule{Rule: rules[0]}, without(ids, rules[0].Ref()), cloud.Conflict, cloud.NotFound)
}

// foreignPart finds others' things where ours would be, and leaves them alone.
func foreignPart(w *world) {
	w.listeners()
	rule := cloud.Rule{Port: 443, Domain: "theirs.example.com", URL: "/x"}
	extension := cloud.Extension{Port: 443, Domain: "theirs.example.com"}
	w.Occupy(w.T, w.lb, cloud.Foreign{Rules: []cloud.Rule{rule}, Extensions: []cloud.Extension{extension}})
	got := w.observe()
	if len(got.Foreign.Rules) != 1 || got.Foreign.Rules[0].Ref() != rule.Ref() ||
		!strings.HasPrefix(got.Foreign.Rules[0].Group, "id:") {
		w.Errorf("foreign rules: got %+v, want %s with a foreign group", got.Foreign.Rules, rule.Ref())
	}
	if len(got.Foreign.Extensions) != 1 || got.Foreign.Extensions[0].Ref() != extension.Ref() ||
		!strings.HasPrefix(got.Foreign.Extensions[0].Certificate, "id:") {
		w.Errorf("foreign extensions: got %+v, want %s with a foreign certificate", got.Foreign.Extensions, extension.Ref())
	}
	if len(got.Ours.Rules)+len(got.Ours.Extensions) != 0 {
		w.Errorf("foreign things count as ours: %+v", got.Ours)
	}
	mine := rule
	mine.Group = coffee
	w.refused(cloud.CreateRules{Port: 443, Protocol: cloud.HTTPS, Rules: []cloud.Rule{mine}}, got.IDs, cloud.Conflict)
	recorded := w.observeAs(cloud.Query{
		Owner: w.Owner, LoadBalancer: w.lb, Ports: []int{443},
		Extensions: []cloud.ID{got.IDs[extension.Ref()]},
	})
	if len(recorded.Ours.Extensions) != 1 || len(recorded.Foreign.Extensions) != 0 {
		w.Errorf("a recorded extension is not ours: %+v", recorded.Foreign.Extensions)
	}
}

// takeOverPart makes a foreign listener ours and changes it.
func takeOverPart(w *world) {
	w.groups()
	w.Occupy(w.T, w.lb, cloud.Foreign{Listeners: []cloud.Listener{plainListener()}})
	before := w.observe()
	if len(before.Foreign.Listeners) != 1 || len(before.Ours.Listeners) != 0 {
		w.Fatalf("listeners: got ours %+v, foreign %+v; want one foreign", before.Ours.Listeners, before.Foreign.Listeners)
	}
	changed := plainListener()
	changed.Group, changed.IdleTimeout = coffee, 33
	w.refused(cloud.CreateListener{Listener: changed}, before.IDs, cloud.Conflict)
	w.apply(cloud.SetListener{Listener: changed}, cloud.TagListener{Port: 80, Protocol: cloud.HTTP})
	w.apply(cloud.DeleteListener{Port: 80, Protocol: cloud.HTTP})
}

// surplusPart repeats creates that the service does repeat: the first keeps the name.
func surplusPart(w *world) {
	w.groups()
	before := w.observe()
	ids, err := w.Writer.Apply(w.Context(), cloud.Scope{Owner: w.Owner, IDs: before.IDs},
		cloud.CreateServerGroup{Group: cloud.ServerGroup{Name: coffee}})
	if err != nil {
		w.Fatalf("repeating CreateServerGroup: %v", err)
	}
	twins := []cloud.ID{before.IDs[cloud.ServerGroupRef(coffee)], ids[cloud.ServerGroupRef(coffee)]}
	slices.Sort(twins)
	got := w.observe()
	if id := got.IDs[cloud.ServerGroupRef(coffee)]; id != twins[0] {
		w.Errorf("of two groups %s has the name, want the lower of %q", id, twins)
	}
	surplus := coffee + "#" + string(twins[1])
	if id := got.IDs[cloud.ServerGroupRef(surplus)]; id != twins[1] {
		w.Errorf("of two groups the higher has id %q as %q, want %q", id, surplus, twins[1])
	}
	w.apply(cloud.DeleteServerGroup{Name: surplus})
}

// portsPart observes some of the listeners only.
func portsPart(w *world) {
	w.listeners()
	w.apply(cloud.CreateRules{Port: 80, Protocol: cloud.HTTP, Rules: shopRules()})
	got := w.observeAs(cloud.Query{Owner: w.Owner, LoadBalancer: w.lb, Ports: []int{443}})
	if len(got.Ours.Listeners) != 1 || got.Ours.Listeners[0].Port != 443 || len(got.Ours.Rules) != 0 {
		w.Errorf("asked for 443, got listeners %+v and rules %+v", got.Ours.Listeners, got.Ours.Rules)
	}
	if _, ok := got.IDs[cloud.ListenerRef(80)]; ok {
		w.Error("asked for 443, got the id of the listener on 80")
	}
	w.Occupy(w.T, w.lb, cloud.Foreign{Listeners: []cloud.Listener{normalized(cloud.Listener{
		Port: 8080, Protocol: cloud.HTTP, Group: cloud.EmptyGroup, Running: true,
	})}})
	strays := w.observeAs(cloud.Query{Owner: w.Owner, LoadBalancer: w.lb, Ports: []int{443}, Strays: true})
	if len(strays.Ours.Listeners) != 2 || len(strays.Ours.Rules) == 0 || len(strays.Foreign.Listeners) != 0 {
		w.Errorf("asked for 443 and strays, got ours %+v, foreign %+v", strays.Ours.Listeners, strays.Foreign.Listeners)
	}
	if _, ok := strays.IDs[cloud.ListenerRef(8080)]; ok {
		w.Error("the id of somebody else's listener is among the strays'")
	}
}
