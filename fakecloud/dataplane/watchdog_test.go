package dataplane

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestWatchdogEndsOnlyTheSilent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, dog := watch(t.Context(), time.Second)
		defer dog.stop()
		body := watchedBody{ReadCloser: io.NopCloser(strings.NewReader(strings.Repeat("x", 40))), watchdog: dog}
		for range 40 {
			time.Sleep(900 * time.Millisecond)
			if _, err := body.Read(make([]byte, 1)); err != nil {
				t.Fatal(err)
			}
		}
		if ctx.Err() != nil {
			t.Fatal("an exchange that moves was ended")
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if !errors.Is(context.Cause(ctx), errRequestTimeout) {
			t.Errorf("got %v, want silence to end it", context.Cause(ctx))
		}
	})
}

func TestWatchdogHearsBothDirectionsOfAnUpgrade(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, dog := watch(t.Context(), time.Second)
		defer dog.stop()
		near, far := net.Pipe()
		defer far.Close()
		res := &http.Response{StatusCode: http.StatusSwitchingProtocols, Body: near}
		dog.watchResponse(res)
		conn := res.Body.(io.ReadWriteCloser)
		defer func() { _ = conn.Close() }()
		for range 10 {
			time.Sleep(900 * time.Millisecond)
			go func() { _, _ = far.Write([]byte("x")) }()
			if _, err := conn.Read(make([]byte, 1)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(900 * time.Millisecond)
			go func() { _, _ = far.Read(make([]byte, 1)) }()
			if _, err := conn.Write([]byte("y")); err != nil {
				t.Fatal(err)
			}
		}
		if ctx.Err() != nil {
			t.Error("a connection that moves was ended")
		}
	})
}

func TestStoppedWatchdogBlamesNobody(t *testing.T) {
	t.Parallel()
	ctx, dog := watch(t.Context(), time.Hour)
	dog.stop()
	if errors.Is(context.Cause(ctx), errRequestTimeout) || ctx.Err() == nil {
		t.Errorf("got %v, want a plain end", context.Cause(ctx))
	}
}
