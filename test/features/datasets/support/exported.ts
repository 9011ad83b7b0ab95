import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { DatasetExports } from '../../../../src/main/features/datasets/export/exports.ts';
import { localOwnerId } from '../../../../src/main/features/identity/local-owner.ts';
import type { ImageObject } from '../../../../src/shared/contract/dataset-labels.ts';
import type { ExportFormatName } from '../../../../src/shared/model/export-formats.ts';
import { importFolder } from './open-service.ts';
import type { openSetting } from './setting.ts';

export type Setting = Awaited<ReturnType<typeof openSetting>>;

export const exportsOf = ({ db, service }: Pick<Setting, 'db' | 'service'>) =>
  new DatasetExports({ db, files: service.files });

/** Exports a dataset's newest version and unpacks it with the system's tar; answers the folder and the plan. */
export async function exported(setting: Setting, dataset: string, format: ExportFormatName) {
  const exports = exportsOf(setting);
  const plan = await exports.plan(localOwnerId, { dataset, format });
  const { body, size } = await exports.open(localOwnerId, { dataset, format });
  const folder = path.join(setting.folder, `${dataset}-${format}`);
  const archive = `${folder}.tar`;
  const file = createWriteStream(archive);
  await pipeline(body, file);
  await mkdir(folder);
  await promisify(execFile)('tar', ['-xf', archive, '-C', folder]);
  return { folder, archive, plan, bytes: file.bytesWritten, size };
}

export interface ReadVersion {
  readonly classes: readonly string[];
  readonly images: readonly {
    readonly path: string;
    readonly sha256: string;
    readonly split: string | null;
    readonly objects: readonly ImageObject[];
  }[];
}

/** All that the newest version of a dataset says of its images, by their bytes: no two images of a test have the same. */
export async function readVersion({ service }: Setting, dataset: string): Promise<ReadVersion> {
  const shown = await service.show(localOwnerId, dataset);
  const [version] = shown.versions;
  if (!version) throw new Error(`${dataset} has no version`);
  const { lines } = await service.files.load(shown.id, version);
  const objects = await service.files.objectsOf(shown.id, version, lines);
  const images = lines.map(({ path: name, sha256, split }, index) => ({
    path: name,
    sha256,
    split,
    objects: objects[index] ?? [],
  }));
  images.sort((one, other) => (one.sha256 < other.sha256 ? -1 : 1));
  return { classes: version.classes.map(({ name }) => name), images };
}

/** Exports a dataset and imports what came out by `auto`, as `name`; fails where that is refused. */
export async function roundTrip(setting: Setting, dataset: string, format: ExportFormatName, name: string) {
  const out = await exported(setting, dataset, format);
  const done = await importFolder(setting, { path: out.folder, project: 'demo', format: 'auto', name });
  if (done.phase !== 'done')
    throw new Error(
      `${format} came back as ${done.phase}: ${JSON.stringify(done.validation?.errors ?? done.error)}`,
    );
  return { ...out, done };
}
