import fc from 'fast-check';
import { expect, test } from 'vitest';
import { documentPages } from '../../../src/main/stores/documents/pages.ts';
import type { DocumentFilter, StoredDocument } from '../../../src/main/stores/documents/ports.ts';
import type { OpenedDocumentStore } from './contract.ts';
import { idsOf, logLine, sampleDocument } from './examples.ts';

/** By code points, as both PostgreSQL and MongoDB do; JavaScript's `<` compares UTF-16 units. */
const compareText = (left: string, right: string) => Buffer.compare(Buffer.from(left), Buffer.from(right));

function valueAt(document: StoredDocument, field: string): unknown {
  let value: unknown = document;
  for (const part of field.split('.'))
    value = typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined;
  return value;
}

/** What a filter means, said a second time and as plainly as possible: a store's answers are compared with this. */
function meets(document: StoredDocument, { equals = {}, range = {} }: DocumentFilter): boolean {
  return (
    Object.entries(equals).every(([field, wanted]) => valueAt(document, field) === wanted) &&
    Object.entries(range).every(([field, { from, to }]) => {
      const value = String(valueAt(document, field));
      return (
        (from === undefined || compareText(value, from) >= 0) &&
        (to === undefined || compareText(value, to) < 0)
      );
    })
  );
}

/** Few values, so that filters meet documents; they are apart in code points and in UTF-16 units. */
const text = fc.constantFrom('a', 'b', 'ab', "'; --", '"', '$action', '.*', '\u{ffff}', '\u{1f600}', '비전');
const time = fc.nat(4).map((second) => String(logLine(second).timestamp));
const bounds = <Value>(value: fc.Arbitrary<Value>) =>
  fc.record({ from: value, to: value }, { requiredKeys: [] });
const filters: fc.Arbitrary<DocumentFilter> = fc.record(
  {
    equals: fc.record(
      { id: text, action: text, 'resource.type': text, timestamp: time },
      { requiredKeys: [] },
    ),
    range: fc.record({ id: bounds(text), timestamp: bounds(time) }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);

/** The part of the document store's contract about filters and order. */
export function findContract(open: () => Promise<OpenedDocumentStore>): void {
  test('finds in the order of ids, counts and removes what meets a filter', async () => {
    await using opened = await open();
    const { store } = opened;
    const values = fc.uniqueArray(fc.record({ id: text, action: text, type: text, timestamp: time }), {
      minLength: 1,
      maxLength: 8,
      selector: ({ id }) => id,
    });
    await fc.assert(
      fc.asyncProperty(
        values,
        fc.array(filters, { minLength: 1, maxLength: 8 }),
        fc.nat(5),
        async (chosen, wanted, limit) => {
          await store.remove('audit_logs', {});
          const documents = chosen
            .map(({ type, ...fields }) =>
              sampleDocument('audit_logs', { ...fields, resource: { type, id: 'x' } }),
            )
            .sort((one, other) => compareText(one.id, other.id));
          await Promise.all(documents.map((document) => store.insert('audit_logs', document)));
          for (const filter of wanted) {
            const expected = idsOf(documents.filter((document) => meets(document, filter)));
            expect(idsOf(await store.find('audit_logs', filter)), JSON.stringify(filter)).toEqual(expected);
            expect(idsOf(await store.find('audit_logs', filter, limit + 1))).toEqual(
              expected.slice(0, limit + 1),
            );
            expect(await store.count('audit_logs', filter)).toBe(expected.length);
          }
          const removed = wanted[0] ?? {};
          const left = documents.filter((document) => !meets(document, removed));
          expect(await store.remove('audit_logs', removed)).toBe(documents.length - left.length);
          expect(idsOf(await store.find('audit_logs', {}))).toEqual(idsOf(left));
        },
      ),
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
    expect(pages.map(({ length }) => length)).toEqual([101, 100]);
  });

  test.each([
    ['a field without an index', { equals: { extra: 'a' } }],
    ['a field of an array', { range: { 'logs.timestamp': { from: 'a' } } }],
    ['a name that is an expression', { equals: { "a' OR 1=1 --": 'a' } }],
    ['a range of texts', { range: { action: { from: 'a' } } }],
    ['a number', { equals: { action: 1 } }],
    ['null', { equals: { userId: null } }],
    ['an operator', { equals: { action: { $gt: '' } } }],
    ['a time that is none', { range: { timestamp: { from: '2026-11' } } }],
  ])('refuses a filter with %s, and removes nothing by it', async (_what, filter) => {
    await using opened = await open();
    const { store } = opened;
    await store.insert('audit_logs', sampleDocument('audit_logs'));
    const smuggled: DocumentFilter = JSON.parse(JSON.stringify(filter));
    const refusal = { code: 'DOCUMENT_FILTER_INVALID' };
    await expect(store.find('audit_logs', smuggled)).rejects.toMatchObject(refusal);
    await expect(store.remove('audit_logs', smuggled)).rejects.toMatchObject(refusal);
    expect(await store.count('audit_logs', {})).toBe(1);
  });
}
