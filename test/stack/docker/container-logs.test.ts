import { afterAll, describe, expect, test } from 'vitest';
import { docker, withoutServer } from '../../support/servers.ts';
import { createTalkers } from '../support/talkers.ts';

const reason = withoutServer('redis');
if (reason) console.info(`skipped: logs of containers (${reason})`);

const lineCount = 120_000;
const query = { services: [], tail: 10_000_000, search: '', waitMs: 10_000 } as const;

/** Repeatable, so that a failure can be looked at again. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

describe.skipIf(reason)('logs of containers', () => {
  const talkers = createTalkers();
  afterAll(() => talkers[Symbol.asyncDispose]());

  test('every line comes exactly once while it is printed, with readers killed at random points', async () => {
    const program = `sleep 1; seq -f 'line %.0f ' 1 ${lineCount}; echo the-end; sleep 60`;
    await talkers.talk('redis', program, ['--log-opt', 'max-size=20m', '--log-opt', 'max-file=3']);
    const random = randomOf(7);
    const seen: string[] = [];
    let pages = 0;
    for (let after = '', reader = talkers.reader(); seen.at(-1) !== 'the-end'; ) {
      const limit = 1 + Math.floor(random() * 6000);
      const page = await reader.read({ ...query, services: ['redis'], after, limit });
      pages += 1;
      seen.push(...page.lines.map(({ text }) => text));
      after = page.cursor;
      if (random() < 0.4) {
        // The next one has nothing but the cursor.
        await reader[Symbol.asyncDispose]();
        reader = talkers.reader();
      }
      if (seen.at(-1) === 'the-end') await reader[Symbol.asyncDispose]();
    }
    expect(pages).toBeGreaterThan(20);
    const printed = Array.from({ length: lineCount }, (_, index) => `line ${index + 1} `);
    expect(seen.length).toBe(lineCount + 1);
    expect(seen.findIndex((text, index) => text !== (printed[index] ?? 'the-end'))).toBe(-1);
  });

  test('nothing is lost or repeated where the log is rotated while it is followed', async () => {
    const program = `sleep 1; for i in $(seq 0 39); do seq -f 'line %.0f of a log that is rotated' $((i*1000+1)) $((i*1000+1000)); sleep 0.1; done; echo the-end`;
    await talkers.talk('s3', program, ['--log-opt', 'max-size=500k', '--log-opt', 'max-file=4']);
    const abort = new AbortController();
    await using reader = talkers.reader();
    const seen: string[] = [];
    const follow = {
      services: ['s3'] as const,
      since: null,
      tail: 10_000,
      follow: true,
      signal: abort.signal,
    };
    for await (const lines of reader.follow(follow)) {
      seen.push(...lines.map(({ stream, text }) => (stream === 'gap' ? 'gap' : text)));
      if (seen.at(-1) === 'the-end') abort.abort();
    }
    const printed = Array.from(
      { length: 40_000 },
      (_, index) => `line ${index + 1} of a log that is rotated`,
    );
    expect(seen.length).toBe(40_001);
    expect(seen.findIndex((text, index) => text !== (printed[index] ?? 'the-end'))).toBe(-1);
  });

  test('both streams, long lines, and what a container says after it was started again', async () => {
    const long = 40_000;
    const program = `head -c ${long} /dev/zero | tr '\\0' x; echo; echo oops >&2`;
    const name = await talkers.talk('temporal', program);
    await using reader = talkers.reader();
    const read = { ...query, services: ['temporal'] as const, limit: 100 };
    const readTwo = async (after: string) => {
      let { cursor, lines } = await reader.read({ ...read, after });
      while (lines.length < 2) {
        const next = await reader.read({ ...read, after: cursor });
        cursor = next.cursor;
        lines = [...lines, ...next.lines];
      }
      // The daemon keeps the order of each stream, not that between the two.
      const byStream = lines.toSorted((a, b) => b.stream.localeCompare(a.stream));
      return { cursor, lines: byStream.map(({ stream, text }) => [stream, text.length]) };
    };
    const said = [
      ['stdout', long],
      ['stderr', 4],
    ];
    const first = await readTwo('');
    expect(first.lines).toEqual(said);
    const waiting = readTwo(first.cursor);
    await docker(['start', name]);
    const { cursor, lines } = await waiting;
    expect(lines).toEqual(said);
    expect((await reader.read({ ...read, after: cursor, waitMs: 0 })).lines).toEqual([]);
  });

  test('a line longer than 16 KiB comes whole, also to who reads while it is printed', async () => {
    const program = `trap 'go=1' USR1; head -c 20000 /dev/zero | tr '\\0' x; echo begun >&2; until [ $go ]; do sleep 0.05; done; echo`;
    const name = await talkers.talk('postgres', program);
    await using reader = talkers.reader();
    const read = { ...query, services: ['postgres'] as const, limit: 100 };
    const begun = await reader.read({ ...read, after: '' });
    expect(begun.lines.map(({ text }) => text)).toEqual(['begun']);
    await docker(['kill', '-s', 'USR1', name]);
    const ended = await reader.read({ ...read, after: begun.cursor });
    expect(ended.lines.map(({ stream, text }) => [stream, text.length])).toEqual([['stdout', 20_000]]);
  });

  test('from a time on, that time included', async () => {
    const name = await talkers.talk('mongo', 'for i in 1 2 3 4 5; do echo line $i; done');
    await docker(['wait', name]);
    await using reader = talkers.reader();
    const options = {
      services: ['mongo'] as const,
      tail: 100,
      follow: false,
      signal: new AbortController().signal,
    };
    const times = new Map<string, string>();
    for await (const lines of reader.follow({ ...options, since: null })) {
      for (const { text, time } of lines) times.set(text, time);
    }
    const texts: string[] = [];
    for await (const lines of reader.follow({ ...options, since: times.get('line 3') ?? '' })) {
      texts.push(...lines.map(({ text }) => text));
    }
    expect(texts).toEqual(['line 3', 'line 4', 'line 5']);
  });
});
