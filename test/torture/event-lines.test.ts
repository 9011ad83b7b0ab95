import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { wholeJournal } from '../features/ingest/support/ledger.ts';
import { Workshop } from '../features/ingest/support/workshop.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

/** Lines between which good ones stand; `npm run test:torture` takes more rounds. */
const lines = Number(process.env.TRAINYARD_TORTURE_LINES ?? 2000);
const rounds = process.env.TRAINYARD_TORTURE_KILLS === undefined ? 1 : 5;
const seed = Number(process.env.TRAINYARD_TORTURE_SEED ?? Date.now() % 100_000);

let database: TestDatabase;
let workshop: Workshop;
beforeAll(async () => {
  database = await createTestDatabase();
  workshop = new Workshop(database.url, { limits: { lines: 300 } });
});
afterAll(async () => {
  await workshop[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const time = '2026-11-23T22:40:31.123Z';
const nested = (open: string, close: string) =>
  fc.integer({ min: 1, max: 20_000 }).map((depth) => `${open.repeat(depth)}0${close.repeat(depth)}`);
const number = fc.oneof(
  fc.constantFrom(
    '1e999',
    '-1e999',
    '1e-400',
    '-0',
    '0.1e+308',
    '123456789012345678901234567890',
    '-1',
    '2147483648',
  ),
  fc.double().map(String),
  fc.constantFrom('NaN', 'nan', '-Infinity', 'inf', '+Infinity', '0x10', '01', '.5', '1_000'),
);
const text = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom(
      '__proto__',
      'constructor',
      '\u0000',
      '\ud800',
      '\u001b]0;x\u0007',
      '\u202e',
      '../..',
      'x'.repeat(5000),
    ),
  )
  .map((given) => JSON.stringify(given));
const json: fc.Arbitrary<string> = fc.oneof(
  number,
  text,
  fc.constantFrom('null', 'true', '{}', '[]', '""'),
  nested('[', ']'),
  nested('{"a":', '}'),
  fc
    .dictionary(fc.string({ maxLength: 5 }), fc.jsonValue(), { maxKeys: 5 })
    .map((given) => JSON.stringify(given)),
  fc
    .integer({ min: 900, max: 3000 })
    .map((count) => `{${Array.from({ length: count }, (_, at) => `"n${at}":${at}`).join(',')}}`),
);
const field = fc.constantFrom(
  'seq',
  'time',
  'type',
  'epoch',
  'epochs',
  'step',
  'steps',
  'etaMs',
  'values',
  'level',
  'message',
  'context',
  'path',
  'kind',
  'name',
  'mediaType',
  'metrics',
  'status',
  'deep',
  '__proto__',
);
const examples = [
  ['"type"', '"metric"', 'epoch', '1', 'step', '3', 'values', '{"train_loss":0.5}'],
  ['"type"', '"progress"', 'epoch', '1', 'epochs', '2', 'step', '1', 'steps', '2'],
  ['"type"', '"log"', 'level', '"info"', 'message', '"m"'],
  [
    '"type"',
    '"checkpoint"',
    'path',
    '"checkpoints/x"',
    'epoch',
    '1',
    'step',
    '1',
    'kind',
    '"last"',
    'metrics',
    '{"a":1}',
  ],
  ['"type"', '"artifact"', 'path', '"artifacts/x"', 'kind', '"other"', 'name', '"x"', 'mediaType', '"a/b"'],
  ['"type"', '"result"', 'status', '"completed"', 'metrics', '{"a":1}'],
].map((parts) => {
  const pairs: [string, string][] = [];
  for (let at = 0; at < parts.length; at += 2)
    pairs.push([(parts[at] ?? '').replaceAll('"', ''), parts[at + 1] ?? '']);
  return pairs;
});

/** An event's line in which some fields are others, some twice; `SEQ` stands for the number that is due. */
const structured = fc
  .tuple(fc.constantFrom(...examples), fc.array(fc.tuple(field, json), { maxLength: 4 }), fc.boolean())
  .map(([example, changes, first]) => {
    const own: [string, string][] = [['seq', 'SEQ'], ['time', `"${time}"`], ...example];
    const pairs = first ? [...changes, ...own] : [...own, ...changes];
    return Buffer.from(`{${pairs.map(([name, value]) => `"${name}":${value}`).join(',')}}`);
  });
const raw = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 0x0a))),
  fc.constantFrom(
    Buffer.from(''),
    Buffer.from('\r'),
    Buffer.from('\ufeff{"seq":1}'),
    Buffer.alloc(300, 0),
    Buffer.from(`NaN${'"\\'.repeat(20_000)}`),
    Buffer.from('['.repeat(100_000)),
    Buffer.from(
      `{"seq":SEQ,"time":"${time}","type":"log","level":"info","message":"${'\\u0000'.repeat(5000)}"}\r`,
    ),
    Buffer.concat([
      Buffer.from('{"seq":SEQ,"x":"'),
      Buffer.from([0xc3, 0x28, 0xff, 0xed, 0xa0, 0x80]),
      Buffer.from('"}'),
    ]),
  ),
);
const wild = fc.oneof({ weight: 5, arbitrary: structured }, { weight: 2, arbitrary: raw });

for (let round = 0; round < rounds; round += 1) {
  test(`of ${lines} generated event lines none stops a run, and every good value is there exactly once (seed ${seed + round})`, async () => {
    const given = fc.sample(wild, { numRuns: lines, seed: seed + round });
    const attempt = await workshop.attempt();
    const other = await workshop.attempt();
    await workshop.ingestion.open(attempt);
    const good: [number, number][] = [];
    const pieces: Buffer[] = [];
    // Each wild line has a number of its own, used up or not, and a good one follows that is in order whatever came of it.
    let seq = 0;
    const flush = async () => {
      await workshop.append(attempt, 'events.jsonl', Buffer.concat(pieces.splice(0)));
    };
    for (const [index, line] of given.entries()) {
      seq += 1;
      pieces.push(
        Buffer.from(line.toString('latin1').replaceAll('SEQ', String(seq)), 'latin1'),
        Buffer.from('\n'),
      );
      for (let place = 0; place < 2; place += 1) {
        seq += 1;
        const value = index + place / 4;
        good.push([seq, value]);
        pieces.push(
          Buffer.from(
            `{"seq":${seq},"time":"${time}","type":"metric","epoch":1,"step":${index},"values":{"good":${value}}}\n`,
          ),
        );
      }
      if (index % 97 === 0) await flush();
    }
    await flush();
    await workshop.append(
      other,
      'events.jsonl',
      `{"seq":1,"time":"${time}","type":"metric","epoch":1,"step":1,"values":{"a":1}}\n`,
    );
    expect(await workshop.ingestion.drain(other, { final: true })).toMatchObject({ events: 1 });
    await workshop.ingestion.drain(attempt, { final: true });
    expect(workshop.warnings).toEqual([]);

    const journal = await wholeJournal(workshop, attempt.runId);
    expect(journal.map((event) => event.seq)).toEqual(journal.map((_, index) => index + 1));
    const numbers = journal.flatMap(({ attemptSeq }) => attemptSeq ?? []);
    expect(new Set(numbers).size).toBe(numbers.length);
    const points = journal.flatMap(({ type, attemptSeq, data }) => {
      const values = type === 'metric' ? (data.values as Record<string, unknown>) : {};
      return Object.hasOwn(values, 'good') ? [[attemptSeq, values.good]] : [];
    });
    // A wild line may carry a number from afar; then the first good one behind it may count as the gap, and be told.
    const told = new Set(
      journal.flatMap(({ data }) =>
        [...String(data.message ?? '').matchAll(/\(seq (\d+) after \d+\)/g)].map(([, one]) => Number(one)),
      ),
    );
    const wanted = good.filter(([one]) => !told.has(one));
    expect(points).toEqual(wanted);
    expect(wanted.length).toBeGreaterThan(good.length * 0.9);
  }, 300_000);
}
