package annotations

import (
	"slices"
	"strconv"
)

// canaryRows have no setters: what they say is about paths, and no other Ingress's paths but those
// of the canary.
func canaryRows() []Row {
	return []Row{
		{
			Name: Canary, Type: boolean(), Level: LevelPath, Bundle: "canary", Default: "false", Example: "true", Guards: true,
			Doc: "Makes the Ingress a canary: it claims no path, but takes a share of the requests of paths that another Ingress of its namespace serves.",
		},
		{
			Name: CanaryWeight, Type: number(0, 100), Level: LevelPath, Bundle: "canary", Default: "0", Example: "10",
			Doc: "Is the share of the requests, in percent, that a canary takes; 0 and 100 make a blue-green switch.",
		},
		canaryBy(CanaryByHeader, "a header", "X-Canary"),
		canaryBy(CanaryByHeaderValue, "a header's value", "always"),
		canaryBy(CanaryByHeaderRegex, "a header's value", "^beta-"),
		canaryBy(CanaryByCookie, "a cookie", "canary"),
	}
}

// canaryBy is the row of a key that other controllers know and the service cannot do: its rules
// have conditions on domain and URL only (CreateRules: Domain, Url).
func canaryBy(name Name, what, example string) Row {
	return Row{
		Name: name, Type: line(), Level: LevelPath, Bundle: "canary", Example: example,
		Doc: "Is refused, and the canary with it: a forwarding rule has a domain and a URL, and no condition on " + what + ".",
	}
}

// Canary tells whether the Ingress is a canary.
func (c Config) Canary() bool { return c.Values[Canary] == "true" }

// Share is the percentage of the requests that a canary takes, 0 to 100; 0 if it is not said.
func (c Config) Share() int {
	share, _ := strconv.Atoi(c.Values[CanaryWeight]) // the row has accepted it
	return share
}

// CanaryBy are the conditions that are asked for and that the service does not have, in the order of
// the table. One that cannot be read is among them: it was meant to keep requests from the canary.
func (c Config) CanaryBy() []Name {
	all := []Name{CanaryByHeader, CanaryByHeaderValue, CanaryByHeaderRegex, CanaryByCookie}
	return slices.DeleteFunc(all, func(n Name) bool { return c.keys[n] == "" })
}
