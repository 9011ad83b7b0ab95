import path from 'node:path';
import { createListener } from '../../../src/main/adapters/embedded/pubsub/listener.ts';
import { createPubSub } from '../../../src/main/adapters/embedded/pubsub/pubsub.ts';
import { createQueue } from '../../../src/main/adapters/embedded/queue/queue.ts';
import { FilesObjectStore } from '../../../src/main/adapters/files/object-store.ts';
import { createPool } from '../../../src/main/adapters/postgres/pool.ts';

/** The stores of the embedded profile, as far as jobs need them; of the objects in a folder one process has one store. */
export async function openStores(databaseUrl: string, home: string, store?: FilesObjectStore) {
  const stack = new AsyncDisposableStack();
  const pool = createPool({ url: databaseUrl });
  stack.defer(() => pool.end());
  const report = (error: unknown) => console.error(error);
  const listener = stack.use(createListener(pool, report));
  const objects = store ?? (await FilesObjectStore.open(path.join(home, 'objects')));
  await objects.ensureBuckets();
  return {
    pool,
    objects,
    queue: createQueue(pool, listener),
    pubSub: createPubSub(pool, listener, report),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
