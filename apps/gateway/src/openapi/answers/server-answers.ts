import { architecture, GetServerConsole, ListNetworks, serverRecord } from '@imago/contracts';
import { z } from 'zod';
import { type Answers, links } from './answer.ts';

const text = z.string();
const size = z.int().min(1);

const version = z.object({
  os_version: text,
  any_minor: z.boolean(),
  architectures: z.array(architecture),
  public_images: z.array(text),
});
const operatingSystem = z.object({
  os_distro: text,
  name: text,
  os_type: z.enum(['linux', 'windows']),
  versions: z.array(version),
});

export const serverAnswers: Answers = {
  Server: { schema: serverRecord, of: ['Servers.show'] },
  ServerPage: { schema: z.object({ servers: z.array(serverRecord), ...links }), of: ['Servers.list'] },
  ServerConsole: { schema: GetServerConsole.response, of: ['ServerConsole.show'] },
  Flavors: {
    schema: z.object({ flavors: z.array(z.object({ name: text, vcpus: size, ram: size })) }),
    of: ['Flavors.list'],
  },
  Networks: { schema: ListNetworks.response, of: ['Networks.list'] },
  OperatingSystems: {
    schema: z.object({ operating_systems: z.array(operatingSystem) }),
    of: ['OperatingSystems.list'],
  },
};
