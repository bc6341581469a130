import { createHash, randomUUID } from 'node:crypto';
import {
  CompleteResumableUpload,
  DeleteResumableUpload,
  type ResponseOf,
  ShowResumableUpload,
  type SignedPart,
  SignResumableUploadParts,
  StartResumableUpload,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { uploadObjectKey } from '@imago/object-store';
import { eventually } from '@imago/testing';
import type { ImportUnderTest } from './import-under-test.ts';
import { REGION, tenant } from './requests.ts';

export const PART = 5 * 2 ** 20;

type Shown = ResponseOf<typeof ShowResumableUpload>['upload'];

/** What may be said of a file when its upload begins. */
export interface Told {
  readonly upload_id?: string;
  readonly sha256?: string;
  readonly part_size?: number | null;
  readonly fingerprint?: string;
}

/** Somebody who sends files in parts. Each is of a project of its own, because what a project may have is bounded. */
export class FileSender {
  readonly project: string;
  readonly #importing: ImportUnderTest;
  readonly #roles: RequestContext['roles'];

  constructor(importing: ImportUnderTest, project = `p-${randomUUID()}`, roles: RequestContext['roles'] = ['member']) {
    this.#importing = importing;
    this.project = project;
    this.#roles = roles;
  }

  /** Of a request of its own. */
  get context(): RequestContext {
    return tenant(this.project, this.#roles);
  }

  async start(size: number, told: Told = {}): Promise<string> {
    const { upload_id = randomUUID(), sha256 = null, fingerprint = null, part_size = PART } = told;
    const order = { upload_id, region: REGION, name: 'disk.raw', size: String(size), part_size, sha256, fingerprint };
    return (await this.#importing.ask(StartResumableUpload, order, this.context)).upload.id;
  }

  async sign(id: string, contents: ReadonlyMap<number, Buffer>): Promise<SignedPart[]> {
    const parts = [...contents].map(([part_number, bytes]) => ({ part_number, md5: hashOf('md5', bytes) }));
    const order = { upload_id: id, region: REGION, parts };
    return (await this.#importing.ask(SignResumableUploadParts, order, this.context)).parts;
  }

  /** Sends parts straight to the store; answers how many the store did not have. */
  async send(id: string, contents: ReadonlyMap<number, Buffer>): Promise<number> {
    const wanted = (await this.sign(id, contents)).filter(({ stored }) => !stored);
    for (const part of wanted) {
      const { status } = await put(part, contents.get(part.part_number) ?? Buffer.alloc(0));
      if (status !== 200) throw new Error(`the store answered part ${part.part_number} with ${status}`);
    }
    return wanted.length;
  }

  async show(id: string): Promise<Shown> {
    return (await this.#importing.ask(ShowResumableUpload, { upload_id: id, region: REGION }, this.context)).upload;
  }

  complete(id: string, sha256: string | null = null): Promise<unknown> {
    return this.#importing.ask(CompleteResumableUpload, { upload_id: id, region: REGION, sha256 }, this.context);
  }

  remove(id: string): Promise<unknown> {
    return this.#importing.ask(DeleteResumableUpload, { upload_id: id, region: REGION }, this.context);
  }

  reached(id: string, state: Shown['state']): Promise<Shown> {
    return eventually(async () => {
      const upload = await this.show(id);
      if (upload.state !== state) throw new Error(`the upload is ${upload.state}`);
      return upload;
    });
  }

  /** A file that is whole. */
  async whole(file: Buffer): Promise<string> {
    const id = await this.start(file.length);
    await this.send(id, partsOf(file));
    await this.complete(id);
    await this.reached(id, 'completed');
    return id;
  }

  /** The keys of what the store has of an upload, whole or in parts. */
  async bytesOf(id: string): Promise<readonly string[]> {
    const { store } = this.#importing;
    const key = uploadObjectKey(id);
    const [objects, multiparts] = await Promise.all([store.list(key), store.listMultiparts(key)]);
    return [...objects, ...multiparts].map((each) => each.key);
  }
}

export function partsOf(file: Buffer): ReadonlyMap<number, Buffer> {
  const count = Math.ceil(file.length / PART);
  const part = (index: number): Buffer => file.subarray(index * PART, (index + 1) * PART);
  return new Map(Array.from({ length: count }, (_, index) => [index + 1, part(index)]));
}

export function put({ url, headers }: Pick<SignedPart, 'url' | 'headers'>, body: Buffer): Promise<Response> {
  return fetch(url ?? '', { method: 'PUT', body: new Uint8Array(body), headers });
}

export function hashOf(algorithm: 'md5' | 'sha256', bytes: Buffer): string {
  return createHash(algorithm).update(bytes).digest('hex');
}
