import { mkdir } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { type OpenStackClients, runCommand } from '@imago/infra';
import type { ClientCommand, ClientRunner } from './openstack-clients.ts';
import type { Tenant } from './tenant.ts';

/** Milliseconds a script of many commands may take: Python alone takes a second to start, more on a busy machine. */
const PATIENCE = 600_000;

export interface CommandLineOptions {
  readonly clients: OpenStackClients;
  readonly runner: ClientRunner;
  readonly gateway: string;
  /** Its own is made in it. */
  readonly directory: string;
}

/** Somebody at a terminal with OpenStack's own commands. */
export class CommandLine {
  readonly #runner: ClientRunner;
  readonly #env: Readonly<Record<string, string>>;
  readonly #directory: string;

  private constructor(runner: ClientRunner, env: Readonly<Record<string, string>>, directory: string) {
    this.#runner = runner;
    this.#env = env;
    this.#directory = directory;
  }

  /** In a directory of its own, which is also its home: what the commands remember of other servers is not there. */
  static async of(tenant: Tenant, { clients, runner, gateway, directory }: CommandLineOptions): Promise<CommandLine> {
    const { name, password, project } = tenant.user;
    const home = join(directory, `home-${name}`);
    await mkdir(home, { recursive: true });
    const env = {
      HOME: home,
      PATH: [dirname(clients.openstack), dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter),
      OS_AUTH_URL: `${gateway}/v3`,
      OS_USERNAME: name,
      OS_PASSWORD: password,
      OS_PROJECT_NAME: project,
      OS_USER_DOMAIN_NAME: 'Default',
      OS_PROJECT_DOMAIN_NAME: 'Default',
      OS_REGION_NAME: 'region-1',
      OS_IDENTITY_API_VERSION: '3',
    };
    return new CommandLine(runner, env, home);
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

  /**
   * Runs a script as whoever reads it would, without knowing who they are beforehand, with the very programs; it stops
   * at what fails.
   */
  async script(text: string): Promise<string> {
    const { HOME = '', PATH = '' } = this.#env;
    const shell = ['--norc', '-euo', 'pipefail', '-c', text];
    return runCommand('bash', shell, { cwd: this.#directory, env: { HOME, PATH }, timeout: PATIENCE });
  }

  /** A file of its directory. */
  path(name: string): string {
    return join(this.#directory, name);
  }

  #run(program: ClientCommand['program'], args: readonly string[]): Promise<string> {
    return this.#runner.run({ program, args, env: this.#env, directory: this.#directory });
  }
}
