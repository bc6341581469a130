import type { CrewMember } from './crew.ts';

/** What a worker works through; once it is shut, nothing of the worker passes any more. */
interface Gate {
  shut(): void;
  close?(): Promise<void>;
}

interface Database {
  readonly isInitialized: boolean;
  destroy(): Promise<void>;
}

/** One worker of a service: the real runner with the real phases, on connections of its own that can be cut. */
export class LosableWorker<
  ItsGate extends Gate,
  Runner extends CrewMember['runner'] & { stop(): Promise<void> },
> implements CrewMember {
  constructor(
    readonly gate: ItsGate,
    readonly runner: Runner,
    private readonly db: Database,
  ) {}

  /** The worker is gone in this moment: nothing it has begun is finished, nothing it holds is given back. */
  async lose(): Promise<void> {
    await this.db.destroy();
    this.gate.shut();
    await this.runner.stop();
  }

  /** The worker is told to stop and gives back what it holds. */
  async dismiss(): Promise<void> {
    await this.runner.stop();
    if (this.db.isInitialized) await this.db.destroy();
    await this.gate.close?.();
  }
}
