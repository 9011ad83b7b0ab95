import path from 'node:path';
import { z } from 'zod';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { Parameter } from '../../../shared/errors/entry.ts';
import { errorMessage, type TrainyardError } from '../../../shared/errors/error.ts';
import { replaceFile } from '../../platform/durable-file.ts';
import type { StoreEndpoints, TlsOptions } from '../../platform/endpoints.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { inputWords } from '../../platform/input-words.ts';
import { readStateText } from '../../platform/state-file.ts';

/** Files of PEM text, absolute or relative to the file that names them. */
const tls = {
  caFile: z.string().min(1).optional(),
  certFile: z.string().min(1).optional(),
  keyFile: z.string().min(1).optional(),
  serverName: z.string().min(1).optional(),
};

const url = (schemes: readonly string[]) =>
  z.string().refine(
    (text) => schemes.some((scheme) => text.startsWith(`${scheme}://`)) && URL.canParse(text),
    // Not the value: it may hold a password.
    {
      error: `must be a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
      params: { ko: `${schemes.map((scheme) => `${scheme}://`).join(' 또는 ')}로 시작하는 주소여야 함` },
    },
  );

const matching = (pattern: RegExp, english: string, korean: string) =>
  z.string().refine((text) => pattern.test(text), { error: english, params: { ko: korean } });

const schema = z.strictObject({
  postgres: z.strictObject({ url: url(['postgres', 'postgresql']), ...tls }),
  mongo: z.strictObject({ url: url(['mongodb', 'mongodb+srv']), ...tls }).optional(),
  redis: z.strictObject({ url: url(['redis', 'rediss']), ...tls }).optional(),
  s3: z
    .strictObject({
      endpoint: url(['http', 'https']),
      region: z.string().min(1).default('us-east-1'),
      // It goes into a header of each request, which holds no other letters.
      accessKeyId: matching(
        /^[\x21-\x7e]+$/,
        'must be ASCII letters, without blanks',
        '공백 없는 ASCII 문자여야 함',
      ),
      secretAccessKey: z.string().min(1),
      bucketPrefix: matching(
        /^[a-z0-9][a-z0-9-]{0,40}$/,
        'must be lower-case letters, digits and hyphens',
        '영문 소문자, 숫자, 하이픈이어야 함',
      ).default(''),
      ...tls,
    })
    .optional(),
  temporal: z
    .strictObject({
      address: matching(/^[^\s/]+:\d{1,5}$/, 'must be host:port', '호스트:포트 형식이어야 함'),
      namespace: z.string().min(1).default('trainyard'),
      apiKey: z
        .string()
        .min(1)
        .optional()
        .transform((key) => key ?? null),
      ...tls,
    })
    .optional(),
});

type TlsFiles = { readonly [K in keyof typeof tls]?: string | undefined };

const settingOf = (home: string) => path.join(home, 'external.json');

function invalid(file: string, reason: Parameter, field?: string, cause?: unknown): TrainyardError {
  const parameters = { place: field ? `${file}, ${field}` : file, reason };
  return fault('EXTERNAL_INVALID', parameters, { place: { file, ...(field ? { field } : {}) }, cause });
}

function readTls(file: string, store: string, files: TlsFiles): TlsOptions | null {
  const read = (field: 'caFile' | 'certFile' | 'keyFile') => {
    const name = files[field];
    if (!name) return undefined;
    const pem = path.resolve(path.dirname(file), name);
    let text: string | null;
    try {
      text = readStateText(pem, { hint: '', isTheirs: true });
    } catch (error) {
      const why = errorMessage(error);
      const reason = { en: `the file cannot be read (${why})`, ko: `파일을 읽을 수 없습니다. ${why}` };
      throw invalid(file, reason, `${store}.${field}`, error);
    }
    if (text === null)
      throw invalid(
        file,
        { en: `there is no file ${pem}`, ko: `${pem} 파일이 없습니다` },
        `${store}.${field}`,
      );
    return text;
  };
  const [ca, cert, key] = [read('caFile'), read('certFile'), read('keyFile')];
  const { serverName } = files;
  if (!ca && !cert && !key && !serverName) return null;
  return {
    ...(ca ? { ca } : {}),
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
    ...(serverName ? { serverName } : {}),
  };
}

/** Reads the addresses of servers from a JSON file. No value of it is ever in a message. @throws TrainyardError EXTERNAL_INVALID with file and field */
export function readExternalFile(file: string, text: string): StoreEndpoints {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // The parser's words quote the text around the fault.
    const at = /position \d+(?: \(line \d+ column \d+\))?/.exec(error instanceof Error ? error.message : '');
    const where = at ? ` (${at[0]})` : '';
    throw invalid(file, { en: `this is no JSON${where}`, ko: `JSON이 아닙니다${where}` });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(file, issue ? inputWords(issue) : 'not usable', issue?.path.join('.'));
  }
  const { postgres, mongo, redis, s3, temporal } = parsed.data;
  const trusted = <Endpoint extends TlsFiles>(store: string, endpoint: Endpoint) => {
    const { caFile, certFile, keyFile, serverName, ...address } = endpoint;
    return { ...address, tls: readTls(file, store, { caFile, certFile, keyFile, serverName }) };
  };
  return {
    postgres: trusted('postgres', postgres),
    mongo: mongo ? trusted('mongo', mongo) : null,
    redis: redis ? trusted('redis', redis) : null,
    s3: s3 ? trusted('s3', s3) : null,
    temporal: temporal ? trusted('temporal', temporal) : null,
  };
}

/** Keeps a checked file's text in the state folder, closed to other users; paths in it become absolute. */
export function keepExternalFile(home: string, file: string, text: string): void {
  readExternalFile(file, text);
  const stores: Record<string, Record<string, unknown>> = JSON.parse(text);
  for (const store of Object.values(stores)) {
    for (const field of ['caFile', 'certFile', 'keyFile']) {
      const name = store[field];
      if (typeof name === 'string') store[field] = path.resolve(path.dirname(file), name);
    }
  }
  failpoint('external.keep.before');
  replaceFile(settingOf(home), `${JSON.stringify(stores, null, 2)}\n`);
  failpoint('external.keep.after');
}

/** The servers of this state folder's external profile. @throws TrainyardError EXTERNAL_NOT_SET, EXTERNAL_INVALID */
export function readExternal(home: string): StoreEndpoints {
  const theirs = process.env.TRAINYARD_EXTERNAL_FILE;
  const file = theirs ?? settingOf(home);
  const hint = {
    en: 'Name the servers again: "trainyard profile external FILE" (docs/profiles.md).',
    ko: '서버를 다시 지정하세요: "trainyard profile external FILE" (docs/profiles.md).',
  };
  const text = readStateText(file, { hint, isTheirs: theirs !== undefined });
  if (text !== null) return readExternalFile(file, text);
  const what =
    theirs === undefined
      ? { en: 'The servers of the profile "external" were never named', ko: '지정한 적이 없습니다' }
      : {
          en: `There is no file ${file}, which TRAINYARD_EXTERNAL_FILE names`,
          ko: `TRAINYARD_EXTERNAL_FILE이 가리키는 ${file} 파일이 없습니다`,
        };
  throw fault('EXTERNAL_NOT_SET', { what }, { place: { file } });
}
