import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CollectionName, DocumentStore } from '../../../src/main/stores/documents/ports.ts';
import { waitFor } from '../../support/engine.ts';
import { anyJson, anyString } from './any-json.ts';
import { findContract } from './contract-find.ts';
import { putLinesContract } from './contract-put-lines.ts';
import { idsOf, logLine, sampleDocument } from './examples.ts';

/** A store that is empty and goes when the test ends. */
export interface OpenedDocumentStore extends AsyncDisposable {
  readonly store: DocumentStore;
}

const names: readonly CollectionName[] = [
  'chat_sessions',
  'training_configs',
  'workflow_logs',
  'model_registry',
  'audit_logs',
];

const past = () => new Date(Date.now() - 1000).toISOString();
const invalid = (field: string) => ({ code: 'DOCUMENT_INVALID', place: { field } });

/**
 * What every document store does. `differences.sweepsItself`: whether it removes expired documents by itself, so that
 * `removeExpired` answers 0 (MongoDB); else it answers how many it removed. Stores may also differ in how the words of a name are
 * parted (only spaces part them everywhere) and in the order of a document's fields.
 */
export function documentStoreContract(
  name: string,
  open: () => Promise<OpenedDocumentStore>,
  differences: { readonly sweepsItself: boolean },
): void {
  describe(`document store: ${name}`, () => {
    putLinesContract(open);
    findContract(open);

    test('has its collections and indexes after any number of calls', async () => {
      await using opened = await open();
      await opened.store.ensureCollections();
      await opened.store.ensureCollections();
    });

    test.each(names)('keeps documents of %s as the schema has them', async (collection) => {
      await using opened = await open();
      const { store } = opened;
      const document = sampleDocument(collection);
      await store.insert(collection, document);
      expect(await store.get(collection, document.id)).toEqual(document);
      const changed = { ...sampleDocument(collection), id: document.id };
      await store.put(collection, changed);
      await store.put(collection, changed);
      expect(await store.get(collection, document.id)).toEqual(changed);
      const other = sampleDocument(collection);
      await store.put(collection, other);
      expect(await store.getMany(collection, [other.id, 'nobody', document.id])).toEqual([other, changed]);
      expect(await store.count(collection)).toBe(2);
      expect(await store.remove(collection, [other.id])).toBe(1);
      expect(await store.get(collection, other.id)).toBeNull();
      for (const empty of names.filter((one) => one !== collection)) expect(await store.count(empty)).toBe(0);
    });

    test('gives back every JSON value as it was, NUL and halves of surrogate pairs included', async () => {
      await using opened = await open();
      const { store } = opened;
      await fc.assert(
        fc.asyncProperty(anyJson, anyString, anyString, async (value, text, field) => {
          const document = sampleDocument('audit_logs', {
            extra: { value, text, named: { [field]: text } },
          });
          await store.put('audit_logs', document);
          expect(await store.get('audit_logs', document.id)).toEqual(document);
        }),
        {
          numRuns: 60,
          examples: [
            [null, '\0\u001a0000\\u0000\ud800"', '\0'],
            [5e-324, '\udfff\ud800', '\u001a'],
          ],
        },
      );
    });

    test.each<[CollectionName, string, Readonly<Record<string, unknown>>]>([
      ['chat_sessions', 'sessionId', { sessionId: undefined }],
      ['chat_sessions', 'status', { status: 'asleep' }],
      [
        'chat_sessions',
        'messages.0.content',
        { messages: [{ role: 'user', content: 1, timestamp: past() }] },
      ],
      ['training_configs', 'workflowId', { workflowId: 'mine' }],
      ['training_configs', 'config.task.type', { config: { task: { type: 'guess' } } }],
      ['workflow_logs', 'logs.1.level', { logs: [logLine(0), { ...logLine(1), level: 'loud' }] }],
      ['workflow_logs', 'logs.0.timestamp', { logs: [{ ...logLine(0), timestamp: '2026-11-23T22:40:31Z' }] }],
      ['workflow_logs', 'logs', { logs: Array.from({ length: 501 }, (_, second) => logLine(second)) }],
      ['workflow_logs', 'expiresAt', { expiresAt: undefined }],
      ['model_registry', 'inputSize', { inputSize: [3, 224] }],
      ['model_registry', 'metrics.imagenetTop1', { metrics: { imagenetTop1: 'high' } }],
      ['audit_logs', 'resource.id', { resource: { type: 'workflow' } }],
      ['audit_logs', 'extra.loss.1', { extra: { loss: [1, Number.NaN] } }],
      ['audit_logs', 'extra', { extra: new Date(0) }],
      ['audit_logs', 'id', { id: '' }],
    ])(
      'refuses a document of %s whose %s is wrong, names the field and keeps nothing',
      async (collection, field, change) => {
        await using opened = await open();
        const { store } = opened;
        const document = sampleDocument(collection, change);
        await expect(store.insert(collection, document)).rejects.toMatchObject(invalid(field));
        await expect(store.put(collection, document)).rejects.toMatchObject(invalid(field));
        expect(await store.count(collection)).toBe(0);
      },
    );

    test('adds a document once, whoever adds it at the same time', async () => {
      await using opened = await open();
      const { store } = opened;
      const rivals = Array.from({ length: 8 }, (_, rival) =>
        sampleDocument('audit_logs', { id: 'same', extra: rival }),
      );
      const results = await Promise.allSettled(
        rivals.map((document) => store.insert('audit_logs', document)),
      );
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const refused = results.find((result) => result.status === 'rejected');
      expect(refused?.reason).toMatchObject({ code: 'DOCUMENT_EXISTS', place: { field: 'id' } });
      const won = results.findIndex(({ status }) => status === 'fulfilled');
      expect(await store.get('audit_logs', 'same')).toEqual(rivals[won]);
    });

    test.each<[CollectionName, string]>([
      ['chat_sessions', 'sessionId'],
      ['model_registry', 'modelId'],
    ])('keeps %s unique in %s, however it is written', async (collection, field) => {
      await using opened = await open();
      const { store } = opened;
      const taken = sampleDocument(collection);
      const other = sampleDocument(collection);
      await store.insert(collection, taken);
      await store.insert(collection, other);
      const rival = sampleDocument(collection, { [field]: taken[field] });
      const refusal = { code: 'DOCUMENT_EXISTS', place: { field } };
      await expect(store.insert(collection, rival)).rejects.toMatchObject(refusal);
      await expect(store.put(collection, { ...rival, id: other.id })).rejects.toMatchObject(refusal);
      expect(await store.get(collection, other.id)).toEqual(other);
    });

    test('treats an expired document as if it were not there', async () => {
      await using opened = await open();
      const { store } = opened;
      const expired = sampleDocument('workflow_logs', { expiresAt: past() });
      const { id } = expired;
      const staying = sampleDocument('workflow_logs');
      await store.put('workflow_logs', expired);
      await store.put('workflow_logs', staying);
      expect(await store.get('workflow_logs', id)).toBeNull();
      expect(await store.getMany('workflow_logs', [id])).toEqual([]);
      expect(idsOf(await store.find('workflow_logs', {}, 10))).toEqual([staying.id]);
      expect(await store.count('workflow_logs')).toBe(1);
      expect(await store.remove('workflow_logs', [id])).toBe(0);
      const again = sampleDocument('workflow_logs', { id, extra: 'again' });
      await store.insert('workflow_logs', again);
      expect(await store.get('workflow_logs', id)).toEqual(again);
    });

    test('lets a document go when its time has come, also one that was changed', async () => {
      await using opened = await open();
      const { store } = opened;
      const { id } = sampleDocument('workflow_logs');
      const document = sampleDocument('workflow_logs', { id });
      await store.insert('workflow_logs', document);
      await store.put('workflow_logs', { ...document, expiresAt: new Date(Date.now() + 200).toISOString() });
      expect(await store.get('workflow_logs', id)).not.toBeNull();
      await waitFor(
        'the document to expire',
        async () => (await store.get('workflow_logs', id)) === null,
        5000,
      );
      const removed = await store.removeExpired();
      if (!differences.sweepsItself) expect(removed).toBe(1);
      expect(await store.removeExpired()).toBe(0);
    });
  });
}
