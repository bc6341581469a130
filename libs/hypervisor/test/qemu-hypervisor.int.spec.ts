import { randomBytes } from 'node:crypto';
import { describeHypervisor } from './describe-hypervisor.ts';
import { QemuHost } from './qemu-host.ts';

describeHypervisor('qemu', async () => {
  const host = await QemuHost.open();
  const unreadable = await host.images.storeImage(randomBytes(2 ** 20));
  await host.images.damage(unreadable.key, Number(unreadable.size) - 2 ** 19);
  return {
    hypervisor: host.hypervisor(),
    again: () => host.hypervisor(),
    bootable: await host.demoImage(),
    unreadable,
    crash: (serverId) => host.crash(serverId),
    restartImages: async () => {
      await host.diskServer.stop();
      await host.diskServer.startAgain();
    },
    flattened: (serverId, disk) => host.flattened(serverId, disk),
    checkDisks: (serverId) => host.checkDisks(serverId),
    close: () => host.close(),
  };
});
