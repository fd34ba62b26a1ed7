// Package annotations reads the settings of Ingresses and of classes. One table says of every setting
// its key, its type, what it applies to, its default, what it does and how it is set onto the
// vocabulary of package cloud; the table is the parser, the validator, the translation and the
// manual, so a new setting is a new row, and a field of SLBConfig where it is a class's, too.
//
// Every key is understood under three prefixes; where several are present the first counts and the
// others are not even looked at:
//
//	slb.ingress.k8s.alibabacloud/…
//	service.beta.kubernetes.io/alibaba-cloud-loadbalancer-…
//	service.beta.kubernetes.io/alicloud-loadbalancer-…
//
// Reading is pure:
//
//	config, faults := annotations.Parse(ingress.Annotations)
//	config.Values.Prune()
//	config.Values.Listener(&listener)
//
// A value that cannot be read is a [Fault] and counts as absent; a key under the prefixes that no row
// has is a Fault too, with the nearest key that exists. [Values.Prune] removes what cannot stand
// beside the rest. Values are spelt alike wherever they come from.
//
// The package imports package cloud for its vocabulary, and the standard library.
package annotations
