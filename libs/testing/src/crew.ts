/** A worker as its crew knows it; its `runner` is a real one. */
export interface CrewMember {
  readonly runner: { wake(): void; noticeCancel(jobId: string): void };
  dismiss(): Promise<void>;
}

/** The workers of a suite, in the place of the runner a service starts by itself. */
export class Crew<Member extends CrewMember, Wanted extends readonly unknown[]> {
  readonly #members = new Set<Member>();

  constructor(private readonly take: (...wanted: Wanted) => Promise<Member>) {}

  async hire(...wanted: Wanted): Promise<Member> {
    const member = await this.take(...wanted);
    this.#members.add(member);
    return member;
  }

  async dismiss(): Promise<void> {
    for (const member of this.#members) await member.dismiss();
    this.#members.clear();
  }

  start(): void {
    // Every worker is hired by a test.
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  wake(): void {
    for (const { runner } of this.#members) runner.wake();
  }

  noticeCancel(jobId: string): void {
    for (const { runner } of this.#members) runner.noticeCancel(jobId);
  }
}
