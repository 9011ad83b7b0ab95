import type { IngestedAttempt } from '../../../../src/main/features/ingest/cursor.ts';
import { rollupShape } from '../../../../src/main/features/metrics/rollups.ts';
import { Workshop } from './workshop.ts';

/** Drains an attempt to its end in a process of its own, which a test kills: `node ingest-program.ts URL ATTEMPT LINES`. */
const [url = '', attempt = '', lines = '100'] = process.argv.slice(2);
await using workshop = new Workshop(url, {
  shape: { ...rollupShape, exactPoints: 48 },
  limits: { lines: Number(lines) },
});
await workshop.ingestion.drain(JSON.parse(attempt) as IngestedAttempt, { final: true });
