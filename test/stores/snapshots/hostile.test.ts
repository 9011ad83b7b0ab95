import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type Manifest, seal } from '../../../src/main/stores/snapshots/manifest.ts';
import { listSnapshots, readProof } from '../../../src/main/stores/snapshots/snapshot-folder.ts';
import { verifySnapshot } from '../../../src/main/stores/snapshots/verify-snapshot.ts';
import {
  everythingOf,
  fillStores,
  type OwnStores,
  openOwnStores,
  restoreInto,
  snapshotOf,
} from './support.ts';

const silent = () => undefined;

/** A manifest that anything may be done to. */
// biome-ignore lint/suspicious/noExplicitAny: what is tried is what the type forbids
type Forged = any;

/** Copies of a snapshot that somebody changed and sealed again: every hash is right. */
class Forger {
  private readonly source: string;
  private readonly place: string;
  private made = 0;

  constructor(source: string, place: string) {
    this.source = source;
    this.place = place;
  }

  async copy(): Promise<string> {
    this.made += 1;
    const folder = path.join(this.place, `forged-${this.made}`);
    await cp(this.source, folder, { recursive: true });
    return folder;
  }

  async manifest(change: (manifest: Forged) => void): Promise<string> {
    const folder = await this.copy();
    const file = path.join(folder, 'manifest.json');
    const manifest: Forged = JSON.parse(await readFile(file, 'utf8'));
    change(manifest);
    delete manifest.sha256;
    await writeFile(file, JSON.stringify(seal(manifest)));
    return folder;
  }

  /** Puts other bytes into a file, packed already. */
  async file(name: string, bytes: Buffer, change: (manifest: Forged) => void = silent): Promise<string> {
    const folder = await this.manifest((manifest) => {
      const described = manifest.files.find(({ path: one }: { path: string }) => one === name);
      described.bytes = bytes.length;
      described.sha256 = createHash('sha256').update(bytes).digest('hex');
      change(manifest);
    });
    await writeFile(path.join(folder, name), bytes);
    return folder;
  }
}

async function withForger(
  use: (forger: Forger, manifest: Manifest, target: OwnStores) => Promise<void>,
): Promise<void> {
  await using source = await openOwnStores();
  await using target = await openOwnStores();
  await fillStores(source);
  const { folder, manifest } = await snapshotOf(source);
  const before = await everythingOf(target);
  await use(new Forger(folder, source.home), manifest, target);
  expect(await everythingOf(target)).toEqual(before);
}

test('whatever stands in place of a file of a snapshot is told without waiting for it or following it', async () => {
  await withForger(async (forger, { files }, target) => {
    const index = 'objects.jsonl.zst';
    for (const name of ['manifest.json', index, 'settings.json', files[0]?.path ?? ''])
      for (const put of [
        async (file: string) => void execFileSync('mkfifo', [file]),
        (file: string) => symlink('/dev/zero', file),
        (file: string) => symlink(file, file),
        (file: string) => mkdir(file),
      ]) {
        const folder = await forger.copy();
        await rm(path.join(folder, name));
        await put(path.join(folder, name));
        const problems = await verifySnapshot(folder, silent);
        expect(
          problems.map(({ place }) => place.file),
          name,
        ).toContain(name);
        await expect(restoreInto(target, folder)).rejects.toMatchObject({ code: /SNAPSHOT|RESTORE/ });
      }
    const folder = await forger.copy();
    await rename(path.join(folder, 'objects'), `${folder}-aside`);
    await symlink(`${folder}-aside`, path.join(folder, 'objects'));
    const problems = await verifySnapshot(folder, silent);
    expect(new Set(problems.map(({ code }) => code))).toEqual(
      new Set(['SNAPSHOT_FILE_DAMAGED', 'SNAPSHOT_FILE_UNKNOWN']),
    );
    expect(problems.length).toBeGreaterThan(2);
  });
}, 60_000);

test('a manifest that is too large to be one is told, and the snapshots beside it are listed', async () => {
  await using source = await openOwnStores();
  const first = await snapshotOf(source);
  const forger = new Forger(first.folder, source.home);
  const large = await forger.copy();
  await truncate(path.join(large, 'manifest.json'), 3 * 1024 ** 3);
  expect(await verifySnapshot(large, silent)).toMatchObject([{ code: 'SNAPSHOT_FILE_DAMAGED' }]);
  await rename(large, path.join(source.snapshots, '20200101T000000000Z-aaaaaa'));
  const folder = await forger.copy();
  await rm(path.join(folder, 'manifest.json'));
  await mkdir(path.join(folder, 'manifest.json'));
  await rename(folder, path.join(source.snapshots, '20200101T000000000Z-bbbbbb'));
  const listed = await listSnapshots(source.snapshots);
  expect(listed.map(({ problem }) => problem?.code ?? null)).toEqual([
    null,
    'SNAPSHOT_FILE_DAMAGED',
    'SNAPSHOT_FILE_DAMAGED',
  ]);
});

test('a manifest that names a thing twice, or what has no place in it, is refused before anything is written', async () => {
  await withForger(async (forger, { database, files }, target) => {
    const forgeries: ((manifest: Forged) => void)[] = [
      (manifest) => manifest.files.push(files[0]),
      (manifest) => {
        const [first, second] = manifest.database.tables.filter((table: Forged) => table.parts.length > 0);
        second.parts[0].file = first.parts[0].file;
      },
      (manifest) => manifest.database.tables.push(database.tables[0]),
      (manifest) =>
        manifest.database.sequences.push({ name: 'one', value: '1' }, { name: 'one', value: '1' }),
      (manifest) => manifest.database.months.push('0001-01-01'),
      (manifest) => manifest.database.months.push('2026-01-15'),
      (manifest) => manifest.documents.push(manifest.documents[0]),
      (manifest) => manifest.files.pop(),
      (manifest) => manifest.files.push({ ...files[0], path: 'other.bin' }),
      (manifest) => {
        manifest.files[0].path = '../outside';
      },
      (manifest) => {
        manifest.files[0].path = '/etc/passwd';
      },
      (manifest) => {
        manifest.settings = 'verified.json';
        manifest.files.find((file: Forged) => file.path === 'settings.json').path = 'verified.json';
      },
      (manifest) => {
        manifest.unknown = 1;
      },
    ];
    for (const forge of forgeries) {
      const folder = await forger.manifest(forge);
      expect(await verifySnapshot(folder, silent), String(forge)).toMatchObject([
        { code: 'SNAPSHOT_MANIFEST_DAMAGED' },
      ]);
      await expect(restoreInto(target, folder)).rejects.toMatchObject({ code: 'SNAPSHOT_MANIFEST_DAMAGED' });
    }
  });
}, 60_000);

test('what a file unpacks to is refused as soon as it is more than the manifest says, or none of what it must be', async () => {
  await withForger(async (forger, { database, documents, objects }, target) => {
    const zeros = Buffer.alloc(64 * 1024 * 1024);
    const lines = Buffer.alloc(zeros.length, '\n');
    const table = database.tables.flatMap(({ parts }) => parts)[0]?.file ?? '';
    const collection = documents.find((one) => one.documents === 1);
    const bson = collection?.file ?? '';
    const oversized = Buffer.alloc(100);
    oversized.writeInt32LE(2 ** 31 - 1);
    const line = (change: object) =>
      zstdCompressSync(
        `${JSON.stringify({ bucket: 'datasets', key: 'a', size: 0, sha256: '0'.repeat(64), modifiedAt: 0, ...change })}\n`,
      );
    const forgeries: [string, Buffer][] = [
      [table, zstdCompressSync(lines)],
      [objects.index, zstdCompressSync(zeros)],
      ['settings.json', zeros.subarray(0, 2 * 1024 * 1024)],
      ['settings.json', Buffer.from('{"sample": 7}')],
      ['settings.json', Buffer.from('[')],
      [collection?.metadata ?? '', gzipSync(zeros)],
      [bson, gzipSync(zeros)],
      [bson, gzipSync(oversized)],
      [objects.index, line({ key: '../../x' })],
      [objects.index, line({ key: '/etc/x' })],
      [objects.index, line({ key: 'a\u0000b' })],
      [objects.index, line({ bucket: 'snapshots' })],
      [objects.index, line({ sha256: '../'.repeat(21).slice(0, 64) })],
    ];
    for (const [name, bytes] of forgeries) {
      const folder = await forger.file(name, bytes);
      const problems = await verifySnapshot(folder, silent);
      expect(problems, name).toMatchObject([{ place: { file: name } }]);
      await expect(restoreInto(target, folder), name).rejects.toMatchObject({ code: 'RESTORE_REFUSED' });
    }
  });
}, 120_000);

test('rows that PostgreSQL does not take, and tables or sequences that it has not like that, are refused before anything is written', async () => {
  await withForger(async (forger, { database }, target) => {
    const named = (name: string) => (manifest: Forged) =>
      manifest.database.tables.find((table: Forged) => table.name === name);
    const users = named('users');
    const forgeries: ((manifest: Forged) => void)[] = [
      (manifest) => (users(manifest).name = 'users"; DROP TABLE users; --'),
      (manifest) => (users(manifest).columns[0] = 'id) FROM PROGRAM $$touch /tmp/x$$; --'),
      (manifest) => (users(manifest).name = 'trainyard_migrations'),
      (manifest) => manifest.database.sequences.push({ name: 'users', value: '1' }),
      (manifest) => manifest.database.sequences.push({ name: 'pg_catalog.x', value: '1' }),
      (manifest) => (manifest.database.revisions = [database.revisions[0]]),
      (manifest) => {
        const { tables } = manifest.database;
        const [removed] = tables.splice(tables.indexOf(named('metrics')(manifest)), 1);
        const gone = new Set(removed.parts.map(({ file }: Forged) => file));
        manifest.files = manifest.files.filter((file: Forged) => !gone.has(file.path));
      },
    ];
    for (const forge of forgeries) {
      const folder = await forger.manifest(forge);
      const removed = new Set<string>(
        (await verifySnapshot(folder, silent)).map(({ place }) => place.file ?? ''),
      );
      for (const file of removed) await rm(path.join(folder, file));
      await expect(restoreInto(target, folder), String(forge)).rejects.toMatchObject({
        code: 'SNAPSHOT_TABLE_UNKNOWN',
      });
    }
    const file = 'database/users.copy.zst';
    const rows = zstdCompressSync('no\trow\n\\.\n');
    const folder = await forger.file(file, rows, (manifest) => (users(manifest).parts[0].rows = 1));
    await expect(restoreInto(target, folder)).rejects.toMatchObject({
      code: 'SNAPSHOT_FILE_DAMAGED',
      place: { file },
    });
    // Of so many, the key that refuses them is made behind the rows.
    const values: Readonly<Record<string, string>> = {
      ...{ workflow_id: '00000000-0000-4000-8000-000000000000', type: 'log', payload: '{}' },
      ...{ recorded_at: '2026-01-01Z', span: '1' },
    };
    const events = named('run_events')({ database });
    const line = (seq: number) =>
      events.columns.map((column: string) => (column === 'seq' ? seq : (values[column] ?? '\\N'))).join('\t');
    const strangers = zstdCompressSync(
      `${Array.from({ length: 20_000 }, (_, seq) => `${line(seq + 1)}\n`).join('')}\\.\n`,
    );
    const eventsFile = events.parts[0].file;
    const withStrangers = await forger.file(
      eventsFile,
      strangers,
      (manifest) => (named('run_events')(manifest).parts[0].rows = 20_000),
    );
    await expect(restoreInto(target, withStrangers)).rejects.toMatchObject({
      ...{ code: 'SNAPSHOT_FILE_DAMAGED', message: expect.stringContaining('foreign key') },
      place: { file: eventsFile },
    });
    expect(await target.stores.schema.check()).toMatchObject({ ok: true, pending: [] });
  });
}, 120_000);

test('a restore takes no setting that a snapshot does not keep', async () => {
  await using source = await openOwnStores();
  await using target = await openOwnStores();
  const { folder } = await snapshotOf(source, {
    settings: { sample: 'declined', profile: 'external', 'stack.images': { postgres: 'evil' } },
  });
  await restoreInto(target, folder);
  const { openSettings } = await import('../../../src/main/stores/settings/settings-store.ts');
  using settings = openSettings(target.home);
  expect([...settings.all().keys()]).toEqual(['sample']);
});

test('when a snapshot was last found whole is unknown where anything else says so', async () => {
  await using source = await openOwnStores();
  const { folder } = await snapshotOf(source);
  const proof = path.join(folder, 'verified.json');
  expect((await readProof(folder)).verifiedAt).not.toBeNull();
  await rm(proof);
  execFileSync('mkfifo', [proof]);
  expect((await readProof(folder)).verifiedAt).toBeNull();
  await writeFile(path.join(folder, '.verified.json.0123456789ab'), '');
  expect(await verifySnapshot(folder, silent)).toEqual([]);
});
