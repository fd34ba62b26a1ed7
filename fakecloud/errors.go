package fakecloud

import (
	"fmt"
	"net/http"
)

// Error is an error answer of the service.
type Error struct {
	Code      string
	Message   string
	Status    int
	RequestID string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s (%d): %s", e.Code, e.Status, e.Message)
}

func refuse(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Status: statusOf(code)}
}

// statusOf is 400 for all but the codes whose documents say otherwise. Throttling is 400 too.
func statusOf(code string) int {
	switch code {
	case "InvalidLoadBalancerId.NotFound", "InvalidRuleId.NotFound", "ResourceNotFound.Listener",
		"ResourceNotFound.vServers", "ResourceNotFound.Certificate", "InvalidAccessKeyId.NotFound",
		"InvalidAction.NotFound", "ServerCertificateId.NotFound", "CACertificateId.NotFound",
		"InvalidRegionId.NotFound":
		return http.StatusNotFound
	case "Forbidden.RAM", "LastTokenProcessing":
		return http.StatusForbidden
	case "BackendServer.configuring", "ServiceIsStopping", "OperationConflict":
		return http.StatusConflict
	case "InternalError":
		return http.StatusInternalServerError
	case "ServiceUnavailable":
		return http.StatusServiceUnavailable
	}
	return http.StatusBadRequest
}

func missing(name string) *Error {
	code := "MissingParameter"
	switch name {
	case "ResourceId", "ResourceType":
		code = "MissingParam." + name
	case "Tag":
		code = "MissingParam.TagKey"
	}
	return refuse(code, "The input parameter %q that is mandatory for processing this request is not supplied.", name)
}

func invalid(name string) *Error {
	return refuse("InvalidParameter", "The specified parameter %s is not valid.", name)
}

// Clients match on the words of these three as well as on the code.

func noInstance(id string) *Error {
	return refuse("InvalidLoadBalancerId.NotFound", "The specified LoadBalancerId does not exist: %s.", id)
}

func noGroup(id string) *Error {
	e := refuse("InvalidParameter", "The specified VServerGroupId does not exist: %s.", id)
	e.Status = http.StatusNotFound
	return e
}

func noListener(port string) *Error {
	return refuse("InvalidParameter", "The specified resource does not exist: listener %s.", port)
}

func retryLater(code string) *Error {
	return refuse(code, "Another operation on the resource is in progress, try again later.")
}
