import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** A span as it came, with what tests look at. */
export interface CollectedSpan {
  readonly service: string;
  readonly name: string;
  readonly trace_id: string;
  readonly span_id: string;
  /** Absent where a trace begins. */
  readonly parent_span_id?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Names of what happened within it. */
  readonly events: readonly string[];
  readonly isError: boolean;
}

/** Takes spans, refuses them with a status, or is silent. */
export type CollectorAnswer = 'takes' | 'silent' | number;

/** A collector that takes traces as OTLP over HTTP, in JSON, and keeps them. */
export class TraceCollector {
  readonly spans: CollectedSpan[] = [];
  /** Requests that came, taken or not. */
  asked = 0;
  answer: CollectorAnswer = 'takes';
  readonly #server: Server = createServer((request, response) => void this.#receive(request, response));

  /** @param port that is free; any when absent. */
  static async listen(port = 0): Promise<TraceCollector> {
    const collector = new TraceCollector();
    collector.#server.listen(port, '127.0.0.1');
    await once(collector.#server, 'listening');
    return collector;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The one span of that name, in a trace when it is given. @throws Error when there is none or more. */
  span(name: string, traceId?: string): CollectedSpan {
    const found = this.spans.filter((span) => span.name === name && (traceId ?? span.trace_id) === span.trace_id);
    const [only] = found;
    if (only === undefined || found.length > 1) {
      const names = this.spans.map((span) => `${span.service}: ${span.name}`).join(', ');
      throw new Error(`${found.length} spans are called ${name}; there are ${names || 'none'}`);
    }
    return only;
  }

  /** From a span to where its trace begins, as far as the spans have come. */
  path(span: CollectedSpan): readonly CollectedSpan[] {
    const parent = this.spans.find(
      ({ trace_id, span_id }) => trace_id === span.trace_id && span_id === span.parent_span_id,
    );
    return parent === undefined ? [span] : [span, ...this.path(parent)];
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await json(request)) as TracesDocument;
    this.asked += 1;
    if (this.answer === 'silent') return;
    if (this.answer === 'takes') this.spans.push(...spansOf(body));
    const isFound = request.method === 'POST' && request.url === '/v1/traces';
    const status = this.answer === 'takes' ? 200 : this.answer;
    response.writeHead(isFound ? status : 404, { 'content-type': 'application/json' }).end('{}');
  }
}

/** Of the protocol, what is looked at. */
interface TracesDocument {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly SpanDocument[] }[];
  }[];
}
interface SpanDocument {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly Attribute[];
  readonly events: readonly { readonly name: string }[];
  readonly status: { readonly code: number };
}
interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

const ERROR = 2;

function spansOf(document: TracesDocument): CollectedSpan[] {
  return document.resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(attributesOf(resource.attributes)['service.name']);
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => spanOf(service, span)));
  });
}

function spanOf(service: string, span: SpanDocument): CollectedSpan {
  return {
    service,
    name: span.name,
    trace_id: span.traceId,
    span_id: span.spanId,
    ...(span.parentSpanId !== undefined && span.parentSpanId !== '' && { parent_span_id: span.parentSpanId }),
    attributes: attributesOf(span.attributes),
    events: span.events.map(({ name }) => name),
    isError: span.status.code === ERROR,
  };
}

/** A value says its kind by the name of its only member; 64-bit integers may come as text. */
function attributesOf(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => {
      const [kind, content] = Object.entries(value)[0] ?? [];
      return [key, kind === 'intValue' ? Number(content) : content];
    }),
  );
}
