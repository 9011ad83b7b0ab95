import path from 'node:path';
import { createPool } from '../../../../src/main/postgres/pool.ts';
import { FilesObjectStore } from '../../../../src/main/stores/objects/files/object-store.ts';
import { Listener } from '../../../../src/main/stores/pubsub/postgres/listener.ts';
import { createPubSub } from '../../../../src/main/stores/pubsub/postgres/pubsub.ts';
import { createQueue } from '../../../../src/main/stores/queue/postgres-queue.ts';

/** The stores of the embedded profile, as far as jobs need them; of the objects in a folder one process has one store. */
export async function openStores(databaseUrl: string, home: string, store?: FilesObjectStore) {
  const stack = new AsyncDisposableStack();
  const pool = createPool({ url: databaseUrl });
  stack.defer(() => pool.end());
  const report = (error: unknown) => console.error(error);
  const listener = stack.use(new Listener(pool, report));
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
