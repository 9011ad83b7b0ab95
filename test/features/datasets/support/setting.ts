import path from 'node:path';
import { createTestDatabase } from '../../../support/postgres.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { makeProject, openService } from './open-service.ts';
import { goodFiles, writeFiles } from './pictures.ts';

/** A migrated database, a state folder, a folder with a good dataset, the service, and a project. */
export async function openSetting() {
  const stack = new AsyncDisposableStack();
  const place = stack.use(await temporaryFolder());
  const database = stack.use(await createTestDatabase());
  const home = path.join(place.folder, 'home');
  const pets = path.join(place.folder, 'pets');
  await writeFiles(pets, await goodFiles());
  const opened = stack.use(await openService(database.url, home));
  const project = await makeProject(opened);
  return {
    ...opened,
    folder: place.folder,
    home,
    pets,
    project,
    databaseUrl: database.url,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** The keys of the bucket `datasets`. */
export async function storedKeys(
  { store }: Pick<Awaited<ReturnType<typeof openSetting>>, 'store'>,
  prefix = '',
) {
  const keys: string[] = [];
  for await (const { key } of store.list('datasets', prefix)) keys.push(key);
  return keys;
}
