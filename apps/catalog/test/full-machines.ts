import { randomUUID } from 'node:crypto';
import { FullMachineCapturedV1, type ShownImage, RegisterImage, type RequestOf } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { eventually } from '@imago/testing';
import { expect } from 'vitest';
import { CapturedImages } from './captured-images.ts';
import { type CatalogUnderTest, tenant } from './catalog-under-test.ts';
import type { StoredImage } from './held-images.ts';
import { capturedData, capturedObject, registration, serverOrigin } from './requests.ts';
import type { MadeImage } from './some-images.ts';

/** A full-machine image and the images of its data disks. */
export interface MadeMachine extends MadeImage {
  readonly disks: readonly MadeImage[];
}

/** The same with bytes, the system disk's first. */
export interface StoredMachine extends MadeMachine {
  readonly stored: readonly StoredImage[];
}

/** Full machines, as the capture service brings them about. */
export class FullMachines {
  readonly captured: CapturedImages;

  constructor(private readonly catalog: CatalogUnderTest) {
    this.captured = new CapturedImages(catalog);
  }

  /** A registration of a machine whose system disk has 10 GiB and whose data disks have these. */
  static wanted(sizes: readonly number[]): RequestOf<typeof RegisterImage> & { job_id: string } {
    const request = registration({ data_disks: sizes.map((size_gib) => ({ image_id: randomUUID(), size_gib })) });
    return { ...request, facts: { ...request.facts, image_type: 'full_machine' } };
  }

  async register(owner = tenant(randomUUID()), sizes: readonly number[] = [20, 30]): Promise<MadeMachine> {
    const request = FullMachines.wanted(sizes);
    await this.catalog.ask(RegisterImage, request, owner);
    const { image_id, job_id, data_disks } = request;
    return { image_id, job_id, owner, disks: data_disks.map((disk) => ({ image_id: disk.image_id, job_id, owner })) };
  }

  /** Asks for the objects of all disks and writes them; the second data disk is a layer on another image, if one is given. */
  async write(machine: MadeMachine, base: StoredImage | null = null): Promise<readonly StoredImage[]> {
    const stored: StoredImage[] = [];
    for (const [at, disk] of [machine, ...machine.disks].entries()) {
      const object = await this.captured.allocate(disk, at === 2 ? (base?.object_id ?? null) : null);
      await this.captured.write(object);
      stored.push({ ...disk, ...object });
    }
    return stored;
  }

  /** Says that all disks are stored. */
  tell(machine: MadeMachine, stored: readonly StoredImage[], base: StoredImage | null = null): Promise<string> {
    const parts = stored.map((disk, at) => {
      const isLayer = at === 2 && base !== null;
      const origin = { ...serverOrigin(null), ...(at > 0 && { disk: 'data_disk' as const }) };
      return { image_id: disk.image_id, origin, object: capturedObject(disk, isLayer ? base.object_id : null) };
    });
    const [system, ...data_disks] = parts;
    if (system === undefined) throw new Error('a machine has a system disk');
    const data = { ...capturedData(machine, system.object, system.origin), data_disks };
    return this.catalog.publish(FullMachineCapturedV1, machine.image_id, data);
  }

  async make(owner?: RequestContext, base: StoredImage | null = null): Promise<StoredMachine> {
    const machine = await this.register(owner);
    const stored = await this.write(machine, base);
    await this.tell(machine, stored, base);
    await eventually(async () => {
      expect(await this.show(machine)).toMatchObject({ status: 'active' });
    });
    return { ...machine, stored };
  }

  show({ image_id, owner }: MadeImage, as: RequestContext = owner): Promise<ShownImage> {
    return this.captured.images.show(image_id, as);
  }

  /** What a machine and each of its disks are at one moment, as their owner sees them. */
  async all({ disks, ...machine }: MadeMachine): Promise<readonly ShownImage[]> {
    return Promise.all([machine, ...disks].map((image) => this.show(image)));
  }
}
