import { createServer } from 'node:net';
import { freemem, totalmem } from 'node:os';
import type { Check } from '../ports.ts';

const gibibyte = 1024 ** 3;
/** What PostgreSQL, the engine and a small training take together. */
const needed = gibibyte;

/** Memory that a training could have: the machine's, or the container's where that is less. */
export function memoryCheck(available = Math.min(freemem(), process.availableMemory())): Check {
  return {
    name: 'memory',
    run: async () => {
      const limit = process.constrainedMemory();
      const total = limit > 0 ? Math.min(totalmem(), limit) : totalmem();
      const evidence = `${(available / gibibyte).toFixed(1)} GiB / ${(total / gibibyte).toFixed(1)} GiB`;
      return [{ code: available < needed ? 'MEMORY_LOW' : 'MEMORY_OK', evidence }];
    },
  };
}

/** Listens on a free port for a moment. */
export function portCheck(host = '127.0.0.1'): Check {
  return {
    name: 'port',
    run: () =>
      new Promise((resolve) => {
        const server = createServer();
        server.on('error', (error) => resolve([{ code: 'PORT_UNBINDABLE', evidence: error.message }]));
        server.listen(0, host, () => {
          const address = server.address();
          const evidence = `${host}:${typeof address === 'object' && address ? address.port : '?'}`;
          server.close(() => resolve([{ code: 'PORT_OK', evidence }]));
        });
      }),
  };
}
