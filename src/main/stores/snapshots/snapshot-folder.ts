import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { fault } from '../../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { flushFolder, replaceFile, writeDurably } from '../../platform/durable-file.ts';
import { codeOf, isSystemCode, nullOn } from '../../platform/error-code.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { systemFault } from '../../platform/faults/system-fault.ts';
import { isSnapshotId, type Manifest, manifestName, parseManifest } from './manifest.ts';
import { readSmallFile } from './snapshot-reader.ts';

/** Says in a snapshot's folder when all of it was last read and found whole; no part of the manifest. */
const verifiedName = 'verified.json';
/** Says when it was last restored into stores of its own, and found to work there. */
const provenName = 'proven.json';
export const proofNames = [verifiedName, provenName];
/** Whether a name is what a kill leaves where a proof was being replaced. */
export const isProofAside = (name: string) => /^\.(verified|proven)\.json\.[0-9a-f]{12}$/.test(name);
const proofSchema = z.object({
  at: z.iso.datetime(),
  /** When the last of its bytes was read; earlier than `at` where files of another snapshot were not read again. */
  readAt: z.iso.datetime().optional(),
});
const partialPrefix = '.partial-';
const removedPrefix = '.removed-';

/** Bytes. What it may come to is a line for each of the objects that a store had lost. */
const largestManifest = 64 * 1024 * 1024;
const largestProof = 4096;

/** A snapshot by what its manifest says, or what is wrong with that. */
export interface ListedSnapshot {
  readonly id: string;
  /** Absolute. */
  readonly folder: string;
  readonly manifest: Manifest | null;
  readonly problem: TrainyardError | null;
  readonly proof: Proof;
}

/** What is known of how good a snapshot is. */
export interface Proof {
  /** When all of it was last read and found whole. */
  readonly verifiedAt: string | null;
  /** When it was last restored into stores of its own, and found to work there. */
  readonly provenAt: string | null;
}

/** @throws TrainyardError SNAPSHOT_NOT_FOUND, SNAPSHOT_FILE_MISSING, SNAPSHOT_NEWER, SNAPSHOT_MANIFEST_DAMAGED */
export async function readManifest(folder: string): Promise<Manifest> {
  try {
    return parseManifest(await readSmallFile(folder, manifestName, largestManifest));
  } catch (error) {
    // A folder without one may be what is left of a snapshot.
    if (error instanceof TrainyardError && error.code === 'SNAPSHOT_FILE_MISSING' && !existsSync(folder))
      throw fault('SNAPSHOT_NOT_FOUND', { snapshot: folder }, { cause: error });
    throw error;
  }
}

/** Their ids, the oldest first. */
const idsIn = async (folder: string) =>
  ((await readdir(folder).catch(nullOn('ENOENT'))) ?? []).filter(isSnapshotId).sort();

/** The snapshots in a folder, the newest first; one under way is none. */
export async function listSnapshots(folder: string): Promise<readonly ListedSnapshot[]> {
  const listed: ListedSnapshot[] = [];
  // One after the other: of many damaged ones no more than one is in memory.
  for (const id of (await idsIn(folder)).reverse()) listed.push(await describe(id, path.join(folder, id)));
  return listed;
}

/** The newest of them that was read and found whole; null: there is none. */
export async function newestVerified(folder: string): Promise<ListedSnapshot | null> {
  for (const id of (await idsIn(folder)).reverse()) {
    const found = await describe(id, path.join(folder, id));
    if (found.proof.verifiedAt !== null) return found;
  }
  return null;
}

async function describe(id: string, folder: string): Promise<ListedSnapshot> {
  try {
    const manifest = await readManifest(folder);
    if (manifest.id !== id) throw fault('SNAPSHOT_RENAMED', { folder: id, snapshot: manifest.id });
    return { id, folder, manifest, problem: null, proof: await readProof(folder) };
  } catch (error) {
    // Whatever it is: the others are to be listed.
    const problem = systemFault(error);
    if (!problem) throw error;
    return { id, folder, manifest: null, problem, proof: { verifiedAt: null, provenAt: null } };
  }
}

/**
 * The folder of a snapshot by its id, the first characters of it, "last", or as the path of the folder.
 * @throws TrainyardError SNAPSHOT_NOT_FOUND
 */
export async function findSnapshot(folder: string, reference: string): Promise<string> {
  if (/[/\\]/.test(reference)) return path.resolve(reference);
  const names = await idsIn(folder);
  const found = reference === 'last' ? names.slice(-1) : names.filter((name) => name.startsWith(reference));
  const [only] = found;
  if (only !== undefined && found.length === 1) return path.join(folder, only);
  throw fault('SNAPSHOT_NOT_FOUND', { snapshot: reference });
}

/** Makes the folder in which a snapshot is written aside, and removes those that a kill left. */
export async function openAside(folder: string, id: string): Promise<string> {
  await sweep(folder, [partialPrefix, removedPrefix]);
  const aside = path.join(folder, `${partialPrefix}${id}`);
  await mkdir(aside, { mode: 0o700 });
  return aside;
}

async function sweep(folder: string, prefixes: readonly string[]): Promise<void> {
  for (const name of await readdir(folder))
    if (prefixes.some((prefix) => name.startsWith(prefix))) await discard(path.join(folder, name));
}

/**
 * Removes snapshots by their ids: each is none any more by one rename, and what a kill leaves of it goes with the next call. One that is
 * not there any more was removed by somebody else.
 */
export async function removeSnapshots(folder: string, ids: readonly string[]): Promise<void> {
  for (const id of ids.filter(isSnapshotId)) {
    failpoint('prune.rename.before');
    await rename(path.join(folder, id), path.join(folder, `${removedPrefix}${id}`)).catch(nullOn('ENOENT'));
    await flushFolder(folder);
    failpoint('prune.rename.after');
  }
  // One that is being made belongs to its engine.
  await sweep(folder, [removedPrefix]);
}

/** Writes the manifest of what lies aside, and flushes all names. */
export async function closeAside(aside: string, manifest: Manifest): Promise<void> {
  failpoint('snapshot.manifest.before');
  await writeDurably(path.join(aside, manifestName), Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`));
  failpoint('snapshot.manifest.after');
  await flushBelow(aside);
}

/** Flushes the names in a folder and those below it. */
export async function flushBelow(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await flushBelow(path.join(folder, entry.name));
  await flushFolder(folder);
}

/** Makes what was written aside and read back a snapshot, by one rename. */
export async function publish(aside: string, folder: string, id: string): Promise<string> {
  const target = path.join(folder, id);
  failpoint('snapshot.publish.before');
  await rename(aside, target);
  await flushFolder(folder);
  failpoint('snapshot.publish.after');
  return target;
}

/** Removes what lies aside. */
export const discard = (aside: string) => rm(aside, { recursive: true, force: true });

/**
 * Keeps that all of a snapshot was read and found whole, where its folder can be written to: a medium for reading only is as good.
 * @param readAt when those of its files were read that another snapshot has too
 */
export const markVerified = (folder: string, at: Date, readAt: Date = at) =>
  mark(folder, verifiedName, { at, readAt });

/** Keeps that a snapshot was restored and worked. */
export const markProven = (folder: string, at: Date) => mark(folder, provenName, { at });

function mark(folder: string, name: string, mark: { readonly at: Date; readonly readAt?: Date }): void {
  try {
    replaceFile(path.join(folder, name), `${JSON.stringify(mark)}\n`);
  } catch (error) {
    if (!isSystemCode(codeOf(error))) throw error;
  }
}

/** When a snapshot was last verified and proven; null: nobody knows. */
export async function readProof(folder: string): Promise<Proof> {
  const [verifiedAt, provenAt] = await Promise.all(
    [verifiedName, provenName].map((name) => readMark(folder, name)),
  );
  return { verifiedAt: verifiedAt?.at ?? null, provenAt: provenAt?.at ?? null };
}

/** What an earlier snapshot has is read again with the next one after so long: a disk's decay is found within that time. */
const rereadAfterMs = 7 * 24 * 60 * 60_000;

/** Whether what was read then need not be read again now. */
export const isReadRecently = (readAt: Date | null, now: Date): readAt is Date =>
  readAt !== null && Math.abs(now.getTime() - readAt.getTime()) < rereadAfterMs;

/** Since when no byte of a verified snapshot has been read again; null: nobody knows. */
export async function lastRead(folder: string): Promise<Date | null> {
  const found = await readMark(folder, verifiedName);
  return found ? new Date(found.readAt ?? found.at) : null;
}

async function readMark(folder: string, name: string): Promise<z.infer<typeof proofSchema> | null> {
  try {
    return proofSchema.parse(JSON.parse(await readSmallFile(folder, name, largestProof)));
  } catch {
    return null;
  }
}

/** Bytes of a snapshot's files; contents that another snapshot has too count for both. */
export function bytesOf({ files, objects }: Manifest): number {
  return files.reduce((sum, { bytes }) => sum + bytes, objects.bytes);
}
