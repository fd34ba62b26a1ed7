package cloud

import "cmp"

// Mark is a resource that carries a cluster's marks. Certificates of clients' authorities are of
// KindCertificate here, too: their tags do not tell them apart.
type Mark struct {
	Kind Kind
	ID   ID
	// Group is the owner's group, as its tag has it: see [Owner.Tags].
	Group string
	// Claim: the instance is somebody's and was claimed for the group.
	Claim bool
	// Retained: the instance was left to its user for good: see [TagRetained].
	Retained bool
}

// CompareMarks orders marks by kind, id and group.
func CompareMarks(a, b Mark) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Group, b.Group))
}
