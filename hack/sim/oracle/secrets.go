package oracle

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// window is how much of a secret counts as a hit, in bytes.
const window = 16

// Secrets is O6: it searches text for canaries, raw, in base64 (in each of its three alignments), hex
// and as URLs and JSON write them, whole or any 16 bytes of them that begin at a multiple of 8.
type Secrets struct {
	needles map[string]string // what is told, by needle
	byStart map[string][]string
	starts  [1 << 16]bool // first two bytes of a needle
}

// NewSecrets takes secrets by name. One that is PEM is also searched for as what the PEM holds. What
// is in a public text is no secret: a private key of elliptic curves holds the public one, which is in
// its certificate too. A secret of less than 16 bytes is an error: it would be found everywhere.
func NewSecrets(canaries map[string]string, public ...string) (*Secrets, error) {
	s := &Secrets{needles: map[string]string{}}
	for name, text := range canaries {
		if len(text) < window {
			return nil, fmt.Errorf("canary %q has %d bytes, at least %d are needed", name, len(text), window)
		}
		s.add(name, text)
		s.addPEM(name, text)
	}
	for _, text := range public {
		s.forget(text)
		s.forget(strings.Join(strings.Fields(body(text)), ""))
		for block, rest := pem.Decode([]byte(text)); block != nil; block, rest = pem.Decode(rest) {
			s.forgetBytes(block.Bytes)
		}
	}
	s.index()
	return s, nil
}

// index groups the needles by how they begin, so that a text is read once for all of them.
func (s *Secrets) index() {
	s.byStart = map[string][]string{}
	for needle := range s.needles {
		start := needle[:startLength]
		s.byStart[start] = append(s.byStart[start], needle)
		s.starts[int(needle[0])<<8|int(needle[1])] = true
	}
}

// startLength is how much of a needle its group has in common; a needle is longer.
const startLength = 8

func (s *Secrets) addPEM(name, text string) {
	for block, rest := pem.Decode([]byte(text)); block != nil; block, rest = pem.Decode(rest) {
		s.add(name, string(block.Bytes))
		s.add(name, strings.Join(strings.Fields(body(text)), ""))
	}
}

// forget drops the needles that a public text has.
func (s *Secrets) forget(text string) {
	maps.DeleteFunc(s.needles, func(needle, _ string) bool { return strings.Contains(text, needle) })
}

// forgetBytes does so for public bytes in every form.
func (s *Secrets) forgetBytes(data []byte) {
	text := string(data)
	s.forget(text)
	s.forget(hex.EncodeToString(data))
	s.forget(strings.ToUpper(hex.EncodeToString(data)))
	for shift := range 3 {
		s.forget(base64.StdEncoding.EncodeToString(append(make([]byte, shift), data...)))
		s.forget(base64.URLEncoding.EncodeToString(append(make([]byte, shift), data...)))
	}
	s.forget(url.QueryEscape(text))
	s.forget(url.PathEscape(text))
	s.forget(fmt.Sprintf("%q", text))
}

// body is PEM without its first and last line, which are no secret.
func body(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "-----") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

func (s *Secrets) add(name, text string) {
	if strings.HasPrefix(text, "-----BEGIN") {
		text = body(text)
	}
	for at := 0; at+window <= len(text); at += window / 2 {
		for form, needle := range forms(text[at : at+window]) {
			if len(needle) >= window {
				s.needles[needle] = name + " as " + form
			}
		}
	}
}

// forms are the ways in which a piece of a secret may be written.
func forms(piece string) map[string]string {
	all := map[string]string{
		"text": piece, "hex": hex.EncodeToString([]byte(piece)), "HEX": strings.ToUpper(hex.EncodeToString([]byte(piece))),
		"URL query": url.QueryEscape(piece), "URL path": url.PathEscape(piece), "quoted": strings.Trim(fmt.Sprintf("%q", piece), `"`),
	}
	// Where the piece begins within a group of three bytes decides how it is written; the first and
	// last characters depend on what stands beside it.
	for shift := range 3 {
		padded := append(make([]byte, shift), piece...)
		skip := []int{0, 2, 3}[shift]
		whole := len(padded) / 3 * 4
		all[fmt.Sprintf("base64+%d", shift)] = base64.StdEncoding.EncodeToString(padded)[skip:whole]
		all[fmt.Sprintf("base64url+%d", shift)] = base64.URLEncoding.EncodeToString(padded)[skip:whole]
	}
	return all
}

// Search gives what it finds in the text of a sink, such as "log" or "events", once for each secret
// and form.
func (s *Secrets) Search(sink, text string) []string {
	found := map[string]bool{}
	for at := 0; at+startLength <= len(text); at++ {
		if !s.starts[int(text[at])<<8|int(text[at+1])] {
			continue
		}
		for _, needle := range s.byStart[text[at:at+startLength]] {
			if strings.HasPrefix(text[at:], needle) {
				found[fmt.Sprintf("%s holds %s", sink, s.needles[needle])] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}
