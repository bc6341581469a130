import type { HashAnswer, HashQuestion } from './file-hasher.ts';
import { fingerprintOf, md5Of } from './hash-file.ts';

// A thread of its own: hashing gigabytes would keep the page from answering to hands.

addEventListener('message', ({ data }: MessageEvent<HashQuestion>) => {
  const { id, of, bytes } = data;
  const hashing = of === 'md5' ? md5Of(bytes) : fingerprintOf(bytes);
  hashing.then(
    (hash) => {
      answer({ id, hash });
    },
    (error: unknown) => {
      answer({ id, fault: error instanceof Error ? error.message : String(error) });
    },
  );
});

function answer(message: HashAnswer): void {
  postMessage(message);
}
