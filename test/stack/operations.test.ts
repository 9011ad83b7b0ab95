import { expect, test } from 'vitest';
import { OperationJournal } from '../../src/main/stack/operations.ts';
import { fault, inLanguage } from '../../src/shared/errors/catalogue.ts';

const silent = () => {};
const step = {
  type: 'step',
  step: 'probe',
  service: 'redis',
  status: 'done',
  detail: '',
  durationMs: 1,
} as const;

/** A verb that goes on until the test says so. */
function held() {
  const { promise, resolve, reject } = Promise.withResolvers<null>();
  return { work: () => promise, done: () => resolve(null), fail: reject };
}

test('a second verb is refused while one is under way, by its name', async () => {
  const operations = new OperationJournal(silent);
  const verb = held();
  const begun = operations.begin('up', ['redis'], verb.work);
  expect(begun).toMatchObject({ verb: 'up', services: ['redis'], status: 'running', endedAt: null });
  expect(() => operations.begin('down', [], verb.work)).toThrow(
    expect.objectContaining({ code: 'STACK_BUSY', message: expect.stringContaining('"up"'), status: 409 }),
  );
  verb.done();
  await expect.poll(() => operations.current?.status).toBe('done');
  expect(operations.begin('down', [], async () => null).services).toHaveLength(5);
});

test('events are numbered without a gap, and a reader that waits is woken', async () => {
  const operations = new OperationJournal(silent);
  const waiting = operations.progress(0, 20_000);
  operations.begin('restart', [], async (onProgress) => {
    onProgress(step);
    return null;
  });
  const { cursor, events } = await waiting;
  const rest = await operations.progress(cursor, 100);
  const all = [...events, ...rest.events];
  expect(all.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  expect(all.map(({ type }) => type)).toEqual(['begin', 'step', 'end']);
  expect(await operations.progress(3, 0)).toEqual({ cursor: 3, events: [], state: null });
});

test('what a verb failed with is its cause, with the last lines of the service', async () => {
  const heard: unknown[] = [];
  const operations = new OperationJournal((error) => heard.push(error));
  const names = { service: 'Redis', exit: '', name: 'redis' };
  const error = fault('SERVICE_CRASHED', names, { details: { lines: ['bind'] } });
  operations.begin('up', [], () => Promise.reject(error));
  await expect.poll(() => operations.current?.status).toBe('failed');
  const { code, message, hint, parameters } = error;
  const cause = { code, message, hint, parameters, lines: ['bind'] };
  expect(inLanguage(cause, 'ko').message).toBe('Redis이(가) 스스로 종료되었습니다');
  expect(operations.current?.cause).toEqual(cause);
  expect((await operations.progress(1, 0)).events).toMatchObject([{ type: 'end', status: 'failed', cause }]);
  expect(heard).toEqual([error]);
});

test('the oldest events go first, and cursors stay right', async () => {
  const operations = new OperationJournal(silent, 10);
  operations.begin('up', [], async (onProgress) => {
    for (let count = 0; count < 50; count += 1) onProgress(step);
    return null;
  });
  await expect.poll(() => operations.current?.status).toBe('done');
  const { cursor, events } = await operations.progress(0, 0);
  expect(cursor).toBe(52);
  expect(events.map(({ seq }) => seq)).toEqual([43, 44, 45, 46, 47, 48, 49, 50, 51, 52]);
});

test('a cursor of an engine that is gone begins anew', async () => {
  const operations = new OperationJournal(silent);
  operations.begin('up', [], async () => null);
  await expect.poll(() => operations.current?.status).toBe('done');
  expect((await operations.progress(900, 20_000)).events).toHaveLength(2);
});
