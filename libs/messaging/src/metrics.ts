import { Counter, Gauge, Histogram, register, type Registry } from 'prom-client';

/** The figures an operator watches; each carries the service as a label. */
export class MessagingMetrics {
  readonly oldestUnpublished: Gauge;
  readonly leader: Gauge;
  readonly publishFailures: Counter;
  readonly confirmSeconds: Histogram;
  readonly duplicates: Counter;
  readonly handlerSeconds: Histogram;
  readonly retries: Counter;
  readonly parked: Counter;
  readonly consumerActive: Gauge;
  readonly requestSeconds: Histogram;

  constructor(
    readonly service: string,
    private readonly registry: Registry = register,
  ) {
    this.oldestUnpublished = this.gauge('outbox_oldest_unpublished_seconds', 'Age of the oldest unpublished event');
    this.leader = this.gauge('relay_is_leader', '1 while this process relays the outbox of its service');
    this.publishFailures = this.counter('relay_publish_failures_total', 'Publishes that were not confirmed', 'outcome');
    this.confirmSeconds = this.histogram('publish_confirm_seconds', 'Time from a batch published to its last confirm');
    this.duplicates = this.counter('inbox_duplicates_total', 'Deliveries that had been applied before');
    this.handlerSeconds = this.histogram('handler_seconds', 'Time of one try of an event handler', 'type');
    this.retries = this.counter('retry_total', 'Deliveries put off, by step', 'step');
    this.parked = this.counter('parked_total', 'Messages parked, by reason', 'reason');
    this.consumerActive = this.gauge('consumer_active', '1 while the queue is consumed', 'queue');
    this.requestSeconds = this.histogram('request_seconds', 'Time to answer a request', 'pattern', 'outcome');
  }

  private gauge(name: string, help: string, ...labels: string[]): Gauge {
    return (
      this.known(name) ?? new Gauge({ name, help, labelNames: ['service', ...labels], registers: [this.registry] })
    );
  }

  private counter(name: string, help: string, ...labels: string[]): Counter {
    return (
      this.known(name) ?? new Counter({ name, help, labelNames: ['service', ...labels], registers: [this.registry] })
    );
  }

  private histogram(name: string, help: string, ...labels: string[]): Histogram {
    const buckets = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10];
    const labelNames = ['service', ...labels];
    return this.known(name) ?? new Histogram({ name, help, labelNames, buckets, registers: [this.registry] });
  }

  /** Several services may live in one process, in tests for example: they share the metric and differ by label. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the registry forgets the kind
  private known<M>(name: string): M | undefined {
    return this.registry.getSingleMetric(name) as M | undefined;
  }
}
