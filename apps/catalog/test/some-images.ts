import { randomUUID } from 'node:crypto';
import {
  AllocateObject,
  GetImage,
  ImageImportedV1,
  ImageImportFailedV1,
  type ShownImage,
  RegisterImage,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { eventually } from '@imago/testing';
import { expect } from 'vitest';
import { type CatalogUnderTest, REGION, tenant, worker } from './catalog-under-test.ts';
import { failedData, importedData, registration } from './requests.ts';

export interface MadeImage {
  readonly image_id: string;
  readonly job_id: string;
  readonly owner: RequestContext;
}

/** Images as their owners and the import service bring them about. */
export class SomeImages {
  constructor(private readonly catalog: CatalogUnderTest) {}

  async show(image_id: string, context: RequestContext): Promise<ShownImage> {
    return (await this.catalog.ask(GetImage, { image_id, region: REGION }, context)).image;
  }

  async register(owner = tenant(randomUUID())): Promise<MadeImage> {
    const request = registration();
    await this.catalog.ask(RegisterImage, request, owner);
    return { image_id: request.image_id, job_id: request.job_id, owner };
  }

  allocate({ image_id, job_id, owner }: MadeImage, region = REGION): Promise<{ object_id: string; key: string }> {
    return this.catalog.ask(AllocateObject, { image_id, region, job_id }, worker(owner.project_id));
  }

  async makeActive(owner?: RequestContext): Promise<MadeImage & { readonly key: string }> {
    const made = await this.register(owner);
    const object = await this.allocate(made);
    await this.catalog.publish(ImageImportedV1, made.image_id, importedData(made.image_id, made.job_id, object));
    await eventually(async () => {
      expect(await this.show(made.image_id, made.owner)).toMatchObject({ status: 'active' });
    });
    return { ...made, key: object.key };
  }

  /** Events of one image are handled one after another, so when this one has been, those before have too. */
  async settled(made: MadeImage): Promise<void> {
    const last = await this.catalog.publish(
      ImageImportFailedV1,
      made.image_id,
      failedData(made.image_id, randomUUID()),
    );
    await eventually(async () => {
      const handled: unknown[] = await this.catalog.db.query('SELECT 1 FROM catalog.inbox WHERE message_id = $1', [
        last,
      ]);
      expect(handled).toHaveLength(1);
      const pending: unknown[] = await this.catalog.db.query('SELECT 1 FROM catalog.outbox WHERE published_at IS NULL');
      expect(pending).toEqual([]);
    });
  }
}
