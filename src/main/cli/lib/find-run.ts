import { fault } from '../../../shared/errors/catalogue.ts';
import type { Api } from './client.ts';
import type { CommonOptions } from './define.ts';
import { openReconnectingClient, type ReconnectingClient } from './engine.ts';
import { readList } from './list-pages.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const notFound = (reference: string) =>
  fault('NOT_FOUND', {
    what: { en: `run "${reference}"`, ko: `학습 "${reference}"` },
    where: { en: 'the output of "trainyard runs list"', ko: '"trainyard runs list"의 출력' },
  });

/**
 * The id of the run that a person means: an id, its first characters where only one run's id starts so, or `last`.
 * @throws TrainyardError NOT_FOUND, AMBIGUOUS
 */
export async function findRun(api: Api, reference: string): Promise<string> {
  const wanted = reference.toLowerCase();
  if (uuid.test(wanted)) return wanted;
  if (wanted === 'last') {
    const { runs } = await api.runs.list({ limit: 1 });
    const [newest] = runs;
    if (!newest) throw notFound(reference);
    return newest.id;
  }
  if (!/^[0-9a-f-]+$/.test(wanted)) throw notFound(reference);
  // The engine searches for it in names as well.
  const { items } = await readList(
    { limit: Number.POSITIVE_INFINITY },
    (page) => api.runs.list({ ...page, search: wanted }),
    ({ runs }) => runs,
  );
  const found = items.flatMap(({ id }) => (id.startsWith(wanted) ? [id] : []));
  const [only, another] = found;
  if (!only) throw notFound(reference);
  if (!another) return only;
  throw fault('AMBIGUOUS', { count: found.length, reference, one: only, other: another });
}

/** What a command does with the run that its argument names. @param work gets the options, a client, and the run's id */
export function withRun<Options extends object>(
  work: (
    options: Options & CommonOptions,
    client: ReconnectingClient,
    run: string,
  ) => Promise<number | undefined>,
): (options: Options & CommonOptions, reference?: string) => Promise<number | undefined> {
  return async (options, reference = '') => {
    using client = await openReconnectingClient();
    return await work(options, client, await findRun(client.api, reference));
  };
}
