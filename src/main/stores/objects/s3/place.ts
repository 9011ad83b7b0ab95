import { fault } from '../../../../shared/errors/catalogue.ts';

const form = /^s3:\/\/([^/]*)(?:\/(.*))?$/s;
const bucketName = /^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/;

/** The parts of `s3://bucket/key`. @throws TrainyardError S3_SOURCE_INVALID, without the text: somebody may have written a secret into it */
export function parsePlace(text: string): { readonly bucket: string; readonly key: string } {
  const [, bucket = '', key = ''] = form.exec(text) ?? [];
  if (!bucketName.test(bucket)) {
    const why = {
      en: 'a bucket’s name has letters, digits, dots and hyphens',
      ko: '버킷 이름은 영문자, 숫자, 점, 하이픈으로 이루어집니다',
    };
    throw fault('S3_SOURCE_INVALID', { why });
  }
  if (/[\p{Cc}\p{Cs}]/u.test(key)) {
    const why = { en: 'the prefix has control characters', ko: '접두사에 제어 문자가 있습니다' };
    throw fault('S3_SOURCE_INVALID', { why });
  }
  return { bucket, key };
}

/** The bucket and the prefix of `s3://bucket/prefix`; the prefix is empty or ends with `/`. @throws TrainyardError S3_SOURCE_INVALID */
export function bucketOf(text: string): { readonly bucket: string; readonly prefix: string } {
  const { bucket, key } = parsePlace(text);
  return { bucket, prefix: key === '' || key.endsWith('/') ? key : `${key}/` };
}
