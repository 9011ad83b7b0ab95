import {
  copyFile,
  cp,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lockIdentity, makeIdentity } from '../../../src/main/stores/snapshots/snapshot-key.ts';
import { verifySnapshot } from '../../../src/main/stores/snapshots/verify-snapshot.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { everythingOf, fillStores, openOwnStores, restoreInto, snapshotOf } from './support.ts';

/** `npm run test:torture` asks for more. */
const mutations = Number(process.env.TRAINYARD_SNAPSHOT_MUTATIONS ?? 16);

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name !== 'verified.json');
  return files.map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name))).sort();
}

type Kind = 'flip' | 'cut' | 'grow' | 'remove' | 'swap' | 'add' | 'link' | 'empty' | 'edit';
const kinds: readonly Kind[] = ['flip', 'cut', 'grow', 'remove', 'swap', 'add', 'link', 'empty', 'edit'];

/** Damages a snapshot; answers the files that are another than before, or null where nothing is. */
async function damage(folder: string, kind: Kind, chosen: number, at: number): Promise<string[] | null> {
  const files = await filesOf(folder);
  const name = files[chosen % files.length] ?? '';
  const file = path.join(folder, name);
  const bytes = await readFile(file);
  if (kind === 'remove') await rm(file);
  if (kind === 'add') {
    const added = path.join(path.dirname(name), 'added.bin');
    await writeFile(path.join(folder, added), 'x');
    return [added];
  }
  if (kind === 'grow') await writeFile(file, Buffer.concat([bytes, Buffer.from('x')]));
  if (kind === 'link') {
    await rename(file, `${folder}-aside`);
    await symlink(`${folder}-aside`, file);
  }
  if (kind === 'edit') {
    const manifest = path.join(folder, 'manifest.json');
    const text = await readFile(manifest, 'utf8');
    const digits = [...text.matchAll(/\d/g)].map(({ index }) => index);
    const place = digits[at % digits.length] ?? 0;
    const digit = String((Number(text[place]) + 1) % 10);
    await writeFile(manifest, `${text.slice(0, place)}${digit}${text.slice(place + 1)}`);
    return ['manifest.json'];
  }
  if (kind === 'swap') {
    const other = files[(chosen + 1 + (at % (files.length - 1))) % files.length] ?? '';
    const others = await readFile(path.join(folder, other));
    if (others.equals(bytes)) return null;
    await copyFile(path.join(folder, other), `${folder}-swap`);
    await writeFile(path.join(folder, other), bytes);
    await copyFile(`${folder}-swap`, file);
    return [name, other];
  }
  if (bytes.length === 0) return kind === 'remove' || kind === 'grow' ? [name] : null;
  if (kind === 'empty') await truncate(file, 0);
  if (kind === 'cut') await truncate(file, at % bytes.length);
  if (kind === 'flip') {
    const place = at % bytes.length;
    bytes.writeUInt8(bytes.readUInt8(place) ^ (1 << (at % 8)), place);
    await writeFile(file, bytes);
  }
  return [name];
}

const { identity, recipient } = await makeIdentity();

test.each([
  ['a snapshot', null, 1],
  ['an encrypted snapshot', recipient, 2],
] as const)(
  'whatever happens to a file of %s is found by verifying it, by the name of the file, and nothing of it is restored',
  async (_, to, share) => {
    await using source = await openOwnStores();
    await using target = await openOwnStores();
    await using place = await temporaryFolder();
    await fillStores(source);
    const encryption =
      to === null
        ? null
        : {
            ...{ recipient: to, key: await lockIdentity(identity, 'a passphrase') },
            indexes: path.join(source.home, 'indexes'),
          };
    const { folder } = await snapshotOf(source, { encryption });
    const before = await everythingOf(target);
    const copy = path.join(place.folder, 'copy');
    const anything = fc.nat({ max: 2 ** 30 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...kinds), anything, anything, async (kind, chosen, at) => {
        await rm(place.folder, { recursive: true, force: true });
        await mkdir(place.folder);
        await cp(folder, copy, { recursive: true });
        const changed = await damage(copy, kind, chosen, at);
        fc.pre(changed !== null);
        // With and without the key: in turns, as each reads all of it.
        const problems = await verifySnapshot(
          copy,
          () => undefined,
          undefined,
          to && chosen % 2 === 0 ? identity : null,
        );
        const named = problems.map(({ place: { file } }) => file);
        // Whitespace and such of a manifest means nothing: then the snapshot is the same.
        const isSame = changed?.join() === 'manifest.json' && problems.length === 0;
        if (isSame)
          expect(JSON.parse(await readFile(path.join(copy, 'manifest.json'), 'utf8'))).toEqual(
            JSON.parse(await readFile(path.join(folder, 'manifest.json'), 'utf8')),
          );
        else {
          expect(problems.length).toBeGreaterThan(0);
          if (changed?.includes('manifest.json')) expect(named).toContain('manifest.json');
          else for (const name of changed ?? []) expect(named).toContain(name);
          await expect(restoreInto(target, copy, { identities: identity })).rejects.toMatchObject({
            code: /SNAPSHOT|RESTORE/,
          });
        }
      }),
      { numRuns: Math.ceil(mutations / share) },
    );
    expect(await everythingOf(target)).toEqual(before);
  },
  600_000,
);
