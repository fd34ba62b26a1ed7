// Package annotations reads the annotations of an Ingress. One table says of every annotation its
// key, its type, what it applies to, its default and what it does; the table is the parser, the
// validator and the manual, so a new annotation is a new row and a field of [Config].
//
// Every key is understood under two prefixes; where both are present the newer one wins and the
// older one is not even looked at:
//
//	service.beta.kubernetes.io/alibaba-cloud-loadbalancer-…
//	service.beta.kubernetes.io/alicloud-loadbalancer-…
//
// Reading is pure:
//
//	config, faults := annotations.Parse(ingress.Annotations)
//
// A value that cannot be read is a [Fault] and leaves its field as if the annotation were not
// there; a key under the prefixes that no row has is a Fault too, with the nearest key that exists.
//
// The package imports package cloud for its reasons, and the standard library.
package annotations
