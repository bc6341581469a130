import { MessagingModule } from '@imago/messaging';
import { PersistenceModule } from '@imago/persistence';
import { type Reconciliation, reconciliationsController, Reconciler } from '@imago/reconciliation';
import { type DynamicModule, type FactoryProvider, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { SharingConfig } from './config.ts';
import { AnswerShares } from './inbox/answer-shares.ts';
import { InboxController } from './inbox/inbox.controller.ts';
import { ListShares } from './inbox/list-shares.ts';
import { FindShares } from './members/find-shares.ts';
import { ImageChanges } from './members/image-changes.ts';
import { ImageView } from './members/image-view.ts';
import { MemberChanges } from './members/member-changes.ts';
import { MemberRow } from './members/member.row.ts';
import { MembersController } from './members/members.controller.ts';
import { MembersRepository } from './members/members.repository.ts';
import { ReconcileMembers } from './members/reconcile-members.ts';
import { ShareImage } from './members/share-image.ts';
import { SharedImageRow } from './members/shared-image.row.ts';
import { UnshareImage } from './members/unshare-image.ts';

/** The tables of this service, for its data source and for the drift check. */
export const SHARING_ENTITIES = [SharedImageRow, MemberRow];

/** Sharing, composed: the one place that knows all its parts. */
@Module({})
export class SharingModule {
  static forRoot(config: SharingConfig): DynamicModule {
    return {
      module: SharingModule,
      imports: [
        PersistenceModule.forRoot({ service: 'sharing', url: config.DATABASE_URL, entities: SHARING_ENTITIES }),
        MessagingModule.forRoot({
          service: 'sharing',
          amqpUrl: config.AMQP_URL,
          contextKey: config.IMAGO_CONTEXT_KEY,
        }),
      ],
      controllers: [MembersController, InboxController, reconciliationsController('sharing')],
      providers: [
        MembersRepository,
        MemberChanges,
        ImageView,
        ImageChanges,
        ShareImage,
        UnshareImage,
        FindShares,
        ListShares,
        AnswerShares,
        ReconcileMembers,
        reconciler(config),
      ],
    };
  }
}

function reconciler(config: SharingConfig): FactoryProvider<Reconciler> {
  return {
    provide: Reconciler,
    inject: [DataSource, ReconcileMembers],
    useFactory: (db: DataSource, ...reconciliations: Reconciliation[]) =>
      new Reconciler({ ...config, service: 'sharing', db, reconciliations }),
  };
}
