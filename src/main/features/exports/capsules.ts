import path from 'node:path';
import type { CollectionName, StoredDocument } from '../../stores/documents/ports.ts';
import type { CapsuleStores } from '../../stores/exports/capsule-export.ts';
import type { Stores } from '../../stores/profiles/stores.ts';
import { checkCapsuleObject, objectsOfProject } from './capsule-objects.ts';
import { projectTables, readProject } from './capsule-queries.ts';

/** The collections of which some documents belong to runs. */
const collections: readonly CollectionName[] = ['training_configs', 'workflow_logs'];

/**
 * Writes a project with everything that it refers to into one file.
 * @param reference its id or its name
 * @param folder for what is on its way
 * @throws TrainyardError PROJECT_NOT_FOUND, CAPSULE_RUN_UNDER_WAY
 */
export async function exportProject(
  stores: CapsuleStores,
  reference: string,
  folder: string,
  version: string,
  signal: AbortSignal,
) {
  const { exportCapsule } = await import('../../stores/exports/capsule-export.ts');
  return exportCapsule(
    stores,
    folder,
    version,
    async (view) => {
      const facts = await readProject(view, reference);
      const runs = new Set(facts.runs);
      // An id of the database's own: nothing in it has to be quoted.
      const id = `'${facts.project.id}'`;
      return {
        project: facts.project,
        tables: projectTables.map(({ name, where }) => ({ name, where: where.replaceAll('$project', id) })),
        collections,
        isDocument: (_: CollectionName, { workflowId }: StoredDocument) => runs.has(String(workflowId)),
        objects: () => objectsOfProject(stores.objects, facts),
        inPlace: facts.versions
          .filter(({ isInPlace }) => isInPlace)
          .map(({ name, version: number }) => `${name}, version ${number}`),
      };
    },
    signal,
  );
}

/** Adds a project from such a file, as `importCapsule` does. @param folder for what is on its way */
export async function importProject(
  stores: Pick<Stores, 'address' | 'documents' | 'objects'>,
  file: string,
  folder: string,
) {
  const { importCapsule } = await import('../../stores/exports/capsule-import.ts');
  const tables = projectTables.map(({ name }) => name);
  return importCapsule(stores, {
    ...{ file: path.resolve(file), folder, tables },
    checkObject: checkCapsuleObject,
  });
}
