import {
  DomainError,
  refusal,
  ReportJobs,
  type ReportingService,
  ReportStorage,
  SERVICE_REPORTS,
  type StorageReport,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { QueueDepths, RequestClient } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import type { OperationsReport, ShownService, Untold } from './operations-report.ts';
import { Remembered } from './remembered.ts';

/** Milliseconds a service has to answer for itself. */
const PATIENCE = 2_000;
/** Milliseconds figures are good for. Those of the store look at every image. */
const MOMENT = 2_000;
const WHILE = 30_000;

/** Asks everybody how they are. Whoever does not answer is shown so, and keeps no other from being shown. */
@Injectable()
export class Operations {
  readonly #reports = new Remembered<OperationsReport>(MOMENT);
  readonly #storage = new Remembered<StorageReport>(WHILE);
  readonly #startedAt = new Date(Date.now() - performance.now()).toISOString();

  constructor(
    private readonly requests: RequestClient,
    private readonly depths: QueueDepths,
  ) {}

  /** The same for every operator that asks within a moment. */
  report(region: string, context: RequestContext): Promise<OperationsReport> {
    return this.#reports.get(region, () => this.#ask(region, context));
  }

  async #ask(region: string, context: RequestContext): Promise<OperationsReport> {
    const options = { context, timeout_ms: PATIENCE };
    const names = Object.keys(SERVICE_REPORTS) as ReportingService[];
    const [services, queues, jobs, storage] = await Promise.all([
      Promise.all(names.map((service) => this.#ofService(service, context))),
      orWhyNot(this.depths.measure().then((depths) => [...depths])),
      orWhyNot(this.requests.send(ReportJobs, { region }, options)),
      orWhyNot(this.#storage.get(region, () => this.requests.send(ReportStorage, { region }, options))),
    ]);
    const own: ShownService = {
      ...{ service: 'gateway', state: 'ready', started_at: this.#startedAt, faults: {}, outbox: null },
    };
    return { region, as_of: new Date().toISOString(), services: [own, ...services], queues, jobs, storage };
  }

  async #ofService(service: ReportingService, context: RequestContext): Promise<ShownService> {
    try {
      const report = await this.requests.send(SERVICE_REPORTS[service], {}, { context, timeout_ms: PATIENCE });
      return { service, state: Object.keys(report.faults).length === 0 ? 'ready' : 'not_ready', ...report };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return { service, state: 'silent', started_at: null, faults: { answer: error.message }, outbox: null };
    }
  }
}

/** The answer; or what is to be said instead of it. */
async function orWhyNot<T>(answer: Promise<T>): Promise<T | Untold> {
  try {
    return await answer;
  } catch (error) {
    const { code, message, remedy } = (error instanceof DomainError ? error : brokerAway()).toDocument();
    return { error: { code, message, remedy } };
  }
}

function brokerAway(): DomainError {
  return refusal('service.unavailable', 'The broker did not say in time what waits in its queues.');
}
