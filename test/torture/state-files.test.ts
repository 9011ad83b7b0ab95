import { execFileSync } from 'node:child_process';
import { existsSync, lchownSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FileUploads } from '../../src/main/features/uploads/files/file-uploads.ts';
import { findEngine } from '../../src/main/platform/find-engine.ts';
import {
  ensureSecrets,
  openHome,
  removeEngineRecord,
  writeEngineRecord,
} from '../../src/main/platform/home.ts';
import { openStateFolder } from '../../src/main/platform/state-folder.ts';
import { requireDatabase } from '../../src/main/postgres/embedded/initialise.ts';
import { locate } from '../../src/main/postgres/embedded/location.ts';
import { serverUser } from '../../src/main/postgres/embedded/server-user.ts';
import { StackFolder } from '../../src/main/stack/files/stack-folder.ts';
import { FilesObjectStore } from '../../src/main/stores/objects/files/object-store.ts';
import { readExternal } from '../../src/main/stores/profiles/external-file.ts';
import { SettingsStore } from '../../src/main/stores/settings/settings-store.ts';
import { hashTree, makeDecoy } from '../platform/decoy.ts';
import { makeHome } from '../postgres/embedded/support.ts';

const entries = [
  'engine.json',
  'secrets.json',
  'settings.sqlite',
  'external.json',
  'postgres.json',
  'database.json',
  'served.json',
  'stack.lock.sqlite',
  'stack',
  'stack/stack.json',
  'stack/compose.yaml',
  'stack/secrets',
  'postgres',
  'postgres/data',
  'postgres/socket',
  'objects',
  'objects/.incoming',
  'objects/.trainyard.json',
  'uploads',
  'uploads/.incoming',
  'cache',
  'runs',
  'logs',
] as const;

const foreign = (decoy: string) =>
  fc.oneof(
    fc.json({ maxDepth: 4 }),
    fc
      .constantFrom('/etc', '/', decoy, '../decoy', `/var/lib/trainyard/0123456789abcdef/postgres`)
      .map((folder) => JSON.stringify({ folder, home: folder, version: 1, madeAt: '' })),
    fc.constantFrom('', '{', '{}', '[]', 'null', `${decoy}\n`),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.constant(' '.repeat(1024 * 1024 + 1)),
  );

type Spoiling =
  | { readonly kind: 'text'; readonly text: string | Buffer; readonly owner: number | null }
  | { readonly kind: 'link'; readonly to: string }
  | { readonly kind: 'folder' | 'pipe' | 'nothing' };

function spoil(file: string, spoiling: Spoiling): void {
  rmSync(file, { recursive: true, force: true });
  if (spoiling.kind === 'nothing' || !existsSync(path.dirname(file))) return;
  if (spoiling.kind === 'text') {
    writeFileSync(file, spoiling.text);
    if (spoiling.owner !== null && process.getuid?.() === 0) lchownSync(file, spoiling.owner, spoiling.owner);
  } else if (spoiling.kind === 'link') symlinkSync(spoiling.to, file);
  else if (spoiling.kind === 'folder') mkdirSync(path.join(file, 'below'), { recursive: true });
  else execFileSync('mkfifo', [file]);
}

/** A state folder as a first start leaves it, with a database of which only the first file is there. */
function prepare(home: string): void {
  openHome(home);
  ensureSecrets(home);
  new SettingsStore(path.join(home, 'settings.sqlite'))[Symbol.dispose]();
  for (const name of ['objects', 'uploads', 'cache', 'runs', 'logs', 'stack'] as const)
    openStateFolder(home, name);
  const { dataDirectory } = locate(home, serverUser());
  mkdirSync(dataDirectory);
  writeFileSync(path.join(dataDirectory, 'PG_VERSION'), '17\n');
  writeFileSync(
    path.join(home, 'database.json'),
    JSON.stringify({ version: 1, folder: 'postgres', madeAt: '2026-01-01T00:00:00Z' }),
  );
}

/** Everything that a start reads, makes ready, gives away or empties, each by itself; answers what would be a new, empty database. */
async function readAll(home: string): Promise<boolean> {
  let wouldBegin = false;
  const steps: readonly (() => unknown)[] = [
    () => openHome(home),
    () => findEngine(home),
    () => ensureSecrets(home),
    () => new SettingsStore(path.join(home, 'settings.sqlite'))[Symbol.dispose](),
    () => readExternal(home),
    () => {
      wouldBegin = requireDatabase(locate(home, serverUser())) === 'never made';
    },
    () => new StackFolder(home).read(),
    () => new StackFolder(home).writeCompose('services: {}'),
    () => new StackFolder(home).readSecrets(),
    async () => (await FilesObjectStore.open(openStateFolder(home, 'objects'))).ensureBuckets(),
    () => FileUploads.open(openStateFolder(home, 'uploads')),
    ...(['cache', 'runs', 'logs'] as const).map((name) => () => openStateFolder(home, name)),
    () => writeEngineRecord(home, { url: '', token: '', pid: 1, startedAt: '', version: '' }),
    () => removeEngineRecord(home),
    () => new StackFolder(home).removeAll(),
  ];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      // Refusing is right: what is looked at is what happened outside.
      if (!(error instanceof Error)) throw error;
    }
  }
  return wouldBegin;
}

test('three hundred state files, torn, foreign, linked and worse, change nothing outside and begin no empty database', async () => {
  await using place = await makeHome();
  const decoy = path.join(place.folder, 'decoy');
  makeDecoy(decoy);
  const before = hashTree(decoy);
  const spoiling: fc.Arbitrary<Spoiling> = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('text' as const),
        text: foreign(decoy),
        owner: fc.constantFrom(null, null, 12_345),
      }),
    },
    {
      weight: 4,
      arbitrary: fc
        .constantFrom('', 'file', 'open', '.incoming', 'datasets', 'data', 'secrets', 'nothing')
        .map((name) => ({ kind: 'link' as const, to: path.join(decoy, name) })),
    },
    fc.constantFrom('folder', 'pipe', 'nothing').map((kind) => ({ kind: kind as 'folder' })),
  );
  let number = 0;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...entries), spoiling, async (entry, how) => {
      number += 1;
      const home = path.join(place.folder, `home-${number}`);
      prepare(home);
      spoil(path.join(home, entry), how);
      const wouldBegin = await readAll(home);
      expect(hashTree(decoy)).toBe(before);
      // Whoever removed the note that a database was made still has the data.
      expect(wouldBegin).toBe(false);
      rmSync(home, { recursive: true, force: true });
    }),
    { numRuns: Number(process.env.TRAINYARD_STATE_FILES ?? 300) },
  );
});
