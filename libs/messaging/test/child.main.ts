import { setTimeout as pause } from 'node:timers/promises';
import type { ChildTask } from './child.ts';
import { startService, writeEffect } from './service-under-test.ts';

const task = JSON.parse(process.argv[2] ?? '') as ChildTask;
const say = (line: string): boolean => process.stdout.write(`${line}\n`);

const service = await startService(task, {
  service: task.service,
  ...(task.service === 'catalog' && {
    handle: async (event, context) => {
      say(`handling ${event.subject}`);
      if (event.subject === task.dieOf) process.kill(process.pid, 'SIGKILL');
      await pause(task.handlingMs ?? 0);
      await writeEffect(event, context);
    },
  }),
});
process.once('SIGTERM', () => void service.stop().then(() => process.exit(0)));
say('up');
for (const [index, subject] of (task.reserve ?? []).entries()) await service.reserve(subject, index);
say('reserved');
