import { MongoClient } from 'mongodb';
import { expect, test } from 'vitest';
import { openMongoDocuments } from '../../src/main/stores/documents/mongo/document-store.ts';
import { sampleDocument } from '../stores/documents/examples.ts';
import { waitFor } from '../support/engine.ts';
import { startServer, withoutServer } from '../support/servers.ts';

const reason = withoutServer('mongo');
if (reason) console.info(`skipped: MongoDB removes expired documents by itself: ${reason}`);

test.skipIf(reason)('MongoDB removes an expired document by itself', { timeout: 200_000 }, async () => {
  await using server = await startServer('mongo');
  await using store = await openMongoDocuments({ url: server.url, tls: null });
  await store.ensureCollections();
  const expired = sampleDocument('workflow_logs', { expiresAt: new Date(Date.now() - 1000).toISOString() });
  const staying = sampleDocument('workflow_logs');
  await store.put('workflow_logs', expired);
  await store.put('workflow_logs', staying);
  const client = await MongoClient.connect(server.url);
  try {
    const documents = client.db('vision_platform').collection<{ _id: string }>('workflow_logs');
    const ids = async () => (await documents.find().toArray()).map(({ _id }) => _id);
    expect(await ids()).toContain(expired.id);
    // Its monitor looks once a minute.
    await waitFor('the document to go', async () => !(await ids()).includes(expired.id), 150_000);
    expect(await ids()).toEqual([staying.id]);
  } finally {
    await client.close();
  }
});
