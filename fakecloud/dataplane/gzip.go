package dataplane

import (
	"compress/gzip"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// compressFrom is the smallest body that is worth compressing.
const compressFrom = 1024

// compressible says whether the service would compress this answer: a text of its list, not small,
// not encoded or partial already, to a client that accepts gzip.
func compressible(in *http.Request, res *http.Response) bool {
	if res.StatusCode != http.StatusOK && res.StatusCode < http.StatusBadRequest || in.Method == http.MethodHead {
		return false
	}
	if res.ContentLength >= 0 && res.ContentLength < compressFrom {
		return false
	}
	return res.Header.Get("Content-Encoding") == "" && isText(res.Header.Get("Content-Type")) &&
		!strings.Contains(res.Header.Get("Cache-Control"), "no-transform") && acceptsGzip(in.Header)
}

func isText(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && slices.Contains([]string{
		"text/html", "text/xml", "text/plain", "text/css", "application/javascript",
		"application/x-javascript", "application/rss+xml", "application/atom+xml",
		"application/xml", "application/json",
	}, media)
}

// acceptsGzip reads Accept-Encoding; a quality of zero is a refusal.
func acceptsGzip(header http.Header) bool {
	for _, line := range header["Accept-Encoding"] {
		for offer := range strings.SplitSeq(line, ",") {
			coding, params, _ := strings.Cut(offer, ";")
			if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
				_, quality, _ := strings.Cut(params, "=")
				return strings.Trim(quality, " 0.") != "" || !strings.Contains(params, "q=")
			}
		}
	}
	return false
}

// compress replaces the body by its compressed form. What is read of the body is flushed at once,
// so that a stream stays one.
func compress(res *http.Response) {
	header := res.Header
	header.Del("Content-Length")
	header.Set("Content-Encoding", "gzip")
	header.Add("Vary", "Accept-Encoding")
	if tag := header.Get("Etag"); tag != "" && !strings.HasPrefix(tag, "W/") {
		header.Set("Etag", "W/"+tag)
	}
	res.ContentLength = -1
	reader, writer := io.Pipe()
	go func(body io.ReadCloser) {
		_ = writer.CloseWithError(copyCompressed(writer, body))
	}(res.Body)
	res.Body = compressed{PipeReader: reader, plain: res.Body}
}

func copyCompressed(to io.Writer, from io.Reader) error {
	zip := gzip.NewWriter(to)
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if _, failed := zip.Write(buffer[:n]); failed != nil {
			return failed
		}
		if err == io.EOF {
			return zip.Close()
		}
		if err != nil {
			return err
		}
		if err := zip.Flush(); err != nil {
			return err
		}
	}
}

// compressed closes the plain body with the compressed one, which also ends the copying.
type compressed struct {
	*io.PipeReader
	plain io.Closer
}

func (c compressed) Close() error {
	_ = c.PipeReader.Close() // it never fails
	return c.plain.Close()
}
