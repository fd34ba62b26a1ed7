package annotations_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/slb-ingress/slb-ingress-controller/annotations"
)

// met are the tests that send requests through the data plane and meet what a row does, by files of
// cmd/localcluster/cluster. An empty one says that a row changes no request.
func met() map[annotations.Name][2]string {
	settings := [2]string{"settings_test.go", "TestListenerSettings"}
	guards := [2]string{"settings_test.go", "TestListenerGuards"}
	networks := [2]string{"access_test.go", "TestAccessByAddress"}
	none := [2]string{}
	rows := map[annotations.Name][2]string{
		annotations.ID: {"samples_test.go", "TestSampleExistingInstance"}, annotations.ForceOverride: {"samples_test.go", "TestSampleExistingInstance"},
		annotations.AddressType: {"samples_test.go", "TestSampleIntranetInstance"},
		annotations.AllowCIDRs:  networks, annotations.DenyCIDRs: networks, annotations.CASecret: {"access_test.go", "TestMutualTLS"},
		annotations.ListenPorts: {"access_test.go", "TestListenPorts"},
		annotations.Canary:      {"canary_test.go", "TestCanary"}, annotations.CanaryWeight: {"canary_test.go", "TestCanary"},
		annotations.HealthCheck: {"rulesettings_test.go", "TestHealthCheckFromProbe"},
	}
	for _, row := range annotations.Table() {
		switch _, ok := rows[row.Name]; {
		case ok:
		case row.Level == annotations.LevelCreated, strings.HasPrefix(string(row.Name), "canary-by-"):
			rows[row.Name] = none // about an instance's keeping; refused
		case strings.HasPrefix(string(row.Name), "health"), strings.HasPrefix(string(row.Name), "unhealthy"), strings.HasPrefix(string(row.Name), "acl-"),
			strings.HasPrefix(string(row.Name), "ssl-redirect"), row.Name == "forward-port", row.Name == annotations.CertID:
			rows[row.Name] = guards
		default:
			rows[row.Name] = settings
		}
	}
	return rows
}

// TestTrafficIsMet: each row that changes what a request meets has a test by requests, which names it.
func TestTrafficIsMet(t *testing.T) {
	t.Parallel()
	const folder = "../cmd/localcluster/cluster"
	for _, row := range annotations.Table() {
		test := met()[row.Name]
		if test[0] == "" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(folder, test[0]))
		if err != nil {
			t.Fatal(err)
		}
		_, body, found := strings.Cut(string(data), "\nfunc "+test[1]+"(")
		if !found {
			t.Errorf("%s: %s has no %s", row.Name, test[0], test[1])
			continue
		}
		body, _, _ = strings.Cut(body, "\n}\n")
		key := strconv.Quote(annotations.Prefix + string(row.Name)) // as a constant of the file
		if !strings.Contains(body, strconv.Quote(string(row.Name))) && !strings.Contains(string(data), key) && !strings.Contains(test[1], "Sample") {
			t.Errorf("%s: %s does not set it", row.Name, test[1])
		}
	}
}
