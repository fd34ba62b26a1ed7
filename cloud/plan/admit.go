package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// admit tells whether the instance may be worked on. If not, it has added the problems, and at
// most the step that makes or withdraws a claim.
func (m *maker) admit() bool {
	lb, instance := m.want.LoadBalancer, m.got.Instance
	switch {
	case lb == nil || lb.ID == "" || lb.Keep:
		return instance == nil || m.admitOwn(*instance)
	case instance == nil || instance.ID != lb.ID:
		m.tell(lb.Source, cloud.LoadBalancerNotFound, fmt.Sprintf(
			"load balancer %q does not exist in this account and region; correct the id where it is named", lb.ID))
		return false
	}
	before := len(m.problems)
	m.checkInstance(*lb, *instance)
	m.checkNetwork(*lb, *instance)
	m.checkOwner(*lb, *instance)
	m.checkListeners(*lb)
	return len(m.problems) == before && m.claim(*lb, *instance)
}

// admitOwn checks an instance that was created for the group, or on which nothing is wanted.
func (m *maker) admitOwn(instance cloud.Instance) bool {
	if instance.Status == cloud.StatusLocked {
		m.tellLocked(m.policy.Source, instance)
		return false
	}
	if lb := m.want.LoadBalancer; lb != nil && !lb.Keep && !m.got.Owned(m.policy.Owner) {
		m.tell(m.policy.Source, cloud.LoadBalancerClaimed, fmt.Sprintf(
			"load balancer %q does not carry the tags of this group any more, so nothing on it is changed; put the tags %q and %q back",
			instance.ID, cloud.TagCluster, cloud.TagGroup))
		return false
	}
	return true
}

func (m *maker) tellLocked(to cloud.Source, instance cloud.Instance) {
	m.tell(to, cloud.LoadBalancerLocked, fmt.Sprintf(
		"load balancer %q is locked and refuses changes; settle the account's arrears or renew it", instance.ID))
}

func (m *maker) checkInstance(lb cloud.LoadBalancer, instance cloud.Instance) {
	if instance.Status == cloud.StatusLocked {
		m.tellLocked(lb.Source, instance)
	}
	if !instance.Guaranteed() {
		m.tell(lb.Source, cloud.SharedPerformance, fmt.Sprintf(
			"load balancer %q is a shared-performance instance, which cannot have pods as backend servers; give it a specification",
			instance.ID))
	}
}

func (m *maker) checkNetwork(lb cloud.LoadBalancer, instance cloud.Instance) {
	if lb.AddressType != "" && lb.AddressType != instance.AddressType {
		m.tell(lb.Source, cloud.AddressTypeMismatch, fmt.Sprintf(
			"load balancer %q has address type %q, not %q as asked; correct the address type or the id",
			instance.ID, instance.AddressType, lb.AddressType))
	}
	if m.policy.VPCID != "" && instance.VPCID != "" && instance.VPCID != m.policy.VPCID {
		m.tell(lb.Source, cloud.NetworkMismatch, fmt.Sprintf(
			"load balancer %q is in VPC %q, the cluster is in %q; name an instance of the cluster's VPC",
			instance.ID, instance.VPCID, m.policy.VPCID))
	}
}

// checkOwner keeps away from instances that another controller or group owns.
func (m *maker) checkOwner(lb cloud.LoadBalancer, instance cloud.Instance) {
	if m.got.Owned(m.policy.Owner) {
		return
	}
	switch {
	case instance.ServiceManaged:
		m.tell(lb.Source, cloud.LoadBalancerManaged, fmt.Sprintf(
			"load balancer %q is managed by another cloud service", instance.ID))
	case hasTag(instance, cloud.TagACK):
		m.tellManaged(lb, instance, cloud.TagACK)
	case hasTag(instance, cloud.TagKeep):
		m.tellManaged(lb, instance, cloud.TagKeep)
	}
	if cluster, ok := instance.Tags[cloud.TagCluster]; ok {
		m.tell(lb.Source, cloud.LoadBalancerClaimed, fmt.Sprintf(
			"load balancer %q was made for group %q of cluster %q", instance.ID, instance.Tags[cloud.TagGroup], cluster))
	}
}

func (m *maker) tellManaged(lb cloud.LoadBalancer, instance cloud.Instance, tag string) {
	m.tell(lb.Source, cloud.LoadBalancerManaged, fmt.Sprintf(
		"load balancer %q belongs to another controller: it has tag %q", instance.ID, tag))
}

func hasTag(instance cloud.Instance, key string) bool {
	_, ok := instance.Tags[key]
	return ok
}

// checkListeners refuses an instance whose port 80 or 443 is taken. Once a listener of ours stands,
// and of added ports at any time, only the port that is taken is left out: see
// [maker.chooseListeners].
func (m *maker) checkListeners(lb cloud.LoadBalancer) {
	if lb.Override || len(m.got.Ours.Listeners) > 0 {
		return
	}
	for _, l := range m.got.Foreign.Listeners {
		if _, ok := m.want.Listener(l.Port); ok && always(l.Port) {
			m.tellOccupied(l)
		}
	}
}

func (m *maker) tellOccupied(l cloud.Listener) {
	help := "; delete it, or listen on another port"
	if always(l.Port) {
		help = "; delete it, or let it be replaced with annotation " +
			"service.beta.kubernetes.io/alibaba-cloud-loadbalancer-force-override-listeners: \"true\", " +
			"or with forceOverrideListeners if the class's SLBConfig names the instance"
	}
	m.tell(m.want.LoadBalancer.Source, cloud.ListenerOccupied,
		fmt.Sprintf("port %d has a %s listener that is not ours (%s)%s", l.Port, l.Protocol, brief(l), help))
}

// always tells whether every group has a listener on the port. Only these are taken over by
// override; other ports of a reused instance stay its user's.
func always(port int) bool { return port == 80 || port == 443 }

// claim tells whether the claim on a reused instance stands. Each cluster has a tag key of its
// own, so of two that claim at once both see both, and the lower id stays.
func (m *maker) claim(lb cloud.LoadBalancer, instance cloud.Instance) bool {
	if m.got.Owned(m.policy.Owner) {
		return true
	}
	mine, others := false, []string{}
	for _, cluster := range cloud.ClaimsOf(instance.Tags) {
		if cluster == m.policy.Owner.Cluster {
			mine = true
		} else {
			others = append(others, cluster)
		}
	}
	slices.Sort(others)
	switch {
	case mine && (len(others) == 0 || m.policy.Owner.Cluster < others[0]):
		return true
	case len(others) > 0:
		m.tell(lb.Source, cloud.LoadBalancerClaimed, fmt.Sprintf(
			"load balancer %q is claimed by cluster %s", instance.ID, strings.Join(others, ", ")))
		m.unclaim("another cluster claimed the instance at the same time, and the lower cluster id stays")
	default:
		tags := map[string]string{m.policy.Owner.ClaimKey(): m.policy.Owner.Tags()[cloud.TagGroup]}
		m.addFor(cloud.TagLoadBalancer{Tags: tags}, "a claim comes before every other change"+asked(lb.Source), lb.Source)
		m.again = true
	}
	return false
}
