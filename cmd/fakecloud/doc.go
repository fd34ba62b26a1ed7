// Command fakecloud serves a fake of the SLB service: its OpenAPI on one address, and the traffic of
// the load balancers that are made there on loopback addresses of their own.
//
// It needs no account and no cluster. Start it, then point a controller at the printed address:
//
//	fakecloud --eni-cidr 10.244.0.0/16
//	export ALIBABA_CLOUD_ACCESS_KEY_ID=LTAIfake0000000000000000
//	export ALIBABA_CLOUD_ACCESS_KEY_SECRET=fake-access-key-secret
//	slb-ingress-controller --slb-endpoint http://127.0.0.1:8088 --region cn-hangzhou \
//		--vpc-id vpc-fake --metrics-bind-address 0
//
// `make run ARGS=--controller=false` gives a cluster without a controller, but its pods live in that
// process and are reached by its own fake alone.
//
// It may import fakecloud and fakecloud/dataplane; it holds no behaviour of the service itself.
package main
