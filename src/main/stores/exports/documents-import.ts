import { fault, inBoth } from '../../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { collections, lifetimeField } from '../documents/collections.ts';
import { documentPages } from '../documents/pages.ts';
import type { CollectionName, DocumentStore, StoredDocument } from '../documents/ports.ts';
import { PostgresDocumentStore } from '../documents/postgres/document-store.ts';
import { documentText } from '../documents/validation.ts';
import { ContentHash, canonicalText } from '../migration/content-hash.ts';
import { type DumpedCollection, readDumped } from './dumped-collections.ts';

export interface CollectionImport {
  readonly name: CollectionName;
  readonly added: number;
  /** There already, with the same content. */
  readonly present: number;
  /** Their time has come: no store would show them. */
  readonly expired: number;
}

export interface DocumentsImport {
  readonly collections: readonly CollectionImport[];
  /** Why nothing was imported. */
  readonly problems: readonly TrainyardError[];
  /** How many there are in all; the first are named. */
  readonly problemCount: number;
}

/** Problems that are named; more are counted. */
const mostNamed = 100;
/** Documents that are compared with the store at a time. */
const pageSize = 100;

/**
 * Adds the documents of dumped collections to a store. All of them are read first: where one does not fit its collection's schema, or is there
 * with another content, nothing at all is imported. Harmless to repeat. On PostgreSQL it is one transaction; MongoDB, which need not have
 * any, is left as it was where a document is refused, and a kill leaves a part that the next import completes.
 * @throws TrainyardError IMPORT_FILE_DAMAGED, and what the store throws
 */
export async function importDocuments(
  store: DocumentStore,
  dumped: readonly DumpedCollection[],
  onDocuments: (done: number) => void,
): Promise<DocumentsImport> {
  const check = await checkDocuments(store, dumped, onDocuments);
  const { problems, problemCount } = check;
  if (problemCount > 0) return { collections: [], problems, problemCount };
  await addDocuments(store, dumped, check);
  return { collections: check.counts, problems: [], problemCount: 0 };
}

/** Reads all documents and writes none. */
export async function checkDocuments(
  store: DocumentStore,
  dumped: readonly DumpedCollection[],
  onDocuments: (done: number) => void,
): Promise<ImportCheck> {
  const check = new ImportCheck(store, onDocuments);
  for (const one of dumped) await check.look(one);
  return check;
}

/** Adds those that a check found missing. */
export async function addDocuments(
  store: DocumentStore,
  dumped: readonly DumpedCollection[],
  check: ImportCheck,
): Promise<void> {
  const add = async (insert: DocumentStore['insert']) => {
    for (const one of dumped) {
      const missing = check.missing.get(one.name) ?? new Map();
      let number = 0;
      for await (const document of readDumped(one)) {
        number += 1;
        if (missing.get(document.id) !== number) continue;
        failpoint('import.document.before');
        await insert(one.name, document);
      }
    }
  };
  if (store instanceof PostgresDocumentStore) await store.addTogether(add);
  else await addOrTakeBack(store, add);
  failpoint('import.documents.after');
}

async function addOrTakeBack(
  store: DocumentStore,
  add: (insert: DocumentStore['insert']) => Promise<void>,
): Promise<void> {
  const added: (readonly [CollectionName, string])[] = [];
  try {
    await add(async (collection, document) => {
      await store.insert(collection, document);
      added.push([collection, document.id]);
    });
  } catch (error) {
    for (const [collection, id] of added) await store.remove(collection, [id]);
    throw error;
  }
}

/** Reads files without writing anything, and finds what stands in the way. */
class ImportCheck {
  readonly counts: CollectionImport[] = [];
  readonly problems: TrainyardError[] = [];
  problemCount = 0;
  /** By collection and id, the number in its file of each document to add. */
  readonly missing = new Map<CollectionName, Map<string, number>>();
  private readonly store: DocumentStore;
  private readonly onDocuments: (done: number) => void;
  private done = 0;

  constructor(store: DocumentStore, onDocuments: (done: number) => void) {
    this.store = store;
    this.onDocuments = onDocuments;
  }

  async look(dumped: DumpedCollection): Promise<void> {
    const { name, file } = dumped;
    const numbers = new Map<string, number>();
    const contents = new Map<string, string>();
    const taken = await this.takenValues(name);
    const lifetime = lifetimeField(name);
    const now = Date.now();
    let [number, present, expired] = [0, 0, 0];
    let page: [number, StoredDocument][] = [];
    const compare = async () => {
      const there = await this.store.getMany(
        name,
        page.map(([, { id }]) => id),
      );
      const byId = new Map(there.map((document) => [document.id, document]));
      for (const [place, document] of page) {
        const other = byId.get(document.id);
        const held = other ? contentOf(other) : contents.get(document.id);
        if (held === contentOf(document)) present += 1;
        else if (held !== undefined) this.refuse(differs(file, place, name, document.id));
        else {
          contents.set(document.id, contentOf(document));
          numbers.set(document.id, place);
          this.checkUnique(dumped, place, document, taken);
        }
      }
      page = [];
    };
    for await (const document of readDumped(dumped)) {
      number += 1;
      this.done += 1;
      this.onDocuments(this.done);
      if (!this.fits(dumped, number, document)) continue;
      if (lifetime && Date.parse(String(document[lifetime])) <= now) expired += 1;
      else page.push([number, document]);
      if (page.length === pageSize) await compare();
    }
    await compare();
    this.missing.set(name, numbers);
    this.counts.push({ name, added: numbers.size, present, expired });
  }

  private fits({ name, file }: DumpedCollection, number: number, document: StoredDocument): boolean {
    try {
      documentText(name, document);
      return true;
    } catch (error) {
      if (!(error instanceof TrainyardError)) throw error;
      const parameters = { file, number, reason: inBoth(error).message };
      this.refuse(
        fault('IMPORT_DOCUMENT_INVALID', parameters, { place: { ...error.place, file }, cause: error }),
      );
      return false;
    }
  }

  /** Whose values no other document may have, and who has them: by field and value, the id. */
  private async takenValues(name: CollectionName): Promise<Map<string, string>> {
    const taken = new Map<string, string>();
    if (uniqueFields(name).length === 0) return taken;
    for await (const page of documentPages(this.store, name))
      for (const document of page)
        for (const field of uniqueFields(name)) taken.set(`${field} ${document[field]}`, document.id);
    return taken;
  }

  private checkUnique(
    { name, file }: DumpedCollection,
    number: number,
    document: StoredDocument,
    taken: Map<string, string>,
  ): void {
    for (const field of uniqueFields(name)) {
      const value = String(document[field]);
      const holder = taken.get(`${field} ${value}`);
      if (holder === undefined) taken.set(`${field} ${value}`, document.id);
      else
        this.refuse(
          fault(
            'IMPORT_DOCUMENT_TAKEN',
            { file, number, collection: name, field, value, holder },
            { place: { file, field } },
          ),
        );
    }
  }

  private refuse(problem: TrainyardError): void {
    this.problemCount += 1;
    if (this.problems.length < mostNamed) this.problems.push(problem);
  }
}

function uniqueFields(name: CollectionName): readonly string[] {
  const unique = collections[name].indexes.filter(({ kind }) => kind === 'unique');
  return unique.flatMap(({ keys }) => keys.map(({ field }) => field));
}

/** Short, because one of each document is held. */
function contentOf(document: StoredDocument): string {
  const hash = new ContentHash();
  hash.add(canonicalText(document));
  return hash.hex();
}

const differs = (file: string, number: number, collection: CollectionName, id: string) =>
  fault('IMPORT_DOCUMENT_DIFFERS', { file, number, collection, id }, { place: { file, field: '_id' } });
