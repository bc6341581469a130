import { expect, it } from 'vitest';
import { canDo, type Server } from './server.ts';

it.each<[Server['status'], Server['task'], string]>([
  ['running', null, 'stop reboot delete'],
  ['stopped', null, 'start change_os capture delete'],
  ['failed', null, 'delete'],
  ['building', 'creating', 'delete'],
  ['running', 'stopping', ''],
  ['stopped', 'capturing', ''],
])('a server that is %s with the task %s can: %s', (status, task, can) => {
  const doable = Object.entries(canDo({ status, task } as Server)).filter(([, can]) => can);
  expect(doable.map(([what]) => what).join(' ')).toBe(can);
});
