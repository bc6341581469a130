/** What led to an event: it ties everything that one request set off together. */
export interface Cause {
  /** The same through a whole chain of requests and events. */
  readonly correlation_id: string;
  /** The event or request that directly led here. */
  readonly causation_id?: string | undefined;
  /** W3C trace context; made from the correlation id when absent. */
  readonly traceparent?: string | undefined;
  /** The user who asked for it; absent when the system did. */
  readonly actor?: string | undefined;
}
