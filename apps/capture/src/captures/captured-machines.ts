import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { ImageJobData } from '../jobs/image-job.ts';

interface Disk {
  readonly image_id: string;
  readonly is_layer: boolean;
}

/** The data disks of full machines, which events do not tell of: this service has captured them. */
@Injectable()
export class CapturedMachines {
  /** The images of data disks that were made with a machine's; of another image there are none. */
  async disks(tx: EntityManager, imageId: string): Promise<readonly string[]> {
    return (await this.#disks(tx, imageId)).map(({ image_id }) => image_id);
  }

  /** Those of them that are layers, whose hashes nobody knows yet. */
  async layeredDisks(tx: EntityManager, imageId: string): Promise<readonly string[]> {
    const disks = await this.#disks(tx, imageId);
    return disks.filter(({ is_layer }) => is_layer).map(({ image_id }) => image_id);
  }

  async #disks(tx: EntityManager, imageId: string): Promise<readonly Disk[]> {
    const jobs: { data: ImageJobData }[] = await tx.query(
      `SELECT data FROM capture.jobs WHERE image_id = $1 AND type = 'capture' AND state = 'succeeded'`,
      [imageId],
    );
    return jobs.flatMap(({ data }) =>
      [...(data.stored ?? []), { image_id: data.disk_image_id, object: data.object }].flatMap(({ image_id, object }) =>
        image_id === undefined || image_id === imageId
          ? []
          : [{ image_id, is_layer: object?.parent_object_id != null }],
      ),
    );
  }
}
