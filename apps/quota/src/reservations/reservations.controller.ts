import {
  ConfirmQuotaApplied,
  type DataOf,
  type EventEnvelope,
  ImageDeletedV1,
  ImageFailedV1,
  type ImageRecord,
  ImageRegisteredV1,
  ImageUpdatedV1,
  PreviewReservation as PreviewReservationContract,
  PLACE_CHANGES,
  type RequestOf,
  ReserveImage as ReserveImageContract,
  type ResponseOf,
} from '@imago/contracts';
import { AppliedEvents, type EventContext, OnEvent, OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { Ledger } from './ledger.ts';
import type { Entry } from './reservations.repository.ts';
import { PreviewReservation } from './preview-reservation.ts';
import { ReserveImage } from './reserve-image.ts';

/** What catalog asks for its images, and what it tells of them. */
@Controller()
export class ReservationsController {
  constructor(
    private readonly reserveImage: ReserveImage,
    private readonly previewReservation: PreviewReservation,
    private readonly ledger: Ledger,
    private readonly appliedEvents: AppliedEvents,
  ) {}

  @OnRequest(ReserveImageContract)
  async reserve(
    @Payload() request: RequestOf<typeof ReserveImageContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof ReserveImageContract>> {
    return this.reserveImage.execute(request, call.context, call.cause);
  }

  @OnRequest(PreviewReservationContract)
  async preview(
    @Payload() request: RequestOf<typeof PreviewReservationContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof PreviewReservationContract>> {
    return this.previewReservation.execute(request, call.context);
  }

  /** Tells nothing but whether an event has been applied; its id is known to whoever caused it. */
  @OnRequest(ConfirmQuotaApplied)
  async confirmApplied(
    @Payload() request: RequestOf<typeof ConfirmQuotaApplied>,
  ): Promise<ResponseOf<typeof ConfirmQuotaApplied>> {
    return { applied: await this.appliedEvents.confirm(request.event_ids, request.wait_ms) };
  }

  @OnEvent(ImageRegisteredV1)
  async registered(
    @Payload() { data, correlationid }: EventEnvelope<DataOf<typeof ImageRegisteredV1>>,
    @Ctx() { tx, cause }: EventContext,
  ): Promise<void> {
    await this.ledger.registered(tx, entryOf(data.image, correlationid), cause);
  }

  @OnEvent(ImageUpdatedV1)
  async updated(
    @Payload() { data, correlationid }: EventEnvelope<DataOf<typeof ImageUpdatedV1>>,
    @Ctx() { tx, cause }: EventContext,
  ): Promise<void> {
    const { image, changed } = data;
    if (!changed.some((name) => PLACE_CHANGES.includes(name))) return;
    if (image.status === 'killed' || image.status === 'deleted') return;
    const { version, visibility } = image;
    const entry = { ...entryOf(image, correlationid), version, is_public: visibility === 'public' };
    await this.ledger.updated(tx, entry, cause);
  }

  @OnEvent(ImageFailedV1)
  async failed(
    @Payload() { data, correlationid }: EventEnvelope<DataOf<typeof ImageFailedV1>>,
    @Ctx() { tx, cause }: EventContext,
  ): Promise<void> {
    await this.ledger.gone(tx, entryOf(data.image, correlationid), cause);
  }

  @OnEvent(ImageDeletedV1)
  async deleted(
    @Payload() { data, correlationid }: EventEnvelope<DataOf<typeof ImageDeletedV1>>,
    @Ctx() { tx, cause }: EventContext,
  ): Promise<void> {
    await this.ledger.gone(tx, entryOf(data.image, correlationid), cause);
  }
}

function entryOf({ id, owner, region }: ImageRecord, correlationId: string): Entry {
  return { image_id: id, project_id: owner, region, correlation_id: correlationId };
}
