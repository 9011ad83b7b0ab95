import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toRows } from '../../../src/main/stores/documents/log-rows.ts';
import type { StoredDocument } from '../../../src/main/stores/documents/ports.ts';
import { anyString } from './any-json.ts';
import type { OpenedDocumentStore } from './contract.ts';
import { logLine, putLines, sampleDocument } from './examples.ts';

const gap = { code: 'DOCUMENT_GAP', place: { field: 'logs' } };

/** The part of the document store's contract that the log buckets stand on. */
export function putLinesContract(open: () => Promise<OpenedDocumentStore>): void {
  test('puts lines from a position on: redone, shortened or refused, the array is always the one that was meant', async () => {
    await using opened = await open();
    const { store } = opened;
    const step = fc.record({
      position: fc.nat(6),
      messages: fc.array(anyString, { maxLength: 4 }),
      times: fc.integer({ min: 1, max: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        const base: StoredDocument = sampleDocument('workflow_logs', { logs: [] });
        let expected: unknown[] | null = null;
        for (const { position, messages, times } of steps) {
          const items = messages.map((message, index) => logLine(position + index, message));
          for (let time = 0; time < times; time += 1) {
            const put = putLines(store, base, position, items);
            if (position > (expected?.length ?? 0)) await expect(put).rejects.toMatchObject(gap);
            else {
              await put;
              expected = [...(expected ?? []).slice(0, position), ...items];
            }
          }
        }
        const stored = await store.get('workflow_logs', base.id);
        expect(stored).toEqual(expected && { ...base, logs: expected });
      }),
      { numRuns: 50 },
    );
  });

  test('makes a missing bucket from the base, and leaves the other fields of one that is there', async () => {
    await using opened = await open();
    const { store } = opened;
    const base = sampleDocument('workflow_logs', { logs: [], attempt: 1 });
    await putLines(store, base, 0, [logLine(0), logLine(5)]);
    const made = { ...base, logs: [logLine(0), logLine(5)] };
    expect(await store.get('workflow_logs', base.id)).toEqual(made);
    await putLines(store, { ...base, attempt: 2 }, 2, [logLine(6)]);
    expect(await store.get('workflow_logs', base.id)).toEqual({ ...made, logs: [...made.logs, logLine(6)] });
    await putLines(store, { ...base, attempt: 2 }, 0, [logLine(7)]);
    expect(await store.get('workflow_logs', base.id)).toEqual({ ...made, logs: [logLine(7)] });
  });

  test('puts the lines of several buckets at once, begun ones and new ones', async () => {
    await using opened = await open();
    const { store } = opened;
    const bases = ['begun', 'new', 'shortened'].map((note) =>
      sampleDocument('workflow_logs', { logs: [], note }),
    );
    const [begun, added, shortened] = bases as [StoredDocument, StoredDocument, StoredDocument];
    await putLines(store, begun, 0, [logLine(0)]);
    await putLines(store, shortened, 0, [logLine(1), logLine(2)]);
    const buckets = [
      { base: begun, position: 1, rows: toRows([logLine(3), logLine(4)]) },
      { base: added, position: 0, rows: toRows([logLine(5), logLine(6, '\0 \ud800\n')]) },
      { base: shortened, position: 0, rows: toRows([logLine(7)]) },
    ];
    for (let time = 0; time < 2; time += 1) {
      await store.putLines(buckets);
      const found = await store.getMany(
        'workflow_logs',
        bases.map(({ id }) => id),
      );
      expect(found).toEqual([
        { ...begun, logs: [logLine(0), logLine(3), logLine(4)] },
        { ...added, logs: [logLine(5), logLine(6, '\0 \ud800\n')] },
        { ...shortened, logs: [logLine(7)] },
      ]);
    }
  });

  test('starts anew where the document has expired', async () => {
    await using opened = await open();
    const { store } = opened;
    const past = new Date(Date.now() - 1000).toISOString();
    const base = sampleDocument('workflow_logs', { logs: [] });
    await store.put('workflow_logs', { ...base, logs: [logLine(0)], expiresAt: past });
    await expect(putLines(store, base, 1, [logLine(1)])).rejects.toMatchObject(gap);
    await putLines(store, base, 0, [logLine(2)]);
    expect(await store.get('workflow_logs', base.id)).toEqual({ ...base, logs: [logLine(2)] });
  });

  test('is one step: writers at the same time leave the array of one of them, whole', async () => {
    await using opened = await open();
    const { store } = opened;
    const base = sampleDocument('workflow_logs', { logs: [] });
    const writers = Array.from({ length: 10 }, (_, writer) =>
      Array.from({ length: 1 + writer }, (_, second) => logLine(second, `writer ${writer}`)),
    );
    await Promise.all(writers.map((items) => putLines(store, base, 0, items)));
    expect(writers).toContainEqual((await store.get('workflow_logs', base.id))?.logs);
  });

  test('refuses lines that do not fit, and too many of them', async () => {
    await using opened = await open();
    const { store } = opened;
    const base = sampleDocument('workflow_logs', { logs: [logLine(0)], attempt: 1 });
    await store.insert('workflow_logs', base);
    const many = Array.from({ length: 500 }, (_, second) => logLine(second));
    const refused: [number, Record<string, unknown>[], string][] = [
      [0, [{ ...logLine(0), source: 'nowhere' }], 'logs.0.source'],
      [1, many, 'logs'],
      [-1, [], 'logs'],
    ];
    for (const [position, lines, named] of refused) {
      await expect(putLines(store, base, position, lines)).rejects.toMatchObject({
        code: 'DOCUMENT_INVALID',
        place: { field: named },
      });
    }
    expect(await store.get('workflow_logs', base.id)).toEqual(base);
    await putLines(store, base, 0, many);
    expect((await store.get('workflow_logs', base.id))?.logs).toEqual(many);
  });
}
