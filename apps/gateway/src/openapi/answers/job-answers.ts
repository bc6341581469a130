import { anyJobView, CreateServers, jobOnBoard, preflightReport } from '@imago/contracts';
import { z } from 'zod';
import { type Answers, links, projection } from './answer.ts';

const jobs = z.array(jobOnBoard);

export const jobAnswers: Answers = {
  Job: {
    schema: jobOnBoard,
    of: ['Jobs.show', 'Imports.show', 'Captures.show', 'Exports.show', 'Copies.show'],
  },
  AcceptedJob: {
    schema: anyJobView.extend(projection),
    of: [
      ...['Imports.create', 'Captures.create', 'Exports.create', 'Copies.create', 'Jobs.cancel'],
      ...['ImageLineage.flatten', 'ImageBootProofs.create', 'Servers.delete'],
      ...['ServerActions.start', 'ServerActions.stop', 'ServerActions.reboot', 'ServerActions.changeOs'],
    ],
  },
  OrderedServers: {
    schema: anyJobView.extend({ ...CreateServers.response.omit({ job: true, event_ids: true }).shape, ...projection }),
    of: ['Servers.create'],
  },
  JobPage: { schema: z.object({ jobs, ...links }), of: ['Jobs.list'] },
  ImportPage: { schema: z.object({ imports: jobs, ...links }), of: ['Imports.list'] },
  CapturePage: { schema: z.object({ captures: jobs, ...links }), of: ['Captures.list'] },
  ExportPage: { schema: z.object({ exports: jobs, ...links }), of: ['Exports.list'] },
  CopyPage: { schema: z.object({ copies: jobs, ...links }), of: ['Copies.list'] },
  Preflight: { schema: preflightReport, of: ['Imports.preflight'] },
};
