import {
  GetBootProof,
  GetImageGeneralization,
  GetImageReadiness,
  GetImageScan,
  refusal,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { findImage, World } from './neighbours.ts';

/* eslint-disable @typescript-eslint/require-await -- handlers answer promises */

/** What catalog says of the disks of images: what was found, changed, and seen when they were booted. */
@Controller()
export class ReadinessNeighbour {
  constructor(private readonly world: World) {}

  @OnRequest(GetImageReadiness)
  async readiness(
    @Payload() request: RequestOf<typeof GetImageReadiness>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof GetImageReadiness>> {
    const { id: image_id } = findImage(this.world, 'image.readiness', request, call.context);
    const found = this.world.reports.get(image_id);
    if (found === undefined) throw refusal('image.not_examined', 'It was not examined.');
    return { image_id, ...found };
  }

  @OnRequest(GetBootProof)
  async bootProof(
    @Payload() request: RequestOf<typeof GetBootProof>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof GetBootProof>> {
    const { id: image_id } = findImage(this.world, 'image.boot_proof', request, call.context);
    const proof = this.world.proofs.get(image_id);
    if (proof === undefined) throw refusal('image.boot_not_attempted', 'It was not booted.');
    return { image_id, proof };
  }

  @OnRequest(GetImageScan)
  async scan(
    @Payload() request: RequestOf<typeof GetImageScan>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof GetImageScan>> {
    const { id: image_id } = findImage(this.world, 'image.scan', request, call.context);
    const scan = this.world.scans.get(image_id);
    if (scan === undefined) throw refusal('image.not_scanned', 'It was not scanned.');
    return { image_id, scan };
  }

  @OnRequest(GetImageGeneralization)
  async generalization(
    @Payload() request: RequestOf<typeof GetImageGeneralization>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof GetImageGeneralization>> {
    const { id: image_id } = findImage(this.world, 'image.generalization', request, call.context);
    const found = this.world.generalizations.get(image_id);
    if (found === undefined) throw refusal('image.not_generalized', 'It was not generalized.');
    return { image_id, ...found };
  }
}
