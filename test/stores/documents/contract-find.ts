import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DocumentFilter, StoredDocument } from '../../../src/main/stores/documents/ports.ts';
import type { OpenedDocumentStore } from './contract.ts';
import { idsOf, logLine, sampleDocument } from './examples.ts';
import { compareText, meets, searches } from './filter-meaning.ts';

/** The part of the document store's contract about filters, order and words. */
export function findContract(open: () => Promise<OpenedDocumentStore>): void {
  test('finds, counts and removes what meets a filter, as MongoDB understands it', async () => {
    await using opened = await open();
    const { store } = opened;
    await fc.assert(
      fc.asyncProperty(searches, fc.nat(), async ({ values, filters: wanted }, chosen) => {
        await store.remove('audit_logs', {});
        const documents = values.map((extra) => sampleDocument('audit_logs', { extra }));
        await Promise.all(documents.map((document) => store.insert('audit_logs', document)));
        for (const filter of wanted) {
          const expected = idsOf(documents.filter((document) => meets(document, filter))).sort();
          expect(idsOf(await store.find('audit_logs', filter)), JSON.stringify(filter)).toEqual(expected);
          expect(await store.count('audit_logs', filter)).toBe(expected.length);
        }
        const removed = wanted[chosen % wanted.length] ?? {};
        const left = documents.filter((document) => !meets(document, removed));
        expect(await store.remove('audit_logs', removed)).toBe(documents.length - left.length);
        expect(idsOf(await store.find('audit_logs', {}))).toEqual(idsOf(left).sort());
      }),
      { numRuns: 80 },
    );
  });

  test.each<[string, unknown, DocumentFilter, boolean]>([
    ['an element', ['a', 'b'], { equals: { extra: 'b' } }, true],
    ['an element of an inner array', [['a']], { equals: { extra: 'a' } }, false],
    ['an inner array within bounds', [[5]], { range: { extra: { from: 0 } } }, false],
    ["a field of an array's document", [{ a: 1 }, { a: [2] }], { equals: { 'extra.a': 2 } }, true],
    ["a field of an inner array's document", [[{ a: 1 }]], { equals: { 'extra.a': 1 } }, false],
    ['bounds that two elements meet', [1, 9], { range: { extra: { from: 4, to: 6 } } }, true],
    ['a number beside strings', '5', { range: { extra: { from: 1 } } }, false],
    ['a string beside numbers', 5, { equals: { extra: '5' } }, false],
    ['nothing for null', undefined, { equals: { extra: null } }, true],
    ['nothing below a number for null', 4, { equals: { 'extra.a': null } }, true],
    ['nothing below null for null', null, { equals: { 'extra.a': null } }, true],
    ['an empty array for null', [], { equals: { extra: null } }, false],
    ['null among elements', [1, null], { equals: { extra: null } }, true],
    ["a document's missing field among others", [{ a: 3 }, {}], { equals: { 'extra.a': null } }, true],
    ['documents that all have the field', [{ a: 3 }, { a: 4 }], { equals: { 'extra.a': null } }, false],
    ['an array without documents', [1, null, []], { equals: { 'extra.a': null } }, false],
    ['false for null', false, { equals: { extra: null } }, false],
    ['zero for false', 0, { equals: { extra: false } }, false],
  ])('says of %s what MongoDB says', async (_what, extra, filter, isMet) => {
    await using opened = await open();
    const document = sampleDocument('audit_logs', { extra });
    await opened.store.insert('audit_logs', document);
    expect(await opened.store.count('audit_logs', filter)).toBe(isMet ? 1 : 0);
    expect(meets(document, filter)).toBe(isMet);
  });

  test('finds by indexed fields what it would find without an index', async () => {
    await using opened = await open();
    const { store } = opened;
    const workflows = [sampleDocument('audit_logs').userId, sampleDocument('audit_logs').userId];
    const bucket = fc.record({ workflow: fc.nat(1), seconds: fc.array(fc.nat(9), { maxLength: 4 }) });
    const second = fc.integer({ min: -1, max: 10 });
    await fc.assert(
      fc.asyncProperty(fc.array(bucket, { maxLength: 6 }), second, second, async (buckets, from, to) => {
        await store.remove('workflow_logs', {});
        const documents = buckets.map(({ workflow, seconds }) =>
          sampleDocument('workflow_logs', {
            workflowId: workflows[workflow],
            logs: seconds.map((at) => logLine(at)),
          }),
        );
        await Promise.all(documents.map((document) => store.insert('workflow_logs', document)));
        const bounds = { from: String(logLine(from).timestamp), to: String(logLine(to).timestamp) };
        for (const filter of [
          { range: { 'logs.timestamp': bounds } },
          {
            range: { 'logs.timestamp': { from: bounds.from } },
            equals: { workflowId: String(workflows[0]) },
          },
          { equals: { 'logs.timestamp': bounds.from } },
          { range: { 'logs.timestamp': { to: 5 }, expiresAt: bounds } },
        ]) {
          const expected = idsOf(documents.filter((document) => meets(document, filter))).sort();
          expect(idsOf(await store.find('workflow_logs', filter)), JSON.stringify(filter)).toEqual(expected);
        }
      }),
      { numRuns: 40 },
    );
    const model = sampleDocument('model_registry', { taskTypes: ['detection', 'segmentation'] });
    await store.insert('model_registry', model);
    await store.insert('model_registry', sampleDocument('model_registry'));
    const both = { framework: 'timm', taskTypes: 'segmentation' };
    expect(idsOf(await store.find('model_registry', { equals: both }))).toEqual([model.id]);
    expect(await store.count('model_registry', { equals: { taskTypes: null } })).toBe(0);
    expect(await store.count('model_registry', { equals: { framework: 1 } })).toBe(0);
    const nobody = sampleDocument('audit_logs', { userId: null, resource: { type: 'user', id: 'x' } });
    await store.insert('audit_logs', nobody);
    expect(idsOf(await store.find('audit_logs', { equals: { userId: null, 'resource.id': 'x' } }))).toEqual([
      nobody.id,
    ]);
  });

  test('sorts and pages: nothing, then numbers, then strings by code points, then ids', async () => {
    await using opened = await open();
    const { store } = opened;
    const place = fc.constantFrom<unknown>(
      undefined,
      null,
      -1,
      0.5,
      10,
      9,
      '',
      '10',
      '9',
      'z',
      '\u{ffff}',
      '\u{1f600}',
    );
    const order = fc.constantFrom<'asc' | 'desc'>('asc', 'desc');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(place, fc.nat(2)), { maxLength: 8 }),
        order,
        order,
        fc.nat(4),
        fc.nat(9),
        async (places, first, second, offset, limit) => {
          await store.remove('audit_logs', {});
          const documents = places.map(([at, then]) => sampleDocument('audit_logs', { extra: { at }, then }));
          await Promise.all(documents.map((document) => store.insert('audit_logs', document)));
          const found = await store.find(
            'audit_logs',
            {},
            {
              sort: [
                { field: 'extra.at', order: first },
                { field: 'then', order: second },
              ],
              offset,
              limit,
            },
          );
          const at = (document: StoredDocument) => (document.extra as { at?: unknown }).at ?? null;
          const expected = documents
            .sort(
              (left, right) =>
                compareSorted(at(left), at(right)) * (first === 'asc' ? 1 : -1) ||
                compareSorted(left.then, right.then) * (second === 'asc' ? 1 : -1) ||
                compareText(left.id, right.id),
            )
            .slice(offset, offset + limit);
          expect(idsOf(found)).toEqual(idsOf(expected));
        },
      ),
      { numRuns: 40 },
    );
  });

  test('sorts by an indexed time', async () => {
    await using opened = await open();
    const times = [3, 1, 2].map((second) => String(logLine(second).timestamp));
    for (const [index, timestamp] of times.entries()) {
      await opened.store.insert('audit_logs', sampleDocument('audit_logs', { id: `at ${index}`, timestamp }));
    }
    const newest = { sort: [{ field: 'timestamp', order: 'desc' as const }] };
    expect(idsOf(await opened.store.find('audit_logs', {}, newest))).toEqual(['at 0', 'at 2', 'at 1']);
  });

  test('finds names by all of their words, whatever the case', async () => {
    await using opened = await open();
    const { store } = opened;
    const catalogue = ['ResNet 50 wide', 'ResNet 18', '비전 트랜스포머 Base', "d'Or 50"];
    for (const each of catalogue)
      await store.insert('model_registry', sampleDocument('model_registry', { name: each }));
    const found = async (text: string) =>
      (await store.find('model_registry', { text })).map((model) => model.name).sort();
    expect(await found('resnet')).toEqual(['ResNet 18', 'ResNet 50 wide']);
    expect(await found('50 RESNET')).toEqual(['ResNet 50 wide']);
    expect(await found('트랜스포머')).toEqual(['비전 트랜스포머 Base']);
    expect(await found('net')).toEqual([]);
    expect(await found(`'; "& | !:* \0\ud800`)).toEqual([]);
    expect(await found('')).toEqual([]);
    await expect(store.find('audit_logs', { text: 'a' })).rejects.toMatchObject({
      code: 'DOCUMENT_FILTER_INVALID',
    });
  });

  test.each([
    { equals: { "a' OR 1=1 --": 1 } },
    { equals: { 'a..b': 1 } },
    { equals: { '': 1 } },
    { equals: { 'a."b"': 1 } },
    { equals: { 'a.0': 1 } },
    { range: { "status')": { from: 1 } } },
    { equals: { status: Number.NaN } },
    { range: { status: { from: Number.POSITIVE_INFINITY } } },
  ])('refuses the filter %j', async (filter) => {
    await using opened = await open();
    const refusal = { code: 'DOCUMENT_FILTER_INVALID' };
    await expect(opened.store.find('audit_logs', filter)).rejects.toMatchObject(refusal);
    await expect(opened.store.remove('audit_logs', filter)).rejects.toMatchObject(refusal);
  });

  test('refuses paths to sort by and pages that are none', async () => {
    await using opened = await open();
    const { store } = opened;
    const refusal = { code: 'DOCUMENT_FILTER_INVALID' };
    const sort = [{ field: 'id; --', order: 'asc' as const }];
    await expect(store.find('audit_logs', {}, { sort })).rejects.toMatchObject(refusal);
    await expect(store.find('audit_logs', {}, { limit: -1 })).rejects.toMatchObject(refusal);
    await expect(store.find('audit_logs', {}, { offset: 0.5 })).rejects.toMatchObject(refusal);
  });
}

function compareSorted(left: unknown, right: unknown): number {
  const rank = (value: unknown) => (value === null ? 0 : typeof value === 'number' ? 1 : 2);
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right);
  return rank(left) - rank(right);
}
