import type { IncomingMessage } from 'node:http';
import type { Parameter } from '../../shared/errors/entry.ts';
import { invalidInput } from './input-fault.ts';
import { type Refusal, refusal, refusalOf } from './refusals.ts';

/** Headers that mean one thing only: said twice, one reader would believe the first and another the last. */
const singular = new Set(['host', 'origin', 'authorization', 'sec-fetch-site', 'sec-fetch-mode']);

/** The names by which this machine alone is meant. Any port: a tunnel listens on one of its own. */
const loopbackHost = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i;

/** A header that stands there twice although it may only once; null where none does. */
function repeatedHeader({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): string | null {
  const seen = new Set<string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? '';
    if (!singular.has(name)) continue;
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return null;
}

/**
 * What shows that a request was meant for another server or comes from another site's page; null where nothing does. A foreign
 * name in Host is DNS rebinding; a foreign Origin is another page's. Programs that are no browsers send no Origin. Pages of other
 * ports are of the same site by a browser's rules, but not of this engine.
 */
function foreignTrait({ headers, method }: Pick<IncomingMessage, 'headers' | 'method'>): Parameter | null {
  const host = headers.host ?? '';
  if (!loopbackHost.test(host)) return `Host "${host}"`;
  const { origin } = headers;
  if (origin !== undefined && origin !== `http://${host}`) return `Origin "${origin}"`;
  const site = headers['sec-fetch-site'] ?? 'none';
  if (site === 'none' || site === 'same-origin') return null;
  // A link on another page may lead here; whatever else comes from there may not, least of all what would write.
  const follows = headers['sec-fetch-mode'] === 'navigate' && (method === 'GET' || method === 'HEAD');
  return follows ? null : { en: 'pages of another site', ko: '다른 사이트의 페이지' };
}

const unstorableAddress = refusalOf(
  invalidInput(
    {
      en: 'address: it has NUL (U+0000, "%00"), which cannot be stored',
      ko: '주소: 저장할 수 없는 NUL(U+0000, "%00")이 있음',
    },
    'address',
    { en: 'Remove "%00" from the address', ko: '주소에서 "%00"을 빼고' },
  ),
);

/** Why nobody may send this, whoever they are; null where nothing is wrong with it. */
export function improper(request: IncomingMessage): Refusal | null {
  const repeated = repeatedHeader(request);
  if (repeated !== null)
    return refusal('HEADER_REPEATED', { name: repeated }, { place: { field: repeated } });
  const trait = foreignTrait(request);
  if (trait !== null) return refusal('FOREIGN_REQUEST', { trait });
  return /%00/.test(request.url ?? '') ? unstorableAddress : null;
}
