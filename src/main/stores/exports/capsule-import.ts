import path from 'node:path';
import type pg from 'pg';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { hashing, sha256Of } from '../../platform/sha256.ts';
import { withClient } from '../../postgres/pool.ts';
import { quoted, readRevisions, sameText } from '../migration/table-shapes.ts';
import type { Stores } from '../profiles/stores.ts';
import { type CapsuleManifest, documentsPath, rowsPath } from './capsule-manifest.ts';
import { type CapsuleObject, capsuleDamaged, eachEntry, readCapsule } from './capsule-reader.ts';
import { addDocuments, checkDocuments } from './documents-import.ts';
import { advanceSequences, stageRows } from './staged-rows.ts';

export interface CapsuleImport {
  readonly project: CapsuleManifest['project'];
  readonly notKept: CapsuleManifest['notKept'];
  readonly rows: number;
  readonly documents: number;
  readonly objects: number;
  /** Why nothing was imported. */
  readonly problems: readonly TrainyardError[];
  readonly problemCount: number;
}

export interface CapsuleImportRequest {
  /** Absolute. */
  readonly file: string;
  /** For what is on its way: there, and empty. */
  readonly folder: string;
  /** Those whose rows a capsule may bring, each behind those that its foreign keys name. */
  readonly tables: readonly string[];
  /** @throws TrainyardError where a capsule may not bring the object */
  readonly checkObject: (object: CapsuleObject, sha256: string) => void;
}

/**
 * Adds a project from a capsule, with its ids. All of it is read and compared with its manifest and with what is there before anything is
 * written: what is there with other content is named, and nothing is imported. PostgreSQL takes the rows first, in a transaction that is
 * committed last, behind the objects and the documents: so a kill leaves nothing that a row names, and repeating it is harmless.
 * @throws TrainyardError CAPSULE_DAMAGED, CAPSULE_REVISION_DIFFERS, IMPORT_…, and what the stores throw
 */
export async function importCapsule(
  { address, documents, objects }: Pick<Stores, 'address' | 'documents' | 'objects'>,
  { file, folder, tables, checkObject }: CapsuleImportRequest,
): Promise<CapsuleImport> {
  const { manifest, objects: brought } = await readCapsule(file, folder);
  const unknown = manifest.tables.find(({ name }) => !tables.includes(name));
  if (unknown)
    throw capsuleDamaged(rowsPath(unknown.name), {
      en: 'no project has such rows',
      ko: '프로젝트에 속하지 않는 테이블입니다',
    });
  for (const object of brought) checkObject(object, object.sha256);
  const { project, notKept } = manifest;
  return withClient(address, async (client) => {
    await begin(client);
    await refuseOtherRevision(client, manifest);
    const dumped = manifest.documents.map(({ name }) => ({
      name,
      file: path.join(folder, documentsPath(name)),
    }));
    const check = await checkDocuments(documents, dumped, () => undefined);
    const missing = await missingObjects(objects, brought);
    const ordered = tables.filter((name) => manifest.tables.some((one) => one.name === name));
    const rows = await addRows(client, folder, ordered);
    const problems = [...rows.problems, ...missing.problems, ...check.problems];
    const problemCount = rows.problemCount + missing.problems.length + check.problemCount;
    if (problemCount > 0)
      return { project, notKept, rows: 0, documents: 0, objects: 0, problems, problemCount };
    await putObjects(objects, file, missing.paths);
    await addDocuments(documents, dumped, check);
    for (const name of ordered) await client.query(`ALTER TABLE ${quoted(name)} ENABLE TRIGGER USER`);
    for (const name of ordered) await advanceSequences(client, name);
    failpoint('capsule.commit.before');
    await client.query('COMMIT');
    const added = check.counts.reduce((sum, one) => sum + one.added, 0);
    const counts = { rows: rows.added, documents: added, objects: missing.paths.size };
    return { project, notKept, ...counts, problems: [], problemCount: 0 };
  });
}

async function begin(client: pg.Client): Promise<void> {
  await client.query(`BEGIN; ${sameText}`);
  await client.query(
    "SET LOCAL lock_timeout = '10s'; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0",
  );
}

async function refuseOtherRevision(client: pg.Client, { revisions }: CapsuleManifest): Promise<void> {
  const own = await readRevisions(client);
  if (own.join() === revisions.join()) return;
  throw fault('CAPSULE_REVISION_DIFFERS', { theirs: revisions.at(-1) ?? '–', ours: own.at(-1) ?? '–' });
}

/** As they were there: what the schema's triggers count and date was counted and dated in the other database. */
async function addRows(client: pg.Client, folder: string, tables: readonly string[]) {
  await client.query('SET CONSTRAINTS ALL IMMEDIATE');
  for (const name of tables) await client.query(`ALTER TABLE ${quoted(name)} DISABLE TRIGGER USER`);
  let added = 0;
  for (const name of tables) {
    const imported = await stageRows(client, path.join(folder, rowsPath(name)), name);
    await imported.removePresent();
    const taken = await imported.takeConflicts('fail');
    const problems = [...taken.problems, ...(await imported.missingReferences())];
    const count = problems.length + taken.more + imported.moreMissing;
    if (count > 0) return { added: 0, problems, problemCount: count };
    const put = await imported.add('fail');
    if (put.left > 0) return { added: 0, problems: put.problems, problemCount: put.left };
    added += put.added;
  }
  return { added, problems: [], problemCount: 0 };
}

/** Those that are not there yet, by their paths in the capsule. */
async function missingObjects(store: Stores['objects'], brought: readonly CapsuleObject[]) {
  const paths = new Map<string, CapsuleObject>();
  const problems: TrainyardError[] = [];
  for (const object of brought) {
    const { bucket, key, sha256 } = object;
    const there = await store.head(bucket, key);
    if (!there) paths.set(object.path, object);
    else if ((await sha256Of(await store.get(bucket, key))) !== sha256)
      problems.push(fault('CAPSULE_OBJECT_DIFFERS', { key: `${bucket}/${key}` }));
  }
  return { paths, problems };
}

async function putObjects(
  store: Stores['objects'],
  file: string,
  wanted: ReadonlyMap<string, CapsuleObject>,
): Promise<void> {
  await eachEntry(file, async (name, _size, body) => {
    const object = wanted.get(name);
    if (!object) {
      for await (const _chunk of body);
      return;
    }
    const checked = hashing(body, (found) => {
      if (found !== object.sha256)
        throw capsuleDamaged(name, { en: 'it was changed meanwhile', ko: '읽는 동안 바뀌었습니다' });
    });
    failpoint('capsule.object.before');
    await store.put(object.bucket, object.key, checked);
    failpoint('capsule.object.after');
  });
}
