package alibaba

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/responses"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// maxAnswer is far above the longest answer, which is a list of 100 instances.
const maxAnswer = 16 << 20

const userAgent = " slb-ingress-controller"

// send signs and sends a request once and decodes the answer. The transport is called directly
// rather than through http.Client: no redirect is followed, and no error is wrapped with a URL.
func (c *Client) send(ctx context.Context, req requests.AcsRequest, resp responses.AcsResponse) *cloud.Error {
	op := req.GetActionName()
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	key, err := c.credentials.Key(ctx)
	if err != nil {
		return noKey(ctx, op, err)
	}
	httpReq, err := c.sign(ctx, req, key)
	if err != nil {
		return &cloud.Error{Kind: cloud.Invalid, Op: op, Message: "cannot sign the call"}
	}
	if err := c.mayWrite(op); err != nil {
		return err
	}
	httpResp, err := c.transport.RoundTrip(httpReq)
	if err != nil {
		return noAnswer(ctx, op, err)
	}
	defer httpResp.Body.Close()
	body, err := readAnswer(httpResp.Body)
	if err != nil {
		return noAnswer(ctx, op, err)
	}
	if httpResp.StatusCode/100 != 2 {
		return classify(op, httpResp.StatusCode, body)
	}
	return decode(op, httpResp, body, resp)
}

// mayWrite asks the fence for as long as a call may take. It is the last thing before a call is sent:
// waiting for the rate limit, a key or a further attempt may have taken any time.
func (c *Client) mayWrite(op string) *cloud.Error {
	if isRead(op) {
		return nil
	}
	if err := c.fence(c.timeout); err != nil {
		return &cloud.Error{Kind: cloud.Barred, Op: op, Message: "not sent: " + err.Error()}
	}
	return nil
}

// noKey is the error of a call for which there is no key. It was not sent.
func noKey(ctx context.Context, op string, err error) *cloud.Error {
	if ctx.Err() != nil {
		return &cloud.Error{Kind: cloud.Unavailable, Op: op, Message: "given up before it was sent"}
	}
	return &cloud.Error{Kind: cloud.Denied, Op: op, Message: err.Error()}
}

// sign makes the HTTP request. All parameters go into the body; their signature is the same there.
func (c *Client) sign(ctx context.Context, req requests.AcsRequest, key Key) (*http.Request, error) {
	query := req.GetQueryParams()
	for _, stale := range []string{"SecurityToken", "BearerToken", "Signature"} {
		delete(query, stale)
	}
	if err := auth.Sign(req, nil, c.region, signingKey{key}); err != nil {
		return nil, errors.New("signing")
	}
	form := url.Values{}
	for _, params := range []map[string]string{query, req.GetFormParams()} {
		for name, value := range params {
			form.Set(name, value)
		}
	}
	httpReq, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoints[req.GetProduct()], strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	for name, value := range req.GetHeaders() {
		httpReq.Header.Set(name, value)
	}
	httpReq.Header.Set("User-Agent", sdk.DefaultUserAgent+userAgent)
	return httpReq, nil
}

func readAnswer(r io.Reader) (string, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxAnswer+1))
	if err == nil && len(body) > maxAnswer {
		err = errors.New("the answer is too long")
	}
	return string(body), err
}

// decode fills resp. An answer that says success and cannot be read leaves a write's ids unknown. One
// without a request id is none of the API's, which gives one with every answer: a list that it lacks
// is not an empty list.
func decode(op string, httpResp *http.Response, body string, resp responses.AcsResponse) *cloud.Error {
	httpResp.Body = io.NopCloser(strings.NewReader(body))
	if err := responses.Unmarshal(resp, httpResp, "JSON"); err != nil || !hasRequestID(body) {
		return &cloud.Error{Kind: inDoubt(op), Op: op, Message: "cannot read the answer"}
	}
	return nil
}

func hasRequestID(body string) bool {
	var answer struct {
		RequestID string `json:"RequestId"`
	}
	return json.Unmarshal([]byte(body), &answer) == nil && answer.RequestID != ""
}

// inDoubt is the kind of an error that leaves the effect of a call unknown.
func inDoubt(op string) cloud.ErrorKind {
	if isRead(op) {
		return cloud.Unavailable
	}
	return cloud.Unknown
}
