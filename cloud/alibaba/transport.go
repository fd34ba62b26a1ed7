package alibaba

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"regexp"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// noAnswer classifies a call that got no answer. A write may have had its effect, unless it surely
// was not sent: no connection, or a certificate that was not accepted.
func noAnswer(ctx context.Context, op string, err error) *cloud.Error {
	kind := inDoubt(op)
	if neverSent(err) {
		kind = cloud.Unavailable
	}
	return &cloud.Error{Kind: kind, Op: op, Message: "no answer: " + causeOf(ctx, err)}
}

func neverSent(err error) bool {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return true
	}
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	return untrusted
}

// causeOf says what went wrong in words that are the same each time: no address or port of ours, no
// URL parameter.
func causeOf(ctx context.Context, err error) string {
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(ctx.Err(), context.DeadlineExceeded):
		return "timed out"
	case errors.Is(err, context.Canceled), ctx.Err() != nil:
		return "canceled"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed"
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Op + ": " + innermost(op.Err).Error()
	}
	return withoutQuery(innermost(err).Error())
}

func innermost(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

func withoutQuery(text string) string {
	return regexp.MustCompile(`\?\S*`).ReplaceAllString(text, "")
}
