package manager

import (
	"context"
	"fmt"
	"os"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/config"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
	"github.com/slb-ingress/slb-ingress-controller/cloud/alibaba"
)

// serviceAccountNamespace is where a pod finds the namespace that it runs in.
const serviceAccountNamespace = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"

// Cluster finds the cluster: the given kubeconfig, else $KUBECONFIG, the pod's service account and
// ~/.kube/config, in this order.
func Cluster(kubeconfig string) (*rest.Config, error) {
	if kubeconfig != "" {
		if err := os.Setenv("KUBECONFIG", kubeconfig); err != nil {
			return nil, fmt.Errorf("--kubeconfig: %w", err)
		}
	}
	cluster, err := config.GetConfig()
	if err != nil {
		return nil, fmt.Errorf("no cluster found: %w; give one by --kubeconfig", err)
	}
	return cluster, nil
}

// complete fills what the flags left open, from the cluster and from instance metadata. What cannot
// be had is an error that names the flag.
func (o *Options) complete(ctx context.Context, live client.Reader) error {
	if err := o.completeCluster(ctx, live); err != nil {
		return err
	}
	metadata := alibaba.Metadata{BaseURL: o.MetadataBase}
	var err error
	if o.Region == "" {
		if o.Region, err = metadata.Region(ctx); err != nil {
			return err
		}
	}
	if o.VPCID == "" {
		if o.VPCID, err = metadata.VPC(ctx); err != nil {
			return err
		}
	}
	o.completeNamespace()
	return nil
}

func (o *Options) completeCluster(ctx context.Context, live client.Reader) error {
	if o.ClusterID == "" {
		var system corev1.Namespace
		if err := live.Get(ctx, types.NamespacedName{Name: "kube-system"}, &system); err != nil {
			return fmt.Errorf("cannot read namespace kube-system, whose UID is the default cluster id: %w; give one by --cluster-id", err)
		}
		o.ClusterID = string(system.UID)
	}
	if len(o.ClusterID) > cloud.MaxClusterID {
		return fmt.Errorf("--cluster-id: %q is longer than %d characters, which is all that the service's tags can hold", o.ClusterID, cloud.MaxClusterID)
	}
	return nil
}

func (o *Options) completeNamespace() {
	if o.Namespace != "" {
		return
	}
	o.Namespace = "kube-system"
	if text, err := os.ReadFile(serviceAccountNamespace); err == nil {
		o.Namespace = strings.TrimSpace(string(text))
	}
}
