import fc from 'fast-check';
import { expect, test } from 'vitest';
import { documentPages } from '../../../src/main/stores/documents/pages.ts';
import type { DocumentRange, StoredDocument } from '../../../src/main/stores/documents/ports.ts';
import type { OpenedDocumentStore } from './contract.ts';
import { idsOf, logLine, sampleDocument } from './examples.ts';

/** By code points, as both PostgreSQL and MongoDB do; JavaScript's `<` compares UTF-16 units. */
const compareText = (left: string, right: string) => Buffer.compare(Buffer.from(left), Buffer.from(right));

/** What a range means, said a second time and as plainly as possible: a store's answers are compared with this. */
function meets({ id, createdAt }: StoredDocument, { after, created }: DocumentRange): boolean {
  const isBehind = after === undefined || compareText(id, after) > 0;
  const made = new Date(String(createdAt));
  return isBehind && (!created || (made >= created.from && made < created.to));
}

/** Few values, so that ranges meet documents; they are apart in code points and in UTF-16 units. */
const text = fc.constantFrom<string[]>(
  'a',
  'b',
  'ab',
  "'; --",
  '"',
  '$action',
  '.*',
  '\u{ffff}',
  '\u{1f600}',
  '비전',
);
const time = fc.nat(4).map((second) => new Date(String(logLine(second).timestamp)));
const ranges: fc.Arbitrary<DocumentRange> = fc.record(
  { after: text, created: fc.record({ from: time, to: time }) },
  { requiredKeys: [] },
);

/** The part of the document store's contract about ranges and order. */
export function findContract(open: () => Promise<OpenedDocumentStore>): void {
  test('finds in the order of ids, counts and removes', async () => {
    await using opened = await open();
    const { store } = opened;
    const values = fc.uniqueArray(fc.record({ id: text, createdAt: time }), {
      minLength: 1,
      maxLength: 8,
      selector: ({ id }) => id,
    });
    const wanted = fc.array(ranges, { minLength: 1, maxLength: 8 });
    const ids = fc.array(text, { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(values, wanted, fc.nat(5), ids, async (chosen, someRanges, limit, removed) => {
        await store.clear('training_configs');
        const documents = chosen
          .map(({ id, createdAt }) =>
            sampleDocument('training_configs', { id, createdAt: createdAt.toISOString() }),
          )
          .sort((one, other) => compareText(one.id, other.id));
        await Promise.all(documents.map((document) => store.insert('training_configs', document)));
        for (const range of someRanges) {
          const expected = idsOf(documents.filter((document) => meets(document, range)));
          const found = await store.find('training_configs', range, limit + 1);
          expect(idsOf(found), JSON.stringify(range)).toEqual(expected.slice(0, limit + 1));
        }
        expect(await store.count('training_configs')).toBe(documents.length);
        const left = documents.filter(({ id }) => !removed.includes(id));
        expect(await store.remove('training_configs', removed)).toBe(documents.length - left.length);
        expect(idsOf(await store.find('training_configs', {}, 10))).toEqual(idsOf(left));
      }),
      { numRuns: 80 },
    );
  });

  test('gives every document of a collection once, page by page', async () => {
    await using opened = await open();
    const { store } = opened;
    const ids = Array.from({ length: 201 }, (_, number) => `id ${String(number).padStart(3, '0')}`);
    await Promise.all(ids.map((id) => store.insert('audit_logs', sampleDocument('audit_logs', { id }))));
    const pages: string[][] = [];
    for await (const page of documentPages(store, 'audit_logs')) pages.push(idsOf(page));
    expect(pages.flat()).toEqual(ids);
    expect(pages.map(({ length }) => length)).toEqual([100, 100, 1]);
  });
}
