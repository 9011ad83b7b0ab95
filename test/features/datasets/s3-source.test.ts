import { expect, onTestFinished, test, vi } from 'vitest';
import { localExaminer } from '../../../src/main/features/datasets/examiner/local-examiner.ts';
import { automatic } from '../../../src/main/features/datasets/reading.ts';
import { openS3Source } from '../../../src/main/features/datasets/sources/s3-source.ts';
import type { S3Endpoint } from '../../../src/main/platform/endpoints.ts';
import { makeCertificates, withoutOpenssl } from '../../support/tls.ts';
import { openFakeS3 } from './support/fake-s3.ts';
import { goodFiles, picture } from './support/pictures.ts';

const below = (prefix: string, files: Readonly<Record<string, Uint8Array>>) =>
  new Map(Object.entries(files).map(([name, body]) => [`${prefix}${name}`, body]));

const examine = async (endpoint: S3Endpoint, path = 's3://lab/pets') =>
  await localExaminer('/nowhere/trainyard', endpoint)(
    { path, uploadName: null, format: 'auto', reading: automatic, scratch: null },
    { signal: new AbortController().signal, onProgress: () => undefined },
  );

const problemsOf = async (files: Readonly<Record<string, Uint8Array>>) => {
  await using server = await openFakeS3(below('pets/', { ...(await goodFiles()), ...files }));
  const { validation } = await examine(server.endpoint);
  return {
    validation,
    errors: validation.errors.map(({ code, path }) => [code, path]),
    warnings: validation.warnings.map(({ code, path }) => [code, path]),
  };
};

test('the objects below a prefix are a dataset, all six asked for before the first is there; those below a longer name are none of it', async () => {
  await using server = await openFakeS3(
    new Map([...below('pets/', await goodFiles()), ...below('pets2/', { 'bird/0.png': await picture(50) })]),
    { together: 6 },
  );
  const { validation, accepted } = await examine(server.endpoint);
  expect(validation).toMatchObject({ ok: true, summary: { images: 6 } });
  expect(validation.summary.classes).toEqual([
    { name: 'cat', count: 3 },
    { name: 'dog', count: 3 },
  ]);
  expect(accepted.map(({ file }) => file)).toContain('dog/2.png');
  expect(server.asked.objects).toBe(6);
});

test('keys that are no usable path are findings, and the others are read', async () => {
  const odd = await picture(60);
  const { validation, errors, warnings } = await problemsOf({
    'cat/../up.png': odd,
    '/absolute.png': odd,
    'cat//double.png': odd,
    'cat/./dot.txt': Buffer.from('a note'),
    'dog/bell\u0007.png': odd,
    'dog/': Buffer.alloc(0),
    'empty/': Buffer.alloc(0),
  });
  expect(validation.summary.images).toBe(6);
  expect(errors).toEqual([
    ['PATH_ESCAPES', '/absolute.png'],
    ['PATH_ESCAPES', 'cat/../up.png'],
    ['PATH_ESCAPES', 'cat//double.png'],
    ['NAME_UNUSABLE', 'dog/bell\\u{7}.png'],
    // As an empty folder on a disk.
    ['EMPTY_CLASS', 'empty'],
  ]);
  expect(warnings).toContainEqual(['PATH_ESCAPES', 'cat/./dot.txt']);
  expect(validation.warnings.concat(validation.errors).map(({ code }) => code)).not.toContain('NOT_AN_IMAGE');
});

test('a key with spaces, plus signs, percent signs and decomposed Hangul is read as it is spelled', async () => {
  const { validation, errors, warnings } = await problemsOf({
    'cat/a b+c%20d&e=f.png': await picture(70),
    [`${'고양이'.normalize('NFD')}/0.png`]: await picture(71),
    '고양이/1.png': await picture(72),
  });
  expect(errors).toEqual([]);
  expect(warnings).toContainEqual(['NAMES_MERGED', '고양이']);
  expect(validation.summary.classes).toContainEqual({ name: '고양이', count: 2 });
  expect(validation.summary.classes).toContainEqual({ name: 'cat', count: 4 });
});

test('a million keys would not be held: at most one page is asked for ahead of the one that is read', async () => {
  const many = new Map(
    Array.from({ length: 100 }, (_, index) => [
      `pets/cat/${String(index).padStart(3, '0')}.png`,
      Buffer.alloc(1),
    ]),
  );
  await using server = await openFakeS3(many, { pageSize: 10 });
  const source = await openS3Source('s3://lab/pets/', automatic, server.endpoint);
  server.asked.pages = 0;
  const paths: string[] = [];
  for await (const entry of source.entries()) {
    if (entry.kind !== 'file') continue;
    paths.push(entry.path);
    expect(server.asked.pages).toBeLessThanOrEqual(Math.floor((paths.length - 1) / 10) + 2);
  }
  expect(paths).toEqual([...many.keys()].map((key) => key.slice('pets/'.length)));
  expect(await source.count(() => undefined)).toBe(100);
});

test('what the server refuses is an error of its own name, with a hint, and without the credentials', async () => {
  const answers = [
    [404, 'NoSuchBucket', 'S3_SOURCE_NO_BUCKET'],
    [403, 'AccessDenied', 'S3_SOURCE_FORBIDDEN'],
    [301, 'PermanentRedirect', 'S3_SOURCE_REGION'],
    [400, 'AuthorizationHeaderMalformed', 'S3_SOURCE_REGION'],
    [400, 'ExpiredToken', 'S3_CREDENTIALS_EXPIRED'],
    [403, 'InvalidAccessKeyId', 'S3_REFUSED_CREDENTIALS'],
  ] as const;
  for (const [status, code, expected] of answers) {
    await using server = await openFakeS3(new Map(), { refuse: () => ({ status, code }) });
    const refused = await examine(server.endpoint).catch((error: unknown) => error);
    expect(refused, code).toMatchObject({ code: expected, hint: expect.stringMatching(/./) });
    expect(JSON.stringify(refused), code).not.toMatch(/THEACCESSKEY|the-secret-key/);
  }
});

test('an object that may be listed and not read ends the check by name; one in an archive class is a finding', async () => {
  const objects = below('pets/', await goodFiles());
  const refusing = (code: string) => ({
    refuse: (key: string) => (key === 'pets/cat/1.png' ? { status: 403, code } : null),
  });
  await using closed = await openFakeS3(objects, refusing('AccessDenied'));
  await expect(examine(closed.endpoint)).rejects.toMatchObject({
    code: 'S3_SOURCE_FORBIDDEN',
    message: /pets\/cat\/1\.png/,
  });
  await using frozen = await openFakeS3(objects, refusing('InvalidObjectState'));
  const { validation } = await examine(frozen.endpoint);
  expect(validation.errors).toMatchObject([
    { code: 'UNREADABLE_FILE', path: 'cat/1.png', message: /Glacier/ },
  ]);
  expect(validation.summary.images).toBe(5);
});

test('what is no prefix of images says so: nothing there, a bucket of the engine’s own, no place at all', async () => {
  await using server = await openFakeS3(
    new Map([
      ['photos.zip', Buffer.from('PK')],
      ['photos.zip.old', Buffer.from('PK')],
    ]),
  );
  const codeOf = (path: string) =>
    openS3Source(path, automatic, server.endpoint).then(
      () => 'opened',
      ({ code, message }: { code: string; message: string }) => {
        expect(message).not.toContain('secret');
        return code;
      },
    );
  expect(await codeOf('s3://lab/pets')).toBe('S3_SOURCE_EMPTY');
  expect(await codeOf('s3://lab/photos.zip')).toBe('S3_SOURCE_EMPTY');
  expect(await codeOf('s3://lab')).toBe('opened');
  for (const own of ['datasets', 'models', 'artifacts', 'snapshots'])
    expect(await codeOf(`s3://${own}/blobs`)).toBe('S3_SOURCE_OWN_BUCKET');
  const named = { ...automatic, s3: { endpoint: server.endpoint.endpoint, profile: null } };
  await expect(openS3Source('s3://models/x', named, server.endpoint)).rejects.toMatchObject({
    code: 'S3_SOURCE_OWN_BUCKET',
  });
  for (const wrong of ['s3://', 's3:///pets', 's3://key:secret@lab/pets', 's3://lab/a\u0000b'])
    expect(await codeOf(wrong), wrong).toBe('S3_SOURCE_INVALID');
});

test('the address of a server is refused where it holds more than an address, and nothing of it is repeated', async () => {
  for (const endpoint of [
    'https://key:secret@s3.example.com',
    'https://s3.example.com/?token=secret',
    'ftp://s3.example.com/secret',
  ]) {
    const refused = openS3Source('s3://lab/pets', { ...automatic, s3: { endpoint, profile: null } }, null);
    await expect(refused, endpoint).rejects.toMatchObject({
      code: 'S3_ENDPOINT_INVALID',
      message: expect.not.stringContaining('secret'),
    });
  }
});

const noOpenssl = withoutOpenssl();
if (noOpenssl !== null) console.info(`skipped: certificates of S3 servers: ${noOpenssl}`);

test.skipIf(noOpenssl !== null)(
  'a certificate that nobody trusts is named, and AWS_CA_BUNDLE makes it trusted',
  async () => {
    using tls = makeCertificates();
    await using server = await openFakeS3(below('pets/', await goodFiles()), { tls });
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv('AWS_ACCESS_KEY_ID', server.endpoint.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', server.endpoint.secretAccessKey);
    vi.stubEnv('AWS_CA_BUNDLE', '');
    const open = () => {
      const s3 = { endpoint: server.endpoint.endpoint, profile: null };
      return openS3Source('s3://lab/pets', { ...automatic, s3 }, null);
    };
    await expect(open()).rejects.toMatchObject({ code: 'S3_SOURCE_UNTRUSTED', hint: /AWS_CA_BUNDLE/ });
    vi.stubEnv('AWS_CA_BUNDLE', tls.caFile);
    expect(await (await open()).count(() => undefined)).toBe(6);
    vi.stubEnv('AWS_CA_BUNDLE', '/nowhere/ca.pem');
    await expect(open()).rejects.toMatchObject({ code: 'S3_CA_UNREADABLE' });
  },
);
