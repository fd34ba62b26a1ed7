package ingress

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/apply"
	"github.com/slb-ingress/slb-ingress-controller/controllers/desired"
)

// cause is a parameter of CreateLoadBalancer that only the service can judge: there is no right to list
// vSwitches, zones or resource groups.
type cause struct {
	words []string // of codes, in lower case; if there are none in the code, of the message
	names []annotations.Name
	fix   string
}

// causes go from the particular to the general.
func causes() []cause {
	return []cause{
		{[]string{"address"}, []annotations.Name{"ip"}, "give an address of the vSwitch that nobody has, or none"},
		{[]string{"resourcegroup", "resource group"}, []annotations.Name{"resource-group-id"}, "name a resource group of this account"},
		{[]string{"not_available_iz", "zone"}, []annotations.Name{"master-zoneid", "slave-zoneid"}, "name two zones of the region that classic load balancers are sold in, or none"},
		{[]string{"vswitch", "invalidparameter.mismatch"}, []annotations.Name{"vswitch-id"}, "name a vSwitch of the cluster's VPC, in this account and region"},
		{[]string{"bandwidth"}, []annotations.Name{"bandwidth"}, "give a bandwidth that the account may have"},
		{[]string{"charge", "pay95"}, []annotations.Name{"charge-type", "instance-charge-type"}, "choose a way of charging that the account and region have"},
		{[]string{"spectype", "loadbalancerspec", "shareslb"}, []annotations.Name{"spec"}, "choose a specification that is sold in the region"},
		{[]string{"tagkey", "tagvalue", "sizelimitexceeded.tag"}, []annotations.Name{"additional-resource-tags"}, "give at most 20 tags that the service takes, without keys that begin with \"aliyun\" or \"acs:\""},
	}
}

// refusedWishes are the problems of those whose wishes made the service refuse to create an instance. There
// are none if the service is out of order or full, or refuses for a cause that nobody who wishes can mend;
// such a call is repeated.
func refusedWishes(err error, wishes []desired.Wish) []cloud.Problem {
	failed, ok := errors.AsType[*cloud.Error](err)
	if !ok || !final(failed) {
		return nil
	}
	for _, text := range []string{failed.Code, failed.Message} {
		for _, c := range causes() {
			if !c.in(text) {
				continue
			}
			if problems := c.problems(failed, wishes); len(problems) > 0 {
				return problems
			}
		}
	}
	return nil
}

// final tells whether a call is refused for what it asks. Of zones the service says the same when it does
// not know one and when it sells nothing there.
func final(err *cloud.Error) bool {
	return err.Kind == cloud.Invalid || err.Kind == cloud.NotFound || err.Code == "PRODUCT.NOT_AVAILABLE_IZ"
}

func (c cause) in(text string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc(c.words, func(word string) bool { return strings.Contains(text, word) })
}

func (c cause) problems(err *cloud.Error, wishes []desired.Wish) []cloud.Problem {
	var list []cloud.Problem
	for _, wish := range wishes {
		if slices.Contains(c.names, wish.Name) {
			why := fmt.Sprintf("%s; %s. It is not asked again before something that it is asked for changes", cmp.Or(err.Message, err.Code), c.fix)
			list = append(list, wish.Problem(cloud.CreationRefused, why))
		}
	}
	return list
}

// refusedCreation is a CreateLoadBalancer that the service refused.
type refusedCreation struct {
	asked string // its parameters
	err   error
}

// rejectCreation remembers a creation that was refused on account of what was asked for, tells those who asked
// and takes what depends on the instance off the list of what is still to be made.
func (m *memory) rejectCreation(group string, want desired.Result, done apply.Result) apply.Result {
	for i, failed := range done.Failed {
		if _, ok := failed.Step.Change.(cloud.CreateLoadBalancer); !ok {
			continue
		}
		problems := refusedWishes(failed.Err, want.Wishes)
		if len(problems) == 0 {
			continue
		}
		done.Failed = slices.Clone(done.Failed)
		done.Failed[i].Refused = true
		done.Pending = nil
		done.Problems = cloud.SortProblems(slices.Concat(done.Problems, problems))
		m.mu.Lock()
		m.creations[group] = refusedCreation{asked: parameters(*want.Stack.LoadBalancer), err: failed.Err}
		m.mu.Unlock()
	}
	return done
}

// dropCreation keeps an instance from being asked for again as the service refused to create it, and returns
// the problems. The refusal is forgotten once something else is asked for, or the instance is there.
func (m *memory) dropCreation(group string, want *desired.Result, got cloud.Observed) []cloud.Problem {
	m.mu.Lock()
	defer m.mu.Unlock()
	refused, ok := m.creations[group]
	lb := want.Stack.LoadBalancer
	if !ok || lb == nil || lb.Keep {
		return nil
	}
	if got.Instance != nil || refused.asked != parameters(*lb) {
		delete(m.creations, group)
		return nil
	}
	lb.Keep = true
	return refusedWishes(refused.err, want.Wishes)
}

// parameters are those of CreateLoadBalancer, as text.
func parameters(lb cloud.LoadBalancer) string {
	lb.Source = cloud.Source{} // who asked is no parameter
	return fmt.Sprintf("%+v", lb)
}
