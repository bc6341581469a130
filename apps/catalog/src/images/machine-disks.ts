import { refusal, type RegisterImage, type RequestOf } from '@imago/contracts';
import type { WantedImage } from './admit-image.ts';
import type { ImageRow } from './image.row.ts';

/** The data disks a full machine is registered with, in their order. */
export type WantedDisks = RequestOf<typeof RegisterImage>['data_disks'];

/** An image and, of a full machine, the images of its data disks: what begins and ends together. */
export function togetherWith({ id, data_disks }: Pick<ImageRow, 'id' | 'data_disks'>): readonly string[] {
  return [id, ...data_disks.map(({ image_id }) => image_id)];
}

/** The images of the data disks of a machine that is to be. They say nothing of themselves; the machine does. */
export function diskImages(machine: WantedImage): readonly WantedImage[] {
  const { region, owner, visibility, architecture, enterprise_project_id } = machine;
  const { disk_format, container_format, job_id, registration_hash } = machine;
  return (machine.data_disks ?? []).map(({ image_id, size_gib }) => ({
    ...{ id: image_id, machine_image_id: machine.id, image_type: 'data_disk', min_disk: size_gib, min_ram: 0 },
    ...{ region, owner, visibility, architecture, enterprise_project_id },
    ...{ disk_format, container_format, job_id, registration_hash },
    ...{ name: null, description: null, os_distro: null, os_version: null, boot_mode: null, agreement: null },
    ...{ tags: [], properties: {}, protected: false, os_hidden: false },
  }));
}

/** @throws Refusal image.part_of_machine */
export function requireNoPart({ id, machine_image_id }: Pick<ImageRow, 'id' | 'machine_image_id'>): void {
  if (machine_image_id === null) return;
  throw refusal('image.part_of_machine', `Image ${id} is a data disk of full-machine image ${machine_image_id}.`, {
    machine_image_id,
  });
}
