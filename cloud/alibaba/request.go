package alibaba

import (
	"fmt"
	"maps"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/responses"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// rpc makes a request of SLB from parameters, for operations whose SDK types are the same but for
// their names: creating, setting and describing listeners of one and the other protocol.
func rpc(action string, params map[string]string) *requests.RpcRequest {
	req := &requests.RpcRequest{}
	req.InitWithApiInfo(productSLB, "2014-05-15", action, "slb", "openAPI")
	req.Method = requests.POST
	maps.Copy(req.QueryParams, params)
	return req
}

// plainAnswer is an answer of which only success matters.
type plainAnswer struct{ *responses.BaseResponse }

func newPlainAnswer() *plainAnswer { return &plainAnswer{BaseResponse: &responses.BaseResponse{}} }

// wireProtocol is a protocol as it is spelt within names of operations.
func wireProtocol(p cloud.Protocol) string {
	if p == cloud.HTTPS {
		return "HTTPS"
	}
	return "HTTP"
}

// maxPages is more than any list of an account has, at 50 or more items a page. An answer whose count or
// token is wrong would be read on for ever.
const maxPages = 200

func endless(op string) error {
	return &cloud.Error{Kind: cloud.Unavailable, Op: op, Message: fmt.Sprintf("the list has no end within %d pages", maxPages)}
}
