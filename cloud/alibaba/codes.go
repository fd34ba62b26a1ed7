package alibaba

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/slb-ingress/slb-ingress-controller/cloud"
)

// serverFault is a code by which the service admits a fault of its own. Whether a call had its effect
// is not known then, so its kind depends on the call.
const serverFault cloud.ErrorKind = "ServerFault"

// kindOfCode classifies by the service's code; "" for one that is not known. The codes grew over ten
// years, and several conditions have two spellings.
func kindOfCode(code string) cloud.ErrorKind {
	for _, classOf := range []func(string) cloud.ErrorKind{retried, stateOf, roomOf, rightOf, familyOf} {
		if kind := classOf(code); kind != "" {
			return kind
		}
	}
	return ""
}

// retried are the codes of a service that is busy, throttles or fails. References to a deleted
// listener, rule or extension clear late, so "still in use" is Busy.
func retried(code string) cloud.ErrorKind {
	switch code {
	case "ServiceIsConfiguring", "BackendServer.configuring", "ServiceIsStopping", "ListenerProcessing",
		"Operation.Deny", "OperationBusy", "SystemBusy", "VServerGroupProcessing",
		"OperationFailed.ServiceGroupProcessing", "BackendServerProcessing", "VpcSystemBusy",
		"ProcessingSameRequest", "OperationFailed.ListenerStatusNotSupport", "OperationFailed.TokenIsProcessing",
		"LastTokenProcessing", "DomainExtensionProcessing", "IncorrectStatus.DomainExtension",
		"AclEntryProcessing", "ResourceInConfiguring.Acl", "TLSPolicyConfiguring",
		"InvalidOperation.ConcurrentModification", "LocationServiceTimeout", "OperationConflict",
		"QueryOrderError", "CreateOrderTimeout",
		"CertificateAndPrivateKeyIsRefered", "CertificateRelatedDomainExtensionExist", "RspoolVipExist",
		"RspoolRuleExist", "ListenerForwardExist", "OperationFailed.AclBindedWithVip", "DomainExtensionRelatedRuleExist":
		return cloud.Busy
	case "InnerRateLimiting":
		return cloud.Throttled
	case "ServiceUnavailable", "InternalError", "InternalInvokeError", "SystemError", "SignatureNonceUsed":
		// A nonce that was used means that the same call came before: its outcome is not known.
		return serverFault
	}
	return ""
}

// stateOf are the codes that say that something is there, or is not, or is otherwise than we thought.
func stateOf(code string) cloud.ErrorKind {
	switch code {
	case "InvalidLoadBalancerId.NotFound", "ResourceNotFound.Listener", "ListenerNotFound", "InvalidRuleId.NotFound",
		"ServerCertificateId.NotFound", "CACertificateId.NotFound", "ResourceNotFound.Certificate",
		"CertificateNotExist", "InvalidParameter.DomainExtensionId", "InvalidParameter.ServerCertificateId",
		"AclNotExist", "ResourceNotExist", "InvalidTLSPolicyId.NotExist",
		codeNoServer, codeNoSuchServer, codeServerNotFound:
		return cloud.NotFound
	case "ListenerAlreadyExists", "InvalidParameter.ListenerPortConflict", "DomainExist", "InvalidParameter.Domain",
		"Operation.NotAllowed", "OperationFailed.ListenerConflict", "OperationFailed.ServerGroupInUse",
		"OperationDenied.DeleteProtectionIsOn", "InvalidParam.AclEntryExists", "Duplicate.TagKey",
		"InvalidBackendServers.ServerIpConflict", "IdempotentParameterMismatch", "LX_REQUEST_TOKEN_CONFLICT":
		return cloud.Conflict
	}
	return ""
}

// Codes that say that a network interface or server is gone; a pod can vanish between look-up and
// call.
const (
	codeNoServer       = "ResourceNotFound.vServers"
	codeNoSuchServer   = "InvalidServerId.NotExist"
	codeServerNotFound = "InvalidServerId.NotFound"
)

// lacksServer tells whether a call failed because a member's server is gone.
func lacksServer(err error) bool {
	e, ok := errors.AsType[*cloud.Error](err)
	return ok && (e.Code == codeNoServer || e.Code == codeNoSuchServer || e.Code == codeServerNotFound)
}

// roomOf are quotas, and capacity of a zone or vSwitch.
func roomOf(code string) cloud.ErrorKind {
	switch code {
	case "TooManyRules", "ListenerNumberOverLimit", "VipTooManyListeners", "InstanceBackendServerNumberOverLimit",
		"DomainExtensionNumberOverLimit", "OverQuota", "OperationForbidden.QuotaLimit", "AclNumberOverLimit",
		"AclListenerOverLimit", "AclEntryExceedLimit", "TLSCipherPolicyVipRelationOverLimit",
		"OperationFailed.InsufficientResources", "OperationFailed.ZoneResourceLimit",
		"OperationFailed.RegionResourceLimit", "PRODUCT.NOT_AVAILABLE_IZ", "VSwitchAvailableIpNotExist",
		"SubnetIpExhaust", "InsufficientAvailableQuota", "TooManyCertificates":
		return cloud.Quota
	}
	return ""
}

// rightOf are the codes of an account, key or instance that may not.
func rightOf(code string) cloud.ErrorKind {
	switch code {
	case "SignatureDoesNotMatch", "IncompleteSignature", "IllegalTimestamp", "ActionNotAllowed",
		"NoPermission", "HighRiskOperationDenied", "OperationFailed.UnpaidBillsExist", "InsufficientBalance",
		"PayInsufficientBalance", "Certkey.Forbidden":
		return cloud.Denied
	}
	return ""
}

// familyOf knows codes by their beginning, for those that have many endings.
func familyOf(code string) cloud.ErrorKind {
	families := []struct {
		prefix string
		kind   cloud.ErrorKind
	}{
		{"QuotaExceed", cloud.Quota},
		{"QuotaLimitExceed", cloud.Quota},
		{"ResourceNotAvailible.", cloud.Quota},
		{"Forbidden", cloud.Denied},
		{"InvalidAccessKeyId", cloud.Denied},
		{"InvalidSecurityToken", cloud.Denied},
		{"InvalidTimeStamp", cloud.Denied},
		{"ORDER.", cloud.Denied},
		{"PAY.", cloud.Denied},
		{"PAYFOR.", cloud.Denied},
	}
	if strings.Contains(code, "Throttling") {
		return cloud.Throttled
	}
	for _, f := range families {
		if strings.HasPrefix(code, f.prefix) {
			return f.kind
		}
	}
	return ""
}

func statusText(status int) string {
	return strings.TrimSpace(strconv.Itoa(status) + " " + http.StatusText(status))
}
