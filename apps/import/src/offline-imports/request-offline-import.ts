import {
  refusal,
  type RequestImport as RequestImportContract,
  type RequestOf,
  type RequestOfflineImport as RequestOfflineImportContract,
} from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { Injectable } from '@nestjs/common';
import { type ImportAccepted, RequestImport } from '../imports/request-import.ts';
import { BundleKeys } from './bundle-keys.ts';

type Request = RequestOf<typeof RequestOfflineImportContract>;

/** What is to be imported for whom, and on whose word. */
interface Order {
  readonly project_id: string;
  readonly sha512: string;
  /** Bytes; null: nobody said. */
  readonly size: number | null;
  /** The key that has signed it; null: the operator says so. */
  readonly signer: string | null;
  readonly file: Pick<RequestOf<typeof RequestImportContract>, 'disk_format' | 'compression' | 'facts'>;
}

/** Imports what an operator brings on behalf of a project (R15): as every import, and scanned before it is active. */
@Injectable()
export class RequestOfflineImport {
  constructor(
    private readonly imports: RequestImport,
    private readonly keys: BundleKeys,
  ) {}

  /** @throws Refusal as the contract of `import.requestOfflineImport` names them; then nothing has changed. */
  async execute(request: Request, context: RequestContext): Promise<ImportAccepted> {
    requireAllowed('offline_import.create', context, 'operator');
    const { project_id, sha512, size, signer, file } = await this.#order(request);
    const { region, idempotency_key, source, unscanned_reason } = request;
    const checksum = { algorithm: 'sha512' as const, value: sha512 };
    return this.imports.admit({
      request: { region, idempotency_key, source, checksum, ...file, agreement_accepted: true, verify_boot: false },
      context,
      owner: project_id,
      offline: { ordered_by: context.user_id, sha512, signer, unscanned_reason },
      size,
    });
  }

  async #order({ order, region }: Request): Promise<Order> {
    if (order.type === 'file') {
      const { project_id, sha512, disk_format, compression, facts } = order;
      return { project_id, sha512, size: null, signer: null, file: { disk_format, compression, facts } };
    }
    const manifest = (await this.keys.trusted()).open(order);
    if (manifest.region !== region)
      throw refusal('bundle.region_mismatch', `The bundle is for ${manifest.region}, not for ${region}.`, {
        expected: manifest.region,
        found: region,
      });
    const { disk_format, compression, ...facts } = manifest.image;
    const { sha512, size } = manifest.file;
    const { project_id, signer } = manifest;
    return { project_id, sha512, size, signer, file: { disk_format, compression, facts } };
  }
}
