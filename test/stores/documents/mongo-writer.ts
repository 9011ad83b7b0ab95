// Makes the collections and writes one document each way, as a process that a test kills: `node mongo-writer.ts TEXT`, with the URL in MONGO_URL.

import { hasCode } from '../../../src/main/platform/error-code.ts';
import { openMongoDocuments } from '../../../src/main/stores/documents/mongo/document-store.ts';
import { logLine, putLines, sampleDocument } from './examples.ts';

const [text = ''] = process.argv.slice(2);
await using store = await openMongoDocuments({ url: process.env.MONGO_URL ?? '', tls: null });
await store.ensureCollections();
const document = sampleDocument('audit_logs', { id: 'inserted', extra: text });
try {
  await store.insert('audit_logs', document);
} catch (error) {
  if (!hasCode(error, 'DOCUMENT_EXISTS')) throw error;
}
await store.put('audit_logs', { ...document, id: 'put' });
const base = sampleDocument('workflow_logs', { id: 'log', logs: [] });
for (const position of [0, 2]) {
  await putLines(store, base, position, [logLine(position), logLine(position + 1)]);
}
