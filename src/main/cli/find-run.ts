import { TrainyardError } from '../../shared/errors/error.ts';
import type { Api } from './client.ts';
import { translate } from './language.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const page = 500;

function notFound(reference: string): TrainyardError {
  return new TrainyardError(
    'NOT_FOUND',
    translate(`There is no run "${reference}"`, `"${reference}" 실행이 없습니다`),
    translate('"trainyard runs list" shows them.', '"trainyard runs list"로 볼 수 있습니다.'),
    { status: 404 },
  );
}

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
  const found: string[] = [];
  for (let offset = 0; ; offset += page) {
    const { runs, total } = await api.runs.list({ offset, limit: page });
    for (const { id } of runs) if (id.startsWith(wanted)) found.push(id);
    if (offset + page >= total) break;
  }
  const [only, another] = found;
  if (!only) throw notFound(reference);
  if (!another) return only;
  throw new TrainyardError(
    'AMBIGUOUS',
    translate(
      `${found.length} runs' ids start with "${reference}"`,
      `"${reference}"(으)로 시작하는 실행이 ${found.length}개입니다`,
    ),
    translate(`Give more characters: ${only} or ${another}.`, `글자를 더 쓰세요: ${only} 또는 ${another}`),
  );
}
