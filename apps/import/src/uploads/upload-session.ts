import type { BeginUpload, RefusalDocument, ResponseOf } from '@imago/contracts';

/**
 * Where an upload is. `opening`: catalog is being asked for the object. `open`: lent to the gateway, which stores parts.
 * `finishing`: this service makes the object of the parts and inspects it. Then it has ended.
 */
export type UploadState = 'opening' | 'open' | 'finishing' | 'finished' | 'failed';

/** What catalog and store gave an upload. */
export interface UploadPlace {
  readonly owner: string;
  readonly object_id: string;
  readonly key: string;
  readonly disk_format: ResponseOf<typeof BeginUpload>['disk_format'];
  readonly upload_id: string;
}

/** A file on its way into an image: who sends it, where it goes, and until when nobody else may touch it. */
export interface UploadSession {
  readonly id: string;
  readonly image_id: string;
  readonly region: string;
  /** Of the caller, which an operator may not share with the image. */
  readonly project_id: string;
  readonly actor: string;
  readonly request_id: string;
  readonly correlation_id: string;
  readonly state: UploadState;
  /** Its file is kept as it comes, for an import. */
  readonly stages: boolean;
  /** Bytes announced. */
  readonly size: string | null;
  /** Bytes its project has room for; null of a file that is counted with its image. */
  readonly room: string | null;
  /** Null until it is open. */
  readonly place: UploadPlace | null;
  /** Of whoever finishes it; a newer one takes the right away. */
  readonly fencing_token: string;
  readonly error: RefusalDocument | null;
  /** The event that told of its end. */
  readonly ending_event_id: string | null;
}

/**
 * What an open session must have.
 * @throws Error when it does not, which the table forbids.
 */
export function placeOf(session: UploadSession): UploadPlace {
  if (session.place === null) throw new Error(`Upload ${session.id} is ${session.state} and has no place`);
  return session.place;
}
