import { type BootProof, type GetBootProof, refusal, type RequestOf, type ResponseOf } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import type { Cause } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ImageAccess } from '../images/image-access.ts';
import { ImageNews } from '../images/image-news.ts';
import type { ImageRow } from '../images/image.row.ts';
import { ImagesRepository } from '../images/images.repository.ts';
import { BootProofsRepository } from './boot-proofs.repository.ts';

/** What was seen when images were booted: compute says so, the image shows it, and who may have the image reads it. */
@Injectable()
export class ImageBootProofs {
  constructor(
    private readonly db: DataSource,
    private readonly images: ImagesRepository,
    private readonly access: ImageAccess,
    private readonly proofs: BootProofsRepository,
    private readonly news: ImageNews,
  ) {}

  /** @throws Refusal image.not_found, auth.forbidden, image.boot_not_attempted */
  async get(
    { image_id, region }: RequestOf<typeof GetBootProof>,
    context: RequestContext,
  ): Promise<ResponseOf<typeof GetBootProof>> {
    const tx = this.db.manager;
    const found = await this.images.find(tx, image_id);
    const image = await this.access.require(tx, 'image.boot_proof', found, { region, context });
    const proof = await this.proofs.find(tx, image.id);
    if (proof === null)
      throw refusal('image.boot_not_attempted', `Image ${image.id} was not booted to see whether it does.`);
    return { image_id: image.id, proof };
  }

  /** An image was booted. Of one that is gone by now nothing is kept, and an older proof changes nothing. */
  async booted(tx: EntityManager, imageId: string, proof: BootProof, cause: Cause): Promise<void> {
    // Locked, because a deletion at the same moment must find the proof or prevent it.
    const image = await this.images.lock(tx, imageId);
    if (image === null) throw new Error(`image ${imageId} was booted and never registered`);
    if (image.status !== 'deleted') await this.#keep(tx, image, proof, cause);
  }

  /** What is true of the bytes of an image is true of a copy of them; a proof of the copy's own stays. */
  async carry(tx: EntityManager, sourceId: string, copyId: string, cause: Cause): Promise<void> {
    const proof = await this.proofs.find(tx, sourceId);
    if (proof !== null) await this.booted(tx, copyId, proof, cause);
  }

  async #keep(tx: EntityManager, image: ImageRow, proof: BootProof, cause: Cause): Promise<void> {
    if (!(await this.proofs.keep(tx, image.id, proof)) || image.boot === proof.status) return;
    const changed = await this.images.update(tx, image, { boot: proof.status });
    await this.news.updated(tx, changed, ['boot'], cause);
  }
}
