package codec

import (
	"context"
	"errors"
	"net"
	"path"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	commandpb "go.temporal.io/api/command/v1"
	commonpb "go.temporal.io/api/common/v1"
	failurepb "go.temporal.io/api/failure/v1"
	historypb "go.temporal.io/api/history/v1"
	protocolpb "go.temporal.io/api/protocol/v1"
	querypb "go.temporal.io/api/query/v1"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/api/serviceerror"
	updatepb "go.temporal.io/api/update/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
)

// server is as much of Temporal as answers what it is told to, and keeps what it was sent.
type server struct {
	client.Client
	mu     sync.Mutex
	calls  []call
	answer map[string]func() (proto.Message, error)
}

type call struct {
	method  string
	request proto.Message
}

// connect starts a server, and a client that reaches it by way of a codec.
func connect(t *testing.T, c *Codec, answer map[string]func() (proto.Message, error)) *server {
	s := &server{answer: answer}
	g := grpc.NewServer(grpc.UnaryInterceptor(func(_ context.Context, req any, info *grpc.UnaryServerInfo, _ grpc.UnaryHandler) (any, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		method := path.Base(info.FullMethod)
		if method == "GetSystemInfo" {
			return &workflowservice.GetSystemInfoResponse{}, nil
		}
		s.calls = append(s.calls, call{method, req.(proto.Message)})
		if do := s.answer[method]; do != nil {
			return do()
		}
		return nil, status.Error(codes.Unimplemented, method)
	}))
	workflowservice.RegisterWorkflowServiceServer(g, workflowservice.UnimplementedWorkflowServiceServer{})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go func() { _ = g.Serve(l) }()
	t.Cleanup(g.Stop)
	o := client.Options{HostPort: l.Addr().String()}
	o.ConnectionOptions.DialOptions = []grpc.DialOption{c.DialOption()}
	s.Client, err = client.Dial(o)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

// sent are the requests to a method.
func (s *server) sent(method string) (all []proto.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.calls {
		if c.method == method {
			all = append(all, c.request)
		}
	}
	return all
}

func says(m proto.Message) func() (proto.Message, error) {
	return func() (proto.Message, error) { return m, nil }
}

func wire(t *testing.T, m proto.Message) string {
	b, err := proto.Marshal(m)
	require.NoError(t, err)
	return string(b)
}

var stage = temporal.NewSearchAttributeKeyKeyword("Stage")

func TestAllThatLeavesIsEncryptedButSearchAttributes(t *testing.T) {
	c := newCodec(t, now)
	s := connect(t, c, map[string]func() (proto.Message, error){
		"StartWorkflowExecution":  says(&workflowservice.StartWorkflowExecutionResponse{RunId: "run"}),
		"SignalWorkflowExecution": says(&workflowservice.SignalWorkflowExecutionResponse{}),
	})
	_, err := s.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
		ID: "lead-1", TaskQueue: "lead", StaticSummary: "Amelia summary", StaticDetails: "Amelia details",
		Memo: map[string]any{"who": "Amelia memo"}, TypedSearchAttributes: temporal.NewSearchAttributes(stage.ValueSet("received")),
	}, "lead", "Amelia input")
	require.NoError(t, err)
	require.NoError(t, s.SignalWorkflow(t.Context(), "lead-1", "", "decide", "Amelia signal"))

	start, signal := s.sent("StartWorkflowExecution")[0], s.sent("SignalWorkflowExecution")[0]
	assert.NotContains(t, wire(t, start), "Amelia")
	assert.NotContains(t, wire(t, signal), "Amelia")
	assert.Contains(t, wire(t, start), "received", "Temporal has to read search attributes")

	require.NoError(t, c.DecodeMessage(t.Context(), start))
	for _, text := range []string{"Amelia input", "Amelia memo", "Amelia summary", "Amelia details"} {
		assert.Contains(t, wire(t, start), text)
	}
}

func TestWhatComesIsDecrypted(t *testing.T) {
	c := newCodec(t, now)
	secret := func(v any) *commonpb.Payload { return encodeOne(t, c, payload(t, v)) }
	s := connect(t, c, map[string]func() (proto.Message, error){
		"QueryWorkflow": says(&workflowservice.QueryWorkflowResponse{QueryResult: &commonpb.Payloads{Payloads: []*commonpb.Payload{secret("answer")}}}),
		"DescribeWorkflowExecution": says(&workflowservice.DescribeWorkflowExecutionResponse{
			ExecutionConfig: &workflowpb.WorkflowExecutionConfig{UserMetadata: &sdkpb.UserMetadata{Summary: secret("summary")}},
			WorkflowExecutionInfo: &workflowpb.WorkflowExecutionInfo{
				Memo:             &commonpb.Memo{Fields: map[string]*commonpb.Payload{"who": secret("memo")}},
				SearchAttributes: &commonpb.SearchAttributes{},
			},
		}),
	})
	answer, err := s.QueryWorkflow(t.Context(), "lead-1", "", "tasks")
	require.NoError(t, err)
	var text string
	require.NoError(t, answer.Get(&text))
	assert.Equal(t, "answer", text)

	d, err := s.DescribeWorkflow(t.Context(), "lead-1", "")
	require.NoError(t, err)
	summary, err := d.GetStaticSummary()
	require.NoError(t, err)
	assert.Equal(t, "summary", summary)
	require.NoError(t, converter.GetDefaultDataConverter().FromPayload(d.Memo.Fields["who"], &text), "the default converter reads what the SDK doesn't decode")
	assert.Equal(t, "memo", text)
}

func TestWhatFailuresSayIsEncrypted(t *testing.T) {
	c := newCodec(t, now)
	s := connect(t, c, map[string]func() (proto.Message, error){"RespondActivityTaskFailed": says(&workflowservice.RespondActivityTaskFailedResponse{})})
	cause := temporal.NewApplicationErrorWithCause("Amelia's account is closed", "Closed", errors.New("Amelia said so"), "Amelia's detail")
	require.NoError(t, s.CompleteActivity(t.Context(), []byte("token"), nil, cause))

	failed := s.sent("RespondActivityTaskFailed")[0].(*workflowservice.RespondActivityTaskFailedRequest)
	assert.NotContains(t, wire(t, failed), "Amelia")
	assert.Equal(t, "Closed", failed.Failure.GetApplicationFailureInfo().GetType(), "what kind it is stays readable")

	// It comes back as part of a history, and says what it said.
	s.answer["GetWorkflowExecutionHistory"] = says(&workflowservice.GetWorkflowExecutionHistoryResponse{History: &historypb.History{Events: []*historypb.HistoryEvent{{
		Attributes: &historypb.HistoryEvent_ActivityTaskFailedEventAttributes{
			ActivityTaskFailedEventAttributes: &historypb.ActivityTaskFailedEventAttributes{Failure: failed.Failure},
		},
	}}}})
	events := s.GetWorkflowHistory(t.Context(), "lead-1", "", false, 0)
	require.True(t, events.HasNext())
	event, err := events.Next()
	require.NoError(t, err)
	err = temporal.GetDefaultFailureConverter().FailureToError(event.GetActivityTaskFailedEventAttributes().GetFailure())
	assert.ErrorContains(t, err, "Amelia's account is closed")
	assert.ErrorContains(t, errors.Unwrap(err), "Amelia said so")
	var detail string
	var app *temporal.ApplicationError
	require.ErrorAs(t, err, &app)
	require.NoError(t, app.Details(&detail))
	assert.Equal(t, "Amelia's detail", detail)
}

// Updates come and go as messages within messages, and a workflow's failure is in a command.
func TestWhatAWorkflowTaskAnswersIsEncrypted(t *testing.T) {
	c := newCodec(t, now)
	s := connect(t, c, map[string]func() (proto.Message, error){
		"RespondWorkflowTaskCompleted": says(&workflowservice.RespondWorkflowTaskCompletedResponse{}),
	})
	message := func(m proto.Message) *protocolpb.Message {
		body, err := anypb.New(m)
		require.NoError(t, err)
		return &protocolpb.Message{Body: body}
	}
	failure := &failurepb.Failure{Message: "Amelia refused", StackTrace: "Amelia's stack", Cause: &failurepb.Failure{Message: "Amelia's cause"}}
	asked := &updatepb.Request{Input: &updatepb.Input{
		Args:   &commonpb.Payloads{Payloads: []*commonpb.Payload{payload(t, "Amelia asked")}},
		Header: &commonpb.Header{Fields: map[string]*commonpb.Payload{"who": payload(t, "Amelia's header")}},
	}}
	request := &workflowservice.RespondWorkflowTaskCompletedRequest{
		Messages: []*protocolpb.Message{
			message(&updatepb.Acceptance{AcceptedRequest: asked}), message(&updatepb.Rejection{RejectedRequest: asked, Failure: failure}),
			message(&updatepb.Response{Outcome: &updatepb.Outcome{Value: &updatepb.Outcome_Failure{Failure: failure}}}),
		},
		Commands: []*commandpb.Command{{Attributes: &commandpb.Command_FailWorkflowExecutionCommandAttributes{
			FailWorkflowExecutionCommandAttributes: &commandpb.FailWorkflowExecutionCommandAttributes{Failure: failure},
		}}},
		QueryResults: map[string]*querypb.WorkflowQueryResult{"1": {Answer: &commonpb.Payloads{Payloads: []*commonpb.Payload{payload(t, "Amelia answered")}}}},
	}
	_, err := s.WorkflowService().RespondWorkflowTaskCompleted(t.Context(), request)
	require.NoError(t, err)
	sent := s.sent("RespondWorkflowTaskCompleted")[0]
	assert.NotContains(t, wire(t, sent), "Amelia")
	require.NoError(t, c.DecodeMessage(t.Context(), sent))
	for _, text := range []string{"Amelia refused", "Amelia's stack", "Amelia's cause", "Amelia asked", "Amelia's header", "Amelia answered"} {
		assert.Contains(t, wire(t, sent), text)
	}
}

func TestWhatIsTooLargeIsRefusedOnce(t *testing.T) {
	s := connect(t, newCodec(t, now), nil)
	err := s.SignalWorkflow(t.Context(), "lead-1", "", "decide", strings.Repeat("a", maxPayload))
	var refused *serviceerror.InvalidArgument
	require.ErrorAs(t, err, &refused)
	assert.ErrorContains(t, err, "is the most that is encrypted")
	assert.Empty(t, s.sent("SignalWorkflowExecution"))
}

// The SDK tries again below what encrypts only once where a codec is a data converter; here, each attempt is encrypted anew.
func TestACallThatIsTriedAgainIsEncryptedOnce(t *testing.T) {
	c := newCodec(t, now)
	failed := false
	s := connect(t, c, map[string]func() (proto.Message, error){"RespondActivityTaskFailed": func() (proto.Message, error) {
		if !failed {
			failed = true
			return nil, status.Error(codes.Unavailable, "not now")
		}
		return &workflowservice.RespondActivityTaskFailedResponse{}, nil
	}})
	require.NoError(t, s.CompleteActivity(t.Context(), []byte("token"), nil, temporal.NewApplicationError("message", "Type", "detail")))

	sent := s.sent("RespondActivityTaskFailed")
	require.Len(t, sent, 2)
	for _, m := range sent {
		require.NoError(t, c.DecodeMessage(t.Context(), m))
		failure := m.(*workflowservice.RespondActivityTaskFailedRequest).Failure
		assert.Equal(t, "message", failure.Message)
		assert.Equal(t, `"detail"`, string(failure.GetApplicationFailureInfo().GetDetails().GetPayloads()[0].Data))
	}
}

func TestWhatTheCallerSendsStaysAsItIs(t *testing.T) {
	s := connect(t, newCodec(t, now), map[string]func() (proto.Message, error){"SignalWorkflowExecution": says(&workflowservice.SignalWorkflowExecutionResponse{})})
	request := &workflowservice.SignalWorkflowExecutionRequest{Input: &commonpb.Payloads{Payloads: []*commonpb.Payload{payload(t, "hello")}}}
	before := proto.Clone(request)
	_, err := s.WorkflowService().SignalWorkflowExecution(t.Context(), request)
	require.NoError(t, err)
	assert.True(t, proto.Equal(before, request))
}

const addThatKey = `a payload is encrypted by the key "2026-05", and there are only 2026-11 in THROUGHLINE_CODEC_KEYS: add that key, after those that are there, and restart`

func TestATaskThatCantBeReadGoesBackWithTheReason(t *testing.T) {
	input := &commonpb.Payloads{Payloads: []*commonpb.Payload{encodeOne(t, newCodec(t, old), payload(t, "hello"))}}
	started := &historypb.History{Events: []*historypb.HistoryEvent{{
		Attributes: &historypb.HistoryEvent_WorkflowExecutionStartedEventAttributes{
			WorkflowExecutionStartedEventAttributes: &historypb.WorkflowExecutionStartedEventAttributes{Input: input},
		},
	}}}
	token := []byte("token")
	s := connect(t, newCodec(t, now), map[string]func() (proto.Message, error){
		"PollActivityTaskQueue":     says(&workflowservice.PollActivityTaskQueueResponse{TaskToken: token, Input: input}),
		"PollWorkflowTaskQueue":     says(&workflowservice.PollWorkflowTaskQueueResponse{TaskToken: token, History: started}),
		"RespondWorkflowTaskFailed": says(&workflowservice.RespondWorkflowTaskFailedResponse{}),
		"RespondActivityTaskFailed": says(&workflowservice.RespondActivityTaskFailedResponse{}),
		"RespondQueryTaskCompleted": says(&workflowservice.RespondQueryTaskCompletedResponse{}),
	})

	activity, err := s.WorkflowService().PollActivityTaskQueue(t.Context(), &workflowservice.PollActivityTaskQueueRequest{Namespace: "default", Identity: "me"})
	require.NoError(t, err)
	assert.Empty(t, activity.TaskToken, "for the worker there was no task")
	back := s.sent("RespondActivityTaskFailed")[0].(*workflowservice.RespondActivityTaskFailedRequest)
	assert.Equal(t, "token default me", string(back.TaskToken)+" "+back.Namespace+" "+back.Identity)
	assert.Equal(t, addThatKey, back.Failure.GetMessage(), "in clear, for those who look at the case")
	assert.False(t, back.Failure.GetApplicationFailureInfo().GetNonRetryable())

	task, err := s.WorkflowService().PollWorkflowTaskQueue(t.Context(), &workflowservice.PollWorkflowTaskQueueRequest{Namespace: "default", Identity: "me"})
	require.NoError(t, err)
	assert.Empty(t, task.TaskToken)
	failed := s.sent("RespondWorkflowTaskFailed")[0].(*workflowservice.RespondWorkflowTaskFailedRequest)
	assert.Equal(t, "token default me", string(failed.TaskToken)+" "+failed.Namespace+" "+failed.Identity)
	assert.Equal(t, addThatKey, failed.Failure.GetMessage())

	s.answer["PollWorkflowTaskQueue"] = says(&workflowservice.PollWorkflowTaskQueueResponse{TaskToken: token, History: started, Query: &querypb.WorkflowQuery{QueryType: "tasks"}})
	task, err = s.WorkflowService().PollWorkflowTaskQueue(t.Context(), &workflowservice.PollWorkflowTaskQueueRequest{Namespace: "default"})
	require.NoError(t, err)
	assert.Empty(t, task.TaskToken)
	query := s.sent("RespondQueryTaskCompleted")[0].(*workflowservice.RespondQueryTaskCompletedRequest)
	assert.Equal(t, addThatKey, query.ErrorMessage)
}

func TestAnAnswerThatCantBeReadIsAnErrorAndNotAskedForAgain(t *testing.T) {
	s := connect(t, newCodec(t, now), map[string]func() (proto.Message, error){
		"QueryWorkflow": says(&workflowservice.QueryWorkflowResponse{QueryResult: &commonpb.Payloads{Payloads: []*commonpb.Payload{encodeOne(t, newCodec(t, old), payload(t, "answer"))}}}),
	})
	_, err := s.QueryWorkflow(t.Context(), "lead-1", "", "tasks")
	assert.EqualError(t, err, addThatKey)
	assert.Len(t, s.sent("QueryWorkflow"), 1)
}

func TestOneCaseThatCantBeReadHidesNoOther(t *testing.T) {
	memo := func(key string) *workflowpb.WorkflowExecutionInfo {
		return &workflowpb.WorkflowExecutionInfo{Memo: &commonpb.Memo{Fields: map[string]*commonpb.Payload{"who": encodeOne(t, newCodec(t, key), payload(t, "memo"))}}}
	}
	s := connect(t, newCodec(t, now), map[string]func() (proto.Message, error){
		"ListWorkflowExecutions": says(&workflowservice.ListWorkflowExecutionsResponse{Executions: []*workflowpb.WorkflowExecutionInfo{memo(old), memo(now)}}),
	})
	list, err := s.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{})
	require.NoError(t, err)
	encodings := []string{}
	for _, run := range list.Executions {
		encodings = append(encodings, string(run.Memo.Fields["who"].Metadata["encoding"]))
	}
	assert.Equal(t, []string{Encoding, "json/plain"}, encodings)
}

func TestWithoutAKeyWhatLeavesIsInClearAndFailuresAreRead(t *testing.T) {
	s := connect(t, newCodec(t), map[string]func() (proto.Message, error){"RespondActivityTaskFailed": says(&workflowservice.RespondActivityTaskFailedResponse{})})
	require.NoError(t, s.CompleteActivity(t.Context(), []byte("token"), nil, errors.New("in clear")))
	sent := s.sent("RespondActivityTaskFailed")
	assert.Equal(t, "in clear", sent[0].(*workflowservice.RespondActivityTaskFailedRequest).Failure.GetMessage())
	assert.Nil(t, sent[0].(*workflowservice.RespondActivityTaskFailedRequest).Failure.GetEncodedAttributes())
}
