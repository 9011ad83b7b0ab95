import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { projectTables, tablesWithoutProject } from '../../../src/main/features/exports/capsule-queries.ts';
import { exportProject, importProject } from '../../../src/main/features/exports/capsules.ts';
import { localOwnerId } from '../../../src/main/features/identity/local-owner.ts';
import { readTables } from '../../../src/main/stores/migration/table-shapes.ts';
import { sampleDocument } from '../../stores/documents/examples.ts';
import { connected, fill } from '../../stores/filled-database.ts';
import { everythingOf, type OwnStores, openOwnStores } from '../../stores/snapshots/support.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');

/** A project with two runs' worth of everything beside another project; answers its id. */
async function fillProject({ stores, url }: OwnStores): Promise<string> {
  await fill(url);
  const image = 'an image';
  const line = {
    file: 'x',
    path: 'a/1.png',
    class: 'a',
    sha256: sha256(image),
    size: 8,
    width: 1,
    height: 1,
    channels: 3,
    split: null,
  };
  const manifest = `${JSON.stringify(line)}\n`;
  const { project, run, dataset } = await connected(url, async (client) => {
    const { rows } = await client.query<{ project: string; run: string; dataset: string }>(
      `SELECT w.project_id AS project, w.id AS run, d.dataset_id AS dataset FROM workflows w JOIN project_datasets d USING (project_id) ORDER BY w.id LIMIT 1`,
    );
    const [found] = rows;
    if (!found) throw new Error('nothing was filled');
    const { project: id, run: runId, dataset: datasetId } = found;
    await client.query("UPDATE workflows SET status = 'completed'");
    await client.query(`UPDATE projects SET name = 'parts ' || (id = '${id}')`);
    const weights = await client.query<{ id: string }>(
      `INSERT INTO weights (user_id, name, status, source, machine_id, files) VALUES ('${localOwnerId}', 'w', 'ready', '/x', 'm', '[{"name": "w.bin", "sizeBytes": 3, "sha256": "x"}]') RETURNING id`,
    );
    const [stored] = weights.rows;
    await client.query(
      `INSERT INTO workflow_configs (workflow_id, task_type, model_name, model_source, dataset_id, weights) VALUES ($1, 't', 'm', 's', $2, $3)`,
      [runId, datasetId, { id: stored?.id }],
    );
    await client.query(
      `INSERT INTO workflow_runs (workflow_id, attempt, status, machine_id) VALUES ($1, 1, 'completed', 'm')`,
      [runId],
    );
    await client.query(
      `INSERT INTO run_artifacts (workflow_id, attempt, kind, name, path, object_key) VALUES ($1, 1, 'model', 'm', 'm', $2)`,
      [runId, `${runId}/1/model.bin`],
    );
    await client.query(
      `INSERT INTO dataset_versions (dataset_id, version, manifest_sha256, mode, image_count, size_bytes) VALUES ($1, 1, $2, 'copy', 1, 8)`,
      [datasetId, sha256(manifest)],
    );
    await stores.objects.put('models', `weights/${stored?.id}/w.bin`, Buffer.from('abc'));
    return found;
  });
  await stores.objects.put('datasets', `${dataset}/1/manifest.jsonl`, Buffer.from(manifest));
  await stores.objects.put(
    'datasets',
    `blobs/${sha256(image).slice(0, 2)}/${sha256(image)}`,
    Buffer.from(image),
  );
  await stores.objects.put('datasets', 'blobs/aa/other', Buffer.from('of nobody'));
  await stores.objects.put('artifacts', `${run}/1/model.bin`, Buffer.alloc(100_000, 3));
  for (const name of ['training_configs', 'workflow_logs'] as const) {
    await stores.documents.insert(name, sampleDocument(name, { workflowId: run }));
    await stores.documents.insert(name, sampleDocument(name));
  }
  return project;
}

async function capsuleOf({ stores }: OwnStores, reference: string, place: string) {
  const folder = await mkdtemp(path.join(place, 'out-'));
  return exportProject(stores, reference, folder, '1.2.3', new AbortController().signal);
}

const importInto = async ({ stores }: OwnStores, file: string, place: string) =>
  importProject(stores, file, await mkdtemp(path.join(place, 'in-')));

/** The rows of a project, each as one text. */
async function rowsOf(url: string, project: string): Promise<Record<string, string[]>> {
  return connected(url, async (client) => {
    const rows: Record<string, string[]> = {};
    for (const { name, where } of projectTables) {
      const columns = (await readTables(client)).find((one) => one.name === name)?.columns.join(', ');
      const found = await client.query<{ text: string }>(
        `SELECT ROW(${columns})::text AS text FROM ${name} AS t WHERE ${where.replaceAll('$project', '$1')} ORDER BY 1`,
        [project],
      );
      rows[name] = found.rows.map(({ text }) => text);
    }
    return rows;
  });
}

test('every table either has rows of a project or a reason why it has none', async () => {
  await using own = await openOwnStores();
  const names = await connected(own.url, async (client) =>
    (await readTables(client)).map(({ name }) => name),
  );
  const listed = [...projectTables.map(({ name }) => name), ...Object.keys(tablesWithoutProject)];
  expect(listed.sort()).toEqual([...names].sort());
});

test('a project is added to other stores with its rows, documents and objects and the same ids, also where a kill came between', async () => {
  await using place = await temporaryFolder();
  await using source = await openOwnStores();
  await using target = await openOwnStores();
  const project = await fillProject(source);
  const { file, manifest } = await capsuleOf(source, 'PARTS true', place.folder);
  expect(manifest.project).toEqual({ id: project, name: 'parts true' });
  expect(manifest.notKept).toEqual({ inPlace: [], lost: [] });
  const before = await everythingOf(target);
  for (const failpoint of ['capsule.object.after:2', 'capsule.commit.before']) {
    const folder = await mkdtemp(path.join(place.folder, 'killed-'));
    const program = fileURLToPath(new URL('./capsule-worker.ts', import.meta.url));
    const killed = promisify(execFile)(process.execPath, [program, target.url, target.home, file, folder], {
      env: { ...process.env, TRAINYARD_FAILPOINT: failpoint },
    });
    await expect(killed).rejects.toMatchObject({ signal: 'SIGKILL' });
    expect((await everythingOf(target)).rows).toEqual(before.rows);
  }
  const added = await importInto(target, file, place.folder);
  expect(added).toMatchObject({ problemCount: 0, problems: [] });
  expect(added.rows).toBeGreaterThan(2000);
  const wanted = await rowsOf(source.url, project);
  expect(await rowsOf(target.url, project)).toEqual(wanted);
  expect(wanted.metrics).toHaveLength(4);
  expect(wanted.weights).toHaveLength(1);
  const objects = manifest.files.filter((one) => one.path.startsWith('objects/'));
  expect(objects).toHaveLength(4);
  for (const { path: name, bytes } of objects) {
    const [, bucket = '', ...key] = name.split('/');
    expect(await target.stores.objects.head(bucket as 'datasets', key.join('/'))).toMatchObject({
      size: bytes,
    });
  }
  expect(await target.stores.documents.count('training_configs')).toBe(1);
  expect(await target.stores.documents.count('workflow_logs')).toBe(1);
  // Nothing of the other project came along; repeated, nothing is added.
  const all = await everythingOf(target);
  expect(await importInto(target, file, place.folder)).toMatchObject({
    rows: 0,
    documents: 0,
    objects: 0,
    problemCount: 0,
  });
  expect(await everythingOf(target)).toEqual(all);
});

test('a capsule that stands in conflict with what is there, or is damaged, or of another revision, is refused and changes nothing', async () => {
  await using place = await temporaryFolder();
  await using source = await openOwnStores();
  await using target = await openOwnStores();
  const project = await fillProject(source);
  const { file } = await capsuleOf(source, project, place.folder);
  const ask = (text: string) => connected(target.url, (client) => client.query(text));
  // The same name, another id.
  await ask(`INSERT INTO projects (user_id, name) VALUES ('${localOwnerId}', 'Parts True')`);
  const before = await everythingOf(target);
  const named = await importInto(target, file, place.folder);
  expect(named.problems).toMatchObject([
    { code: 'IMPORT_ROW_TAKEN', parameters: { table: 'projects', key: project } },
  ]);
  expect(await everythingOf(target)).toEqual(before);
  // The same id, another content.
  await ask(`UPDATE projects SET id = '${project}'`);
  const changed = await everythingOf(target);
  const other = await importInto(target, file, place.folder);
  expect(other.problems).toMatchObject([{ code: 'IMPORT_ROW_DIFFERS', parameters: { key: project } }]);
  await ask('DELETE FROM projects');
  const bytes = await readFile(file);
  const at = bytes.indexOf('an image');
  for (const damage of [
    () => bytes.subarray(0, bytes.length / 2),
    () => Buffer.concat([bytes.subarray(0, at), Buffer.from('no image'), bytes.subarray(at + 8)]),
    () => Buffer.from('no tar'),
  ]) {
    const copy = path.join(place.folder, 'damaged.tar');
    await writeFile(copy, damage());
    await expect(importInto(target, copy, place.folder)).rejects.toMatchObject({ code: 'CAPSULE_DAMAGED' });
  }
  await ask(
    "UPDATE trainyard_migrations SET name = '9999_later' WHERE id = (SELECT max(id) FROM trainyard_migrations)",
  );
  await expect(importInto(target, file, place.folder)).rejects.toMatchObject({
    code: 'CAPSULE_REVISION_DIFFERS',
  });
  expect((await everythingOf(target)).objects).toBe(changed.objects);
  await connected(source.url, (client) => client.query("UPDATE workflows SET status = 'running'"));
  await expect(capsuleOf(source, project, place.folder)).rejects.toMatchObject({
    code: 'CAPSULE_RUN_UNDER_WAY',
  });
});
