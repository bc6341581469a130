import { serverRecord } from '@imago/contracts';
import { z } from 'zod';
import { type Answers, links } from './answer.ts';

export const serverAnswers: Answers = {
  Server: { schema: serverRecord, of: ['Servers.show'] },
  ServerPage: { schema: z.object({ servers: z.array(serverRecord), ...links }), of: ['Servers.list'] },
};
