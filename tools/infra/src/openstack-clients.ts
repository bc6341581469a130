import type { PackageBundle } from './debian-packages.ts';
import { provideProgram } from './programs.ts';
import type { ProgramChoice } from './programs.ts';

const bundle: PackageBundle = {
  name: 'openstack-clients',
  title: 'the OpenStack clients',
  packages: ['python3-openstackclient', 'python3-glanceclient'],
  // Their modules are loaded by the Python they were made for, which may not be this machine's.
  always: /^(lib)?python3/,
  programs: ['usr/bin/openstack', 'usr/bin/glance'],
  // Isolated: modules of this machine's user must not get in.
  interpreter: { program: 'usr/bin/python3', options: ['-I'] },
  remedy: 'Install python3-openstackclient and python3-glanceclient.',
};

/** Paths of the commands with which OpenStack's users work. */
export interface OpenStackClients {
  readonly openstack: string;
  readonly glance: string;
}

/** OpenStack's own commands, from the distribution's packages. Nothing needs them at a start; tests are their users. */
export async function provideOpenStackClients(choice: ProgramChoice): Promise<OpenStackClients> {
  return {
    openstack: await provideProgram('openstack', bundle, choice),
    glance: await provideProgram('glance', bundle, choice),
  };
}
