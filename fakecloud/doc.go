// Package fakecloud is the classic load balancer service (SLB, RPC version 2014-05-15) with ECS
// DescribeNetworkInterfaces (2014-05-26), as one deterministic state machine that speaks the wire
// protocol. The real SDK works against it, over TCP or in process.
//
//	cloud := fakecloud.New(fakecloud.Options{})
//	config := sdk.NewConfig().WithScheme("HTTP")
//	config.Transport = cloud.RoundTripper() // or http.ListenAndServe(addr, cloud)
//	client, err := slb.NewClientWithAccessKey("cn-hangzhou",
//		fakecloud.DefaultAccessKeyID, fakecloud.DefaultAccessKeySecret)
//	client.SetDomain("slb.fake")
//
// It validates as the service does: signatures, parameters and their ranges, batch limits, quotas,
// references, states, busy windows, error codes. Where the service's documents are silent, Switches
// names the alternatives. Fault plans (Fail) break calls on purpose. The Journal tells what was called
// and never holds a secret. View is what a data plane has to serve; Match picks a rule as the service
// does.
//
// Invariants: a refused call changes nothing, unless a fault or a switch cuts a batch; the same seed
// and the same calls give the same ids; a Cloud owns no goroutine and no socket, and takes time only
// from its clock; an answer never carries a private key.
//
// A call goes through admit (known operation, signature, rate, RAM policy), the fault that hits it, parameter check
// (params.txt), handler, journal. Handlers are the rows of operations; one file per resource.
//
// It answers in JSON only, and never checks whether members are alive: that is the data plane's part,
// whose verdicts ReportHealth takes.
// It imports the standard library alone. Only commands that serve it and tests may import it.
package fakecloud
