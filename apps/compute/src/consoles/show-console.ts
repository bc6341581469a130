import type { GetServerConsole, RequestOf, ResponseOf } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { requireServer, serverNotFound } from '../servers/server-access.ts';
import { ServersRepository } from '../servers/servers.repository.ts';
import { consoleText } from './console-text.ts';
import { ConsolesRepository } from './consoles.repository.ts';
import { TailConsoles } from './tail-consoles.ts';

/** Bytes an answer may have as JSON; the broker takes a mebibyte, and the rest is the letter around it. */
const ANSWER_BYTES = 1_000_000;

/** Shows what a server wrote to its serial console. */
@Injectable()
export class ShowConsole {
  constructor(
    private readonly db: DataSource,
    private readonly servers: ServersRepository,
    private readonly consoles: ConsolesRepository,
    private readonly tail: TailConsoles,
  ) {}

  /** @throws Refusal server.not_found, auth.forbidden */
  async execute(
    { server_id, region, length }: RequestOf<typeof GetServerConsole>,
    context: RequestContext,
  ): Promise<ResponseOf<typeof GetServerConsole>> {
    const found = await this.servers.find(this.db.manager, server_id);
    const server = requireServer('server.console', found, { region, context });
    if (server.status === 'deleted') throw serverNotFound();
    await this.tail.follow(server);
    let bytes = await this.consoles.tail(server_id, length);
    let output = consoleText(bytes);
    // Escapes take six bytes each in JSON: a console of nothing else is shown from further on.
    while (Buffer.byteLength(JSON.stringify(output)) > ANSWER_BYTES) {
      bytes = bytes.subarray(Math.ceil(bytes.length / 4));
      output = consoleText(bytes);
    }
    return { output };
  }
}
