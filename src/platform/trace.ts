import { context, propagation, SpanStatusCode, trace } from '@opentelemetry/api';

/** Nothing is recorded until the operator loads an OpenTelemetry SDK (`NODE_OPTIONS=--import=…`). */
const tracer = trace.getTracer('bailiwick');

/** Runs work in its own span, inside the one that is running. Names are fixed texts, never a caller's. */
export function traced<T>(name: string, work: () => Promise<T>): Promise<T> {
  return tracer.startActiveSpan(name, async (span) => {
    try {
      return await work();
    } catch (error) {
      // Not its message: that may contain what only the log should hold.
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Runs work in the trace that a request's headers continue, if any. */
export function continued<T>(headers: object, work: () => T): T {
  return context.with(propagation.extract(context.active(), headers), work);
}
