import { expect, test } from 'vitest';
import { contractInterceptors } from '../../src/main/server/contract-interceptors.ts';

type Witnesses = Parameters<typeof contractInterceptors>[0];

test('work that ends because its caller left is no error in the log, and any other failure is', async () => {
  const logged: unknown[] = [];
  const witnesses = {
    presence: { seen: () => {} },
    log: { error: (...said: unknown[]) => logged.push(said) },
    refusals: { write: () => {} },
  } as unknown as Witnesses;
  const [around] = contractInterceptors(witnesses).clientInterceptors;
  const stop = new AbortController();
  const call = (error: unknown) =>
    around?.({
      next: async () => {
        throw error;
      },
      ...{ input: {}, signal: stop.signal },
    } as never);
  await expect(call(new Error('broken'))).rejects.toMatchObject({ code: 'INTERNAL' });
  expect(logged).toHaveLength(1);
  stop.abort();
  await expect(call(stop.signal.reason)).rejects.toMatchObject({ code: 'CLIENT_CLOSED_REQUEST' });
  expect(logged).toHaveLength(1);
  await expect(call(new Error('broken too'))).rejects.toMatchObject({ code: 'INTERNAL' });
  expect(logged).toHaveLength(2);
});
