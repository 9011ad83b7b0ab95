import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fault } from '../../../shared/errors/catalogue.ts';
import { errorMessage } from '../../../shared/errors/error.ts';
import { hasCode } from '../../platform/error-code.ts';
import { documentsIn } from '../documents/mongo/bson-stream.ts';
import { type CollectionName, collectionNames, type StoredDocument } from '../documents/ports.ts';
import { databaseFolder } from './documents-export.ts';
import { readPackedFile } from './packed-file.ts';

/** A collection's file in a folder as mongodump makes it. */
export interface DumpedCollection {
  readonly name: CollectionName;
  /** Absolute. */
  readonly file: string;
}

const collectionOf = (file: string) =>
  collectionNames.find((name) => file === `${name}.bson` || file === `${name}.bson.gz`);

/**
 * The collections of ours in a folder: mongodump's own, or that of a database in it.
 * @param chosen null for all that are there
 * @throws TrainyardError IMPORT_NOTHING_THERE
 */
export async function dumpedCollections(
  folder: string,
  chosen: readonly CollectionName[] | null,
): Promise<readonly DumpedCollection[]> {
  const found = (await within(folder)) ?? (await within(path.join(folder, databaseFolder))) ?? [];
  const wanted = chosen ?? collectionNames;
  const missing = chosen?.find((name) => !found.some((one) => one.name === name));
  if (found.length === 0 || missing !== undefined)
    throw fault(
      'IMPORT_NOTHING_THERE',
      { folder, what: `${missing ?? collectionNames.join(', ')}` },
      { place: { file: folder } },
    );
  return found.filter(({ name }) => wanted.includes(name));
}

async function within(folder: string): Promise<DumpedCollection[] | null> {
  try {
    const files = (await readdir(folder)).flatMap((file) => {
      const name = collectionOf(file);
      return name ? [{ name, file: path.join(folder, file) }] : [];
    });
    return files.length > 0 ? files : null;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return null;
    throw error;
  }
}

/** Its documents, in the order of the file. @throws TrainyardError IMPORT_FILE_DAMAGED, which names the document that cannot be read */
export async function* readDumped({ file }: DumpedCollection): AsyncGenerator<StoredDocument> {
  let read = 0;
  const refuse = (cause: unknown) => {
    const what = cause ? errorMessage(cause) : '';
    const reason = {
      en: `document ${read + 1} cannot be read${what && ` (${what})`}`,
      ko: `${read + 1}번째 문서를 읽을 수 없습니다${what && `(${what})`}`,
    };
    return fault('IMPORT_FILE_DAMAGED', { file, reason }, { place: { file }, cause });
  };
  for await (const document of documentsIn(readPackedFile(file), refuse)) {
    yield document;
    read += 1;
  }
}
