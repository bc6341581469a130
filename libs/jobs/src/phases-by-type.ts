import type { JobDefinition } from './job-phases.ts';
import type { JobRecord } from './job-record.ts';

type Phases<Input, Data> = JobDefinition<Input, Data>['phases'];

/** How a service with jobs of several types tells them apart. */
export interface TypedTables<Type extends string, Input, Data> {
  readonly typeOf: (job: JobRecord<Input, Data>) => Type;
  readonly tables: Readonly<Record<Type, Phases<Input, Data>>>;
}

/** One table out of those of all types: a phase of a name is that of the job's own type. */
export function phasesByType<Type extends string, Input, Data>({
  typeOf,
  tables,
}: TypedTables<Type, Input, Data>): Phases<Input, Data> {
  const names = new Set(Object.values<Phases<Input, Data>>(tables).flatMap((table) => Object.keys(table)));
  return Object.fromEntries(
    [...names].map((name): [string, Phases<Input, Data>[string]] => [
      name,
      (context) => {
        const phase = tables[typeOf(context.job)][name];
        if (phase === undefined) throw new Error(`A ${context.job.type} has no phase ${name}`);
        return phase(context);
      },
    ]),
  );
}
