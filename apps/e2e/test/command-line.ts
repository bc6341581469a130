import { mkdir } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { runCommand } from '@imago/infra';
import type { LoadedClients } from './openstack-clients.ts';
import type { Tenant } from './tenant.ts';

/** Milliseconds a script of many commands may take on a busy machine. */
const PATIENCE = 600_000;

export interface CommandLineOptions {
  readonly clients: LoadedClients;
  readonly gateway: string;
  /** Its own is made in it. */
  readonly directory: string;
}

/** Somebody at a terminal with OpenStack's own commands. */
export class CommandLine {
  /** Where they are. */
  readonly #programs: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #directory: string;

  private constructor(programs: string, env: Readonly<Record<string, string>>, directory: string) {
    this.#programs = programs;
    this.#env = env;
    this.#directory = directory;
  }

  /** In a directory of its own, which is also its home: what the commands remember of other servers is not there. */
  static async of(tenant: Tenant, { clients, gateway, directory }: CommandLineOptions): Promise<CommandLine> {
    const { name, password, project } = tenant.user;
    const home = join(directory, `home-${name}`);
    await mkdir(home, { recursive: true });
    const env = {
      HOME: home,
      PATH: [clients.directory, dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter),
      OS_AUTH_URL: `${gateway}/v3`,
      OS_USERNAME: name,
      OS_PASSWORD: password,
      OS_PROJECT_NAME: project,
      OS_USER_DOMAIN_NAME: 'Default',
      OS_PROJECT_DOMAIN_NAME: 'Default',
      OS_REGION_NAME: 'region-1',
      OS_IDENTITY_API_VERSION: '3',
    };
    return new CommandLine(clients.directory, env, home);
  }

  /** @throws CommandError with what the command complained of. */
  openstack(...args: readonly string[]): Promise<string> {
    return this.#run('openstack', args);
  }

  /** @throws CommandError with what the command complained of. */
  glance(...args: readonly string[]): Promise<string> {
    return this.#run('glance', args);
  }

  /** What `openstack` says, as data. */
  async show<T = Readonly<Record<string, unknown>>>(...args: readonly string[]): Promise<T> {
    return JSON.parse(await this.openstack(...args, '-f', 'json')) as T;
  }

  /** The names of a list of images, in its order. */
  async names(...args: readonly string[]): Promise<string[]> {
    const text = await this.openstack('image', 'list', ...args, '-f', 'value', '-c', 'Name');
    return text.split('\n').filter((name) => name !== '');
  }

  /** Runs a script as whoever reads it would, without knowing who they are beforehand; it stops at what fails. */
  async script(text: string): Promise<string> {
    const { HOME = '', PATH = '' } = this.#env;
    const shell = ['--norc', '-euo', 'pipefail', '-c', text];
    return runCommand('bash', shell, { cwd: this.#directory, env: { HOME, PATH }, timeout: PATIENCE });
  }

  /** A file of its directory. */
  path(name: string): string {
    return join(this.#directory, name);
  }

  #run(program: string, args: readonly string[]): Promise<string> {
    const options = { cwd: this.#directory, env: this.#env, timeout: PATIENCE };
    return runCommand(join(this.#programs, program), args, options);
  }
}
