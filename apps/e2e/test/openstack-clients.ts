import { type ChildProcess, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { CommandError, type OpenStackClients } from '@imago/infra';

export interface ClientCommand {
  readonly program: 'openstack' | 'glance';
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly directory: string;
}

interface ClientAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

type Waiting = PromiseWithResolvers<ClientAnswer>;

/** OpenStack's commands, one after another, in a Python that has loaded them once. */
export class ClientRunner {
  readonly #python: ChildProcess;
  readonly #waiting: Waiting[] = [];

  constructor({ openstack }: OpenStackClients) {
    const python = join(dirname(dirname(openstack)), 'usr/bin/python3');
    const script = join(import.meta.dirname, 'openstack-clients.py');
    this.#python = spawn(python, ['-I', script], { stdio: ['pipe', 'pipe', 'inherit'] });
    if (this.#python.stdout !== null)
      createInterface(this.#python.stdout).on('line', (line) => {
        this.#waiting.shift()?.resolve(JSON.parse(line) as ClientAnswer);
      });
    this.#python.once('close', () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error('The runner of the OpenStack clients ended'));
    });
  }

  /**
   * What the command says.
   * @throws CommandError with what it complained of.
   */
  async run(command: ClientCommand): Promise<string> {
    const waiting: Waiting = Promise.withResolvers();
    this.#waiting.push(waiting);
    this.#python.stdin?.write(`${JSON.stringify(command)}\n`);
    const { code, stdout, stderr } = await waiting.promise;
    if (code !== 0) throw new CommandError(command.program, stderr, `exit code ${code}`);
    return stdout;
  }

  close(): void {
    this.#python.stdin?.end();
  }
}
