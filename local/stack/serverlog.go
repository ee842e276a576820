package stack

import (
	"fmt"
	"io"
	"os"

	"go.temporal.io/server/common/log"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// serverLog is a logger for Temporal's server that writes its errors to w, as JSON lines. What makes the server end the process is
// also said on standard error, since nobody would look into a file for it.
func serverLog(w io.Writer) log.Logger {
	if w == nil {
		w = io.Discard
	}
	encoder := zap.NewProductionEncoderConfig()
	encoder.EncodeTime = zapcore.RFC3339NanoTimeEncoder
	core := zapcore.NewCore(zapcore.NewJSONEncoder(encoder), zapcore.Lock(zapcore.AddSync(w)), zapcore.ErrorLevel)
	return log.NewZapLogger(zap.New(core, zap.WithFatalHook(fatal{})))
}

type fatal struct{}

func (fatal) OnWrite(e *zapcore.CheckedEntry, fields []zapcore.Field) {
	m := zapcore.NewMapObjectEncoder()
	for _, f := range fields {
		f.AddTo(m)
	}
	fmt.Fprintf(os.Stderr, "Temporal's server can't go on: %s %v\n", e.Message, m.Fields)
	os.Exit(1)
}
