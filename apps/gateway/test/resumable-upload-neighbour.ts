import {
  CompleteResumableUpload,
  DeleteResumableUpload,
  ListResumableUploads,
  refusal,
  type RequestOf,
  type ResponseOf,
  type ResumableUploadRecord,
  ShowResumableUpload,
  SignResumableUploadParts,
  StartResumableUpload,
} from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';

const NOW = '2026-03-01T00:00:00.000Z';

/** What import knows of files that are sent in parts, and what was asked of it. */
export class ResumableUploadBook {
  readonly uploads = new Map<string, ResumableUploadRecord>();
  readonly started: RequestOf<typeof StartResumableUpload>[] = [];
  readonly lists: RequestOf<typeof ListResumableUploads>[] = [];
  readonly signed: RequestOf<typeof SignResumableUploadParts>[] = [];
  readonly completed: RequestOf<typeof CompleteResumableUpload>[] = [];
}

/* eslint-disable @typescript-eslint/require-await -- handlers answer promises */

@Controller()
export class ResumableUploadNeighbour {
  constructor(private readonly book: ResumableUploadBook) {}

  @OnRequest(StartResumableUpload)
  async start(
    @Payload() request: RequestOf<typeof StartResumableUpload>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof StartResumableUpload>> {
    this.book.started.push(request);
    const { upload_id: id, region, name, fingerprint, size, sha256 } = request;
    const { project_id, user_id: created_by } = context;
    const upload = this.book.uploads.get(id) ?? {
      ...{ id, project_id, region, name, fingerprint, size, sha256, created_by, state: 'open' as const },
      ...{ part_size: request.part_size ?? 2 ** 24, part_count: 1, bytes_verified: '0', image_id: null, error: null },
      ...{ created_at: NOW, updated_at: NOW, expires_at: NOW, version: 1 },
    };
    this.book.uploads.set(id, upload);
    return { upload };
  }

  @OnRequest(ListResumableUploads)
  async list(
    @Payload() request: RequestOf<typeof ListResumableUploads>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof ListResumableUploads>> {
    requireAllowed('upload.get', context, request.project_id === context.project_id ? 'owner' : 'none');
    this.book.lists.push(request);
    const isAsked = ({ project_id, region }: ResumableUploadRecord): boolean =>
      project_id === request.project_id && region === request.region;
    const all = [...this.book.uploads.values()].filter(isAsked);
    const uploads = all.slice(0, request.limit);
    return { uploads, next_marker: all.length > uploads.length ? (uploads.at(-1)?.id ?? null) : null };
  }

  @OnRequest(ShowResumableUpload)
  async show(
    @Payload() request: RequestOf<typeof ShowResumableUpload>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof ShowResumableUpload>> {
    return { upload: { ...this.#find(request, 'upload.get', context), bytes_stored: '0', missing_parts: [1] } };
  }

  @OnRequest(SignResumableUploadParts)
  async sign(
    @Payload() request: RequestOf<typeof SignResumableUploadParts>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof SignResumableUploadParts>> {
    this.#find(request, 'upload.manage', context);
    this.book.signed.push(request);
    const headers = { 'content-md5': 'XrY7u+Ae7tCTyyK7j1rNww==' };
    const url = 'https://store.example/bucket/uploads/1?X-Amz-Signature=1';
    return {
      parts: request.parts.map(({ part_number }) => {
        return { part_number, size: 5, stored: false, url, headers, expires_at: NOW };
      }),
    };
  }

  @OnRequest(CompleteResumableUpload)
  async complete(
    @Payload() request: RequestOf<typeof CompleteResumableUpload>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof CompleteResumableUpload>> {
    this.book.completed.push(request);
    return { upload: { ...this.#find(request, 'upload.manage', context), state: 'completing' } };
  }

  @OnRequest(DeleteResumableUpload)
  async delete(
    @Payload() request: RequestOf<typeof DeleteResumableUpload>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof DeleteResumableUpload>> {
    this.book.uploads.delete(this.#find(request, 'upload.manage', context).id);
    return {};
  }

  #find(
    { upload_id, region }: { upload_id: string; region: string },
    action: 'upload.get' | 'upload.manage',
    context: RequestContext,
  ): ResumableUploadRecord {
    const upload = this.book.uploads.get(upload_id);
    const isOwn = upload?.project_id === context.project_id && upload.region === region;
    requireAllowed(action, context, isOwn ? 'owner' : 'none');
    if (upload === undefined) throw refusal('upload.not_found', 'There is no such upload.');
    return upload;
  }
}
