import { Hypervisor } from '@imago/hypervisor';
import { JobRunner } from '@imago/jobs';
import { MessagingModule, Outbox } from '@imago/messaging';
import { loadRegions, Regions } from '@imago/object-store';
import { PersistenceModule } from '@imago/persistence';
import { type Reconciliation, reconciliationsController, Reconciler } from '@imago/reconciliation';
import { hostname } from 'node:os';
import { type DynamicModule, type FactoryProvider, Logger, Module, type Provider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { bootProofDefinition } from './boot-proofs/boot-proof-definition.ts';
import { BOOT_PROOF_RUNNER, BootProofJobs } from './boot-proofs/boot-proof-jobs.ts';
import { BootProofPlaces } from './boot-proofs/boot-proof-places.ts';
import { BootProofTools } from './boot-proofs/boot-proof-tools.ts';
import { BootProofsController } from './boot-proofs/boot-proofs.controller.ts';
import { EndBootProof } from './boot-proofs/end-boot-proof.ts';
import { OrderBootProof } from './boot-proofs/order-boot-proof.ts';
import { ProofMachines } from './boot-proofs/proof-machines.ts';
import { RequestBootProof } from './boot-proofs/request-boot-proof.ts';
import { COMPUTE_ENTITIES } from './compute-entities.ts';
import { COMPUTE_CONFIG } from './config-token.ts';
import { type ComputeConfig, hostOf } from './config.ts';
import { DamagedDisks } from './damages/damaged-disks.ts';
import { DamagesController } from './damages/damages.controller.ts';
import { ConsolesRepository } from './consoles/consoles.repository.ts';
import { ShowConsole } from './consoles/show-console.ts';
import { TailConsoles } from './consoles/tail-consoles.ts';
import { DiskExports } from './exports/disk-exports.ts';
import { ExportAddress } from './exports/export-address.ts';
import { ExportPlaces } from './exports/export-places.ts';
import { ExportsController } from './exports/exports.controller.ts';
import { HoldReleases } from './holds/hold-releases.ts';
import { ReconcileHolds } from './holds/reconcile-holds.ts';
import { EndOfHost } from './hosts/end-of-host.ts';
import { HeedMachines } from './hosts/heed-machines.ts';
import { HostAgent } from './hosts/host-agent.ts';
import { HostCapacity } from './hosts/host-capacity.ts';
import { HostDisks } from './hosts/host-disks.ts';
import { HostReports } from './hosts/host-reports.ts';
import { HostsRepository } from './hosts/hosts.repository.ts';
import { NoteMachines } from './hosts/note-machines.ts';
import { openHypervisor } from './hosts/open-hypervisor.ts';
import { ReconcileMachines } from './hosts/reconcile-machines.ts';
import { RunHost } from './hosts/run-host.ts';
import { CompareLocks } from './locks/compare-locks.ts';
import { LapsedLocks } from './locks/lapsed-locks.ts';
import { LockServerDisk } from './locks/lock-server-disk.ts';
import { LocksController } from './locks/locks.controller.ts';
import { LocksRepository } from './locks/locks.repository.ts';
import { ServerLocks } from './locks/server-locks.ts';
import { CancelServerJob } from './orders/cancel-server-job.ts';
import { ChangeServerOs } from './orders/change-server-os.ts';
import { CreateAdmission } from './orders/create-admission.ts';
import { CreateServers } from './orders/create-servers.ts';
import { EndOfJob } from './orders/end-of-job.ts';
import { GiveTask } from './orders/give-task.ts';
import { HoldImages } from './orders/hold-images.ts';
import { OperateServer } from './orders/operate-server.ts';
import { OrderAnswers } from './orders/order-answer.ts';
import { OrderTask } from './orders/order-task.ts';
import { OrdersController } from './orders/orders.controller.ts';
import { PromiseServers } from './orders/promise-servers.ts';
import { PromiseSystem } from './orders/promise-system.ts';
import { PromiseTools } from './orders/promise-tools.ts';
import { SERVER_RUNNER, ServerJobs } from './orders/server-jobs.ts';
import { SweepAdmissions } from './orders/sweep-admissions.ts';
import { TakeBack } from './orders/take-back.ts';
import { serverDefinition } from './phases/server-definition.ts';
import type { ServerTools } from './phases/server-phase.ts';
import { FindServers } from './servers/find-servers.ts';
import { ServersController } from './servers/servers.controller.ts';
import { ServersRepository } from './servers/servers.repository.ts';
import { TellOfServer } from './servers/tell-of-server.ts';

/** What the host of this process does beside answering. */
const HOST: Provider[] = [
  HostsRepository,
  HostCapacity,
  HostDisks,
  HostReports,
  HostAgent,
  HeedMachines,
  NoteMachines,
  ReconcileMachines,
  EndOfHost,
  ConsolesRepository,
  TailConsoles,
  RunHost,
];

/** What takes orders. */
const ORDERS: Provider[] = [
  ServerJobs,
  GiveTask,
  HoldImages,
  HoldReleases,
  OrderAnswers,
  OrderTask,
  CreateServers,
  CreateAdmission,
  PromiseServers,
  PromiseTools,
  OperateServer,
  ChangeServerOs,
  PromiseSystem,
  CancelServerJob,
  EndOfJob,
  TakeBack,
  SweepAdmissions,
];

/** What locks servers, and gives out their disks meanwhile. */
const LOCKS: Provider[] = [
  LocksRepository,
  LockServerDisk,
  ServerLocks,
  LapsedLocks,
  CompareLocks,
  ExportAddress,
  ExportPlaces,
  DiskExports,
];

/** What boots images once. */
const BOOT_PROOFS: Provider[] = [
  BootProofJobs,
  OrderBootProof,
  RequestBootProof,
  EndBootProof,
  BootProofPlaces,
  ProofMachines,
  BootProofTools,
];

/** Compute, composed: the one place that knows all its parts. */
@Module({})
export class ComputeModule {
  static forRoot(config: ComputeConfig): DynamicModule {
    return {
      module: ComputeModule,
      imports: [
        PersistenceModule.forRoot({ service: 'compute', url: config.DATABASE_URL, entities: COMPUTE_ENTITIES }),
        MessagingModule.forRoot({
          service: 'compute',
          amqpUrl: config.AMQP_URL,
          contextKey: config.IMAGO_CONTEXT_KEY,
        }),
      ],
      controllers: [
        ServersController,
        OrdersController,
        LocksController,
        BootProofsController,
        DamagesController,
        ExportsController,
        reconciliationsController('compute'),
      ],
      providers: [
        { provide: COMPUTE_CONFIG, useValue: config },
        { provide: Regions, useFactory: () => loadRegions(config.IMAGO_REGIONS_FILE) },
        {
          provide: Hypervisor,
          inject: [HostDisks],
          useFactory: (disks: HostDisks) => openHypervisor(config, disks),
        },
        ServersRepository,
        TellOfServer,
        FindServers,
        ShowConsole,
        DamagedDisks,
        ...ORDERS,
        ...LOCKS,
        ...BOOT_PROOFS,
        ...HOST,
        tools(config),
        runner(config),
        proofRunner(config),
        ReconcileHolds,
        reconciler(config),
      ],
    };
  }
}

/** The token of what the phases work with. */
const SERVER_TOOLS = 'SERVER_TOOLS';

function tools(config: ComputeConfig): FactoryProvider {
  return {
    provide: SERVER_TOOLS,
    inject: [DataSource, Hypervisor, ServersRepository, TellOfServer],
    useFactory: (
      db: DataSource,
      hypervisor: Hypervisor,
      servers: ServersRepository,
      tellOf: TellOfServer,
    ): ServerTools => ({
      db,
      hypervisor,
      servers,
      tellOf,
      patience: config.COMPUTE_STOP_PATIENCE_SECONDS * 1000,
      maximumAttempts: config.COMPUTE_MAXIMUM_ATTEMPTS,
    }),
  };
}

function runner(config: ComputeConfig): FactoryProvider {
  return {
    provide: SERVER_RUNNER,
    inject: [DataSource, Outbox, ServerJobs, EndOfJob, SERVER_TOOLS],
    useFactory: (db: DataSource, outbox: Outbox, jobs: ServerJobs, endOfJob: EndOfJob, tools: ServerTools) =>
      new JobRunner({
        db,
        outbox,
        store: jobs.store,
        definition: serverDefinition(tools, endOfJob, config),
        leaseSeconds: config.COMPUTE_LEASE_SECONDS,
        worker: `${hostname()}:${process.pid}`,
        host: hostOf(config),
        concurrency: config.COMPUTE_CONCURRENCY,
        log: new Logger('ServerRunner'),
      }),
  };
}

function proofRunner(config: ComputeConfig): FactoryProvider {
  return {
    provide: BOOT_PROOF_RUNNER,
    inject: [DataSource, Outbox, BootProofJobs, BootProofTools],
    useFactory: (db: DataSource, outbox: Outbox, jobs: BootProofJobs, tools: BootProofTools) =>
      new JobRunner({
        db,
        outbox,
        store: jobs.store,
        definition: bootProofDefinition(tools, config),
        leaseSeconds: config.COMPUTE_LEASE_SECONDS,
        worker: `${hostname()}:${process.pid}`,
        regions: () => tools.places.regions(),
        concurrency: config.COMPUTE_BOOT_PROOFS,
        log: new Logger('BootProofRunner'),
      }),
  };
}

function reconciler(config: ComputeConfig): FactoryProvider<Reconciler> {
  return {
    provide: Reconciler,
    inject: [DataSource, ReconcileHolds],
    useFactory: (db: DataSource, ...reconciliations: Reconciliation[]) =>
      new Reconciler({ ...config, service: 'compute', db, reconciliations }),
  };
}
