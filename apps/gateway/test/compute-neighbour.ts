import { randomUUID } from 'node:crypto';
import {
  CancelBootProof,
  CancelServerJob,
  ChangeServerOs,
  CreateServers,
  DeleteServer,
  findFlavor,
  GetServer,
  GetServerConsole,
  type JobType,
  ListNetworks,
  ListServers,
  OperateServer,
  refusal,
  RequestBootProof,
  type RequestOf,
  type ResponseOf,
  type ServerRecord,
  type ServerTask,
} from '@imago/contracts';
import { type Action, type RequestContext, requireAllowed } from '@imago/identity';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { World } from './neighbours.ts';
import { aJob, aServer } from './records.ts';

/** The servers of a test, and what was asked of compute. */
export class ServerBook {
  readonly servers = new Map<string, ServerRecord>();
  /** Every order that was let in, with who gave it. */
  readonly orders: { readonly request: object; readonly context: RequestContext }[] = [];
  readonly lists: RequestOf<typeof ListServers>[] = [];
  /** Every image that is to be booted once, with who wants that. */
  readonly proofs: { readonly request: RequestOf<typeof RequestBootProof>; readonly context: RequestContext }[] = [];
  readonly consoleLengths: number[] = [];
  console = '';
  /** Events each new server causes. */
  eventsEach = 1;
  refuseOrders: Error | null = null;
}

type Ordered = ResponseOf<typeof OperateServer>;

/* eslint-disable @typescript-eslint/require-await -- handlers answer promises */

@Controller()
export class ComputeNeighbour {
  constructor(
    private readonly book: ServerBook,
    private readonly world: World,
  ) {}

  @OnRequest(CreateServers)
  async create(
    @Payload() request: RequestOf<typeof CreateServers>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof CreateServers>> {
    requireAllowed('server.create', context, 'owner');
    this.#take(request, context);
    const job = this.#job(request.region, context);
    const { name, image_id, region } = request;
    const { name: flavor, ...size } = findFlavor(request.flavor) ?? { name: request.flavor, vcpus: 1, ram: 1 };
    const servers = Array.from({ length: request.count }, (_, place) =>
      aServer({
        name: request.count === 1 ? name : `${name}-${place + 1}`,
        flavor: { name: flavor, ...size },
        ...{ image_id, region, job_id: job.id, project_id: context.project_id },
        ...{ status: 'building', task: 'creating', started_at: null },
      }),
    );
    for (const server of servers) this.book.servers.set(server.id, server);
    const events = Array.from({ length: request.count * this.book.eventsEach }, () => randomUUID());
    return { job, servers, event_ids: [job.id, ...events.slice(1)] };
  }

  @OnRequest(ListServers)
  async list(
    @Payload() request: RequestOf<typeof ListServers>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof ListServers>> {
    requireAllowed('server.list', context, 'owner');
    this.book.lists.push(request);
    const own = [...this.book.servers.values()].filter(
      ({ project_id, region }) => project_id === context.project_id && region === request.region,
    );
    if (request.marker !== null && !this.book.servers.has(request.marker)) {
      throw refusal('server.marker_not_found', 'There is no such server to start after.');
    }
    const servers = own.slice(0, request.limit);
    return { servers, next_marker: own.length > servers.length ? (servers.at(-1)?.id ?? null) : null };
  }

  @OnRequest(ListNetworks)
  async networks(): Promise<ResponseOf<typeof ListNetworks>> {
    return { networks: [{ name: 'default', restricted: true }] };
  }

  @OnRequest(GetServer)
  async get(
    @Payload() request: RequestOf<typeof GetServer>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof GetServer>> {
    return { server: this.#find('server.get', request, context) };
  }

  @OnRequest(OperateServer)
  async operate(
    @Payload() request: RequestOf<typeof OperateServer>,
    @Ctx() { context }: RequestCall,
  ): Promise<Ordered> {
    const tasks = { start: 'starting', stop: 'stopping', reboot: 'rebooting' } as const;
    return this.#order('server.operate', request, { context, task: tasks[request.action] });
  }

  @OnRequest(ChangeServerOs)
  async changeOs(
    @Payload() request: RequestOf<typeof ChangeServerOs>,
    @Ctx() { context }: RequestCall,
  ): Promise<Ordered> {
    return this.#order('server.change_os', request, { context, task: 'changing_os' });
  }

  @OnRequest(DeleteServer)
  async delete(@Payload() request: RequestOf<typeof DeleteServer>, @Ctx() { context }: RequestCall): Promise<Ordered> {
    return this.#order('server.delete', request, { context, task: 'deleting' });
  }

  @OnRequest(GetServerConsole)
  async console(
    @Payload() request: RequestOf<typeof GetServerConsole>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof GetServerConsole>> {
    this.#find('server.console', request, context);
    this.book.consoleLengths.push(request.length);
    return { output: this.book.console };
  }

  @OnRequest(RequestBootProof)
  async prove(
    @Payload() request: RequestOf<typeof RequestBootProof>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof RequestBootProof>> {
    const image = this.world.images.get(request.image_id);
    if (image?.region !== request.region) throw refusal('image.not_found', 'There is no such image <here>.');
    const others = image.visibility === 'public' ? 'public' : 'none';
    requireAllowed('image.prove_boot', context, image.owner === context.project_id ? 'owner' : others);
    if (this.book.refuseOrders !== null) throw this.book.refuseOrders;
    this.book.proofs.push({ request, context });
    const job = aJob({ type: 'boot_proof', project_id: image.owner, region: image.region, image_id: image.id });
    this.world.jobs.set(job.id, job);
    return { job, event_ids: [job.id] };
  }

  @OnRequest(CancelBootProof)
  async cancelProof(
    @Payload() request: RequestOf<typeof CancelBootProof>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof CancelBootProof>> {
    return this.#cancel('boot_proof', request.job_id, call.context);
  }

  @OnRequest(CancelServerJob)
  async cancel(
    @Payload() { job_id }: RequestOf<typeof CancelServerJob>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof CancelServerJob>> {
    return this.#cancel('server', job_id, context);
  }

  #cancel(type: JobType, jobId: string, context: RequestContext): ResponseOf<typeof CancelServerJob> {
    const job = this.world.jobs.get(jobId);
    if (job?.type !== type) throw refusal('job.not_found', `There is no such job of type ${type}.`);
    requireAllowed('job.cancel', context, job.project_id === context.project_id ? 'owner' : 'none');
    return { job: { ...job, state: 'cancelling' }, event_ids: [jobId] };
  }

  #order(
    action: Action,
    request: RequestOf<typeof GetServer>,
    { context, task }: { readonly context: RequestContext; readonly task: ServerTask },
  ): Ordered {
    const found = this.#find(action, request, context);
    this.#take(request, context);
    const job = this.#job(request.region, context);
    return { job, server: { ...found, task, job_id: job.id }, event_ids: [job.id] };
  }

  #take(request: object, context: RequestContext): void {
    if (this.book.refuseOrders !== null) throw this.book.refuseOrders;
    this.book.orders.push({ request, context });
  }

  #job(region: string, { project_id }: RequestContext): ReturnType<typeof aJob> {
    const job = aJob({ type: 'server', project_id, region, image_id: null, state: 'queued', phase: 'admit' });
    this.world.jobs.set(job.id, job);
    return job;
  }

  #find(action: Action, request: RequestOf<typeof GetServer>, context: RequestContext): ServerRecord {
    const server = this.book.servers.get(request.server_id);
    if (server?.region !== request.region) throw refusal('server.not_found', 'There is no such server <here>.');
    requireAllowed(action, context, server.project_id === context.project_id ? 'owner' : 'none');
    return server;
  }
}
