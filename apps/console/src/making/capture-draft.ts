import type { operations } from '../gateway/openapi.ts';
import type { Server } from '../servers/server.ts';

/** What of a server becomes the image. */
export const CAPTURE_KINDS = ['system_disk', 'data_disk', 'full_machine'] as const;
export type CaptureKind = (typeof CAPTURE_KINDS)[number];

/** What the form says of an image that is made of a server. */
export interface CaptureDraft {
  readonly server: Server;
  readonly kind: CaptureKind;
  readonly disk_id?: string;
  readonly name: string;
  readonly description?: string;
  readonly generalize: boolean;
  readonly verify_boot: boolean;
}

type CaptureBody = operations['Captures.create']['requestBody']['content']['application/json'];

/** The same as the gateway is asked for it; of a data disk alone nothing is booted and nothing generalized. */
export function captureOf({ server, kind, disk_id, ...draft }: CaptureDraft): CaptureBody {
  const hasSystem = kind !== 'data_disk';
  return {
    server_id: server.id,
    source: kind === 'data_disk' ? { type: kind, disk_id: disk_id ?? '' } : { type: kind },
    name: draft.name.trim(),
    description: draft.description?.trim() || null,
    generalize: hasSystem && draft.generalize,
    verify_boot: hasSystem && draft.verify_boot,
  };
}
