import { expect, test } from 'vitest';
import { dataVersion, isUnreadable } from '../../src/main/stack/image-versions.ts';

const image = (environment: Record<string, string>) => ({ id: 'sha256:0', digests: [], environment });

test('what a server writes its data as is what its image says, and else what the tag of an official one does', () => {
  expect(dataVersion('postgres', 'mirror/pg:latest', image({ PG_MAJOR: '18' }))).toBe('18');
  expect(dataVersion('postgres', 'postgres:18.1-alpine', null)).toBe('18');
  expect(dataVersion('mongo', 'docker.io/library/mongo:8.0', null)).toBe('8.0');
  expect(dataVersion('postgres', 'mirror/pg:18', null)).toBeNull();
  expect(dataVersion('s3', 'minio:2', image({ PG_MAJOR: '18' }))).toBeNull();
});

test.each([
  ['postgres', '17', '18', true],
  ['postgres', '18', '17', true],
  ['postgres', '17', '17', false],
  ['mongo', '8.0', '8.2', true],
  ['mongo', '8.0', '8.0', false],
  ['redis', '8.0.2', '7.4.1', true],
  ['redis', '7.4.1', '8.0.2', false],
  ['postgres', null, '18', false],
] as const)('a volume of %s %s is given to %s: unreadable is %s', (service, from, to, unreadable) => {
  expect(isUnreadable(service, from, to)).toBe(unreadable);
});
