package codec

import (
	"context"
	"errors"

	commonpb "go.temporal.io/api/common/v1"
	failurepb "go.temporal.io/api/failure/v1"
	"go.temporal.io/api/proxy"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// DialOption makes a connection to Temporal that encrypts what leaves and decrypts what comes: every payload of every call (inputs,
// results, signals, updates, queries, memos, headers, summaries and details for Temporal Web) but for search attributes, which
// Temporal has to read; and the messages and stack traces of failures, by the SDK's own encoding of them
// ([converter.EncodeCommonFailureAttributes], as EncodeCommonAttributes of its failure converter does).
//
// The usual place for a codec is the SDK's data converter. There, a key that is missing in one process does harm that can't be
// undone: the SDK fails a workflow whose input can't be decoded, drops a signal, and takes a failure's details for empty, upon which
// the workflow goes another way than it would have. A memo is compared byte by byte when a workflow is replayed, and no two
// encryptions are alike. Here, code sees what is readable or sees nothing: a task that can't be read goes back to Temporal, with the
// reason, until somebody adds the key.
func (c *Codec) DialOption() grpc.DialOption {
	visit := proxy.PayloadVisitorInterceptorOptions{Inbound: c.decoding()}
	if c.Encrypts() {
		visit.Outbound = &proxy.VisitPayloadsOptions{
			Visitor: func(_ *proxy.VisitPayloadsContext, p []*commonpb.Payload) ([]*commonpb.Payload, error) {
				return c.Encode(p)
			},
			SkipSearchAttributes: true,
		}
	}
	payloads, err := proxy.NewPayloadVisitorInterceptor(visit)
	if err != nil {
		panic(err) // never: it only makes a function of its options
	}
	return grpc.WithChainUnaryInterceptor(connection{c.Encrypts(), payloads}.intercept)
}

// connection is what a call goes through.
type connection struct {
	encrypts bool
	payloads grpc.UnaryClientInterceptor
}

// intercept is a [grpc.UnaryClientInterceptor]. It runs for each attempt of a call, below the SDK's retries.
func (c connection) intercept(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, call grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	if _, ok := reply.(*workflowservice.ListWorkflowExecutionsResponse); ok {
		ctx = context.WithValue(ctx, lenient{}, true)
	}
	below := func(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, opts ...grpc.CallOption) error {
		return c.payloads(ctx, method, req, reply, cc, call, opts...)
	}
	var err error
	if message, ok := req.(proto.Message); ok && c.encrypts {
		// The SDK keeps parts of what it sends, and sends the same again when it tries again: so a copy is what is encrypted.
		err = failures(ctx, method, proto.Clone(message), reply, cc, below, opts...)
	} else {
		err = below(ctx, method, req, reply, cc, opts...)
	}
	if large, ok := errors.AsType[*TooLargeError](err); ok {
		return status.Error(codes.InvalidArgument, large.Error()) // which isn't worth another try
	}
	if !unreadable(err) {
		return err
	}
	return handBack(ctx, err, req, reply, cc, call, opts...)
}

// failures moves what failures say into payloads, and back. It stands before those that deal with payloads.
var failures = func() grpc.UnaryClientInterceptor {
	i, err := converter.NewFailureGRPCClientInterceptor(converter.NewFailureGRPCClientInterceptorOptions{EncodeCommonAttributes: true})
	if err != nil {
		panic(err) // only without EncodeCommonAttributes
	}
	return i
}()

// lenient marks the context of a list: what can't be read in it stays as it is, so that one old case doesn't hide all others.
type lenient struct{}

func (c *Codec) decoding() *proxy.VisitPayloadsOptions {
	return &proxy.VisitPayloadsOptions{
		Visitor: func(ctx *proxy.VisitPayloadsContext, p []*commonpb.Payload) ([]*commonpb.Payload, error) {
			decoded, err := c.Decode(p)
			if unreadable(err) && ctx.Value(lenient{}) != nil {
				return p, nil
			}
			return decoded, err
		},
		SkipSearchAttributes: true,
	}
}

// DecodeMessage decrypts all payloads in a message of Temporal's, and what its failures say: a history that was taken from Temporal
// without a connection of ours, so that it can be replayed.
func (c *Codec) DecodeMessage(ctx context.Context, m proto.Message) error {
	if err := proxy.VisitPayloads(ctx, m, *c.decoding()); err != nil {
		return err
	}
	return proxy.VisitFailures(ctx, m, proxy.VisitFailuresOptions{
		Visitor: func(_ *proxy.VisitFailuresContext, f *failurepb.Failure) error {
			converter.DecodeCommonFailureAttributes(converter.GetDefaultDataConverter(), f)
			return nil
		},
	})
}

func unreadable(err error) bool {
	_, unknown := errors.AsType[*UnknownKeyError](err)
	_, broken := errors.AsType[*BrokenError](err)
	return unknown || broken
}
