// Package alibaba speaks with the real service: it implements cloud.Reader, cloud.Writer and
// cloud.Interfaces over the OpenAPI of SLB (2014-05-15) and ECS. It is the only importer of
// alibaba-cloud-sdk-go, and no type of the SDK leaves it. Beside the SDK it imports cloud,
// golang.org/x/time/rate and the standard library.
//
//	client, err := alibaba.New(alibaba.Options{
//		Region:      "cn-hangzhou",
//		VPCID:       "vpc-bp1",
//		Credentials: alibaba.NewCredentials(alibaba.CredentialsOptions{}),
//	})
//	got, err := client.Observe(ctx, query)
//
// The SDK gives the request and response types, the signature, the endpoints and the default
// credential chain. Its Client is not used: it is not safe for concurrent use, takes no context,
// puts every parameter into the URL, and with DEBUG=sdk or a registered tracer prints it.
//
// # Invariants
//
//   - Every parameter travels in the request body, so no URL, and no text made of one, can hold a
//     private key, a token or a signature. The service merges query and form, and signs both alike.
//   - Plain HTTP goes to loopback hosts only. Redirects are not followed.
//   - Every attempt has a deadline, and ends when the caller's context ends.
//   - Only codes that surely had no effect are retried here (Busy, Throttled).
//   - A failed write whose effect is in doubt is of kind Unknown, never anything milder.
//   - Error texts are stable: no request id, time, port of ours, or URL parameter.
//
// # Marks
//
// A vServer group with the owner's tags and none of the tags namespace, service and port is
// cloud.EmptyGroup; with all three it is "namespace/service/port", and with the tag canary that and
// "/" and the tag's value; with some of them it is somebody's damage and is named "#" and its id,
// so that nothing wants it.
package alibaba
