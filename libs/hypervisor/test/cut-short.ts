import { readFile } from 'node:fs/promises';
import { directoryDiskServer, QemuHypervisor, type ServerSpec } from '../src/index.ts';
import { readServerDocument } from '../src/qemu/server-document.ts';
import type { CutShort } from './qemu-host.ts';

/** A process that does one thing to a server, with programs that kill it meanwhile. */
const { call, document, options, exports } = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8')) as CutShort;
const spec: ServerSpec = readServerDocument(document);
const hypervisor = new QemuHypervisor({ ...options, diskServer: directoryDiskServer(exports) });
await (call === 'create' ? hypervisor.create(spec) : hypervisor.start(spec.id));
