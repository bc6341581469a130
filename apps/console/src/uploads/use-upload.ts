import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { useGateway } from '../gateway/use-gateway.ts';
import { useSession } from '../session/use-session.ts';
import type { FileUpload, UploadState } from './file-upload.ts';
import { gatewayDoor } from './gateway-door.ts';
import { uploadDesk } from './upload-desk.ts';
import type { Upload, UploadDoor } from './upload-door.ts';

export interface UploadControls {
  readonly upload: FileUpload | null;
  readonly state: UploadState | null;
  readonly door: UploadDoor;
  readonly send: (file: File, upload: Upload | null) => void;
  readonly clear: () => void;
}

const nothing = (): (() => void) => () => undefined;

/** The file that is on its way for this project and region. */
export function useUpload(): UploadControls {
  const gateway = useGateway();
  const { project } = useSession();
  const door = useMemo(() => gatewayDoor(gateway), [gateway]);
  const place = `${project} ${gateway.region}`;
  const upload = useSyncExternalStore(
    uploadDesk.subscribe,
    useCallback(() => uploadDesk.at(place), [place]),
  );
  const state = useSyncExternalStore(upload?.subscribe ?? nothing, () => upload?.state() ?? null);
  return useMemo(
    () => ({
      ...{ upload, state, door },
      send: (file: File, known: Upload | null) => {
        uploadDesk.send(place, file, { door, upload: known });
      },
      clear: () => {
        uploadDesk.clear(place);
      },
    }),
    [upload, state, door, place],
  );
}
