import { badGateway, badRequest, conflict, notFound } from './entry.ts';

/** Errors of datasets that lie in a bucket. */
export const s3SourceErrors = {
  S3_SOURCE_INVALID: badRequest(
    'This is no place in a bucket: {why}',
    'Write s3://bucket/prefix, with nothing else in it; keys and secrets stand in the environment or the AWS files.',
    '버킷 안의 위치가 아닙니다. {why}',
    's3://버킷/접두사로만 쓰세요. 키와 비밀 값은 환경 변수나 AWS 파일에 둡니다.',
    'path',
  ),
  S3_SOURCE_OWN_BUCKET: conflict(
    'The bucket "{bucket}" is one of Trainyard’s own, and no dataset is read from it',
    'Put the dataset into another bucket of the server.',
    '"{bucket}" 버킷은 Trainyard가 쓰는 것이라 데이터셋을 읽을 수 없습니다',
    '데이터셋을 서버의 다른 버킷에 두세요.',
    'path',
  ),
  S3_SOURCE_EMPTY: notFound(
    'The bucket "{bucket}" of the S3 server at {place} has nothing below "{prefix}"',
    'Check the prefix, or the name of the archive, upper and lower case too; its last part is whole, as a folder’s name.',
    '{place}의 S3 서버에 있는 "{bucket}" 버킷의 "{prefix}" 아래에 아무것도 없습니다',
    '접두사나 압축 파일 이름을 대소문자까지 확인하세요. 마지막 마디는 폴더 이름처럼 온전해야 합니다.',
    'path',
  ),
  S3_SOURCE_NEEDS_COPY: badRequest(
    'The mode "{mode}" leaves files where they are, but {path} is on an S3 server',
    'Import it with mode "copy".',
    '"{mode}" 방식은 파일을 제자리에 두는데, {path}{path|은|는} S3 서버에 있습니다',
    '복사(mode "copy")로 가져오세요.',
    'mode',
  ),
  S3_SOURCE_NO_BUCKET: notFound(
    'The S3 server at {place} has no bucket "{bucket}"',
    'Check the name. A bucket of another server needs [cli:--s3-endpoint or --s3-profile][page:the field “S3 server” or “AWS profile”].',
    '{place}의 S3 서버에 버킷 "{bucket}"{bucket|이|가} 없습니다',
    '이름을 확인하세요. 다른 서버의 버킷이라면 [cli:--s3-endpoint나 --s3-profile로][page:“S3 서버”나 “AWS 프로필”에서] 서버를 지정하세요.',
    'path',
  ),
  S3_SOURCE_FORBIDDEN: badGateway(
    'The S3 server at {place} lets this access key not read "{key}" in the bucket "{bucket}" ({answer})',
    'Give the key the rights s3:ListBucket and s3:GetObject there, or use a profile that has them ([cli:--s3-profile][page:“AWS profile”]).',
    '{place}의 S3 서버가 이 액세스 키로 "{bucket}" 버킷의 "{key}"{key|을|를} 읽지 못하게 합니다({answer})',
    '키에 s3:ListBucket, s3:GetObject 권한을 주거나 권한이 있는 프로필([cli:--s3-profile][page:“AWS 프로필”])을 쓰세요.',
    'path',
  ),
  S3_SOURCE_REGION: badGateway(
    'The bucket "{bucket}" of the S3 server at {place} is not in the region "{region}"',
    'Set AWS_REGION, or the region of the AWS profile, to the bucket’s.',
    '{place}의 S3 서버에 있는 "{bucket}" 버킷의 리전은 "{region}"{region|이|가} 아닙니다',
    'AWS_REGION이나 AWS 프로필의 리전을 버킷의 리전으로 바꾸세요.',
    'path',
  ),
  S3_SOURCE_UNTRUSTED: badGateway(
    'The certificate of the S3 server at {place} is not trusted ({system})',
    'Give the engine the certificate of the authority that signed it by AWS_CA_BUNDLE, or correct the host’s name.',
    '{place}에 있는 S3 서버의 인증서를 신뢰할 수 없습니다({system})',
    '인증서에 서명한 기관의 인증서를 AWS_CA_BUNDLE로 엔진에 알려 주거나 호스트 이름을 고치세요.',
    'path',
  ),
  S3_CREDENTIALS_MISSING: badGateway(
    'No AWS credentials were found{where}',
    'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY for the engine, or run "aws configure" and name its profile ([cli:--s3-profile][page:“AWS profile”]).',
    'AWS 자격 증명을 찾지 못했습니다{where}',
    '엔진의 환경 변수 AWS_ACCESS_KEY_ID와 AWS_SECRET_ACCESS_KEY를 설정하거나, "aws configure"를 실행하고 그 프로필을 지정하세요([cli:--s3-profile][page:“AWS 프로필”]).',
    'path',
  ),
  S3_CREDENTIALS_EXPIRED: badGateway(
    'The AWS credentials have expired{where}',
    'Sign in again ("aws sso login", say), or renew the temporary key, and start again.',
    'AWS 자격 증명이 만료되었습니다{where}',
    '다시 로그인하거나("aws sso login" 등) 임시 키를 새로 받은 뒤 다시 시작하세요.',
    'path',
  ),
  S3_CA_UNREADABLE: badRequest(
    'The certificates that AWS_CA_BUNDLE names can’t be read: {file}',
    'Correct the path, or clear the variable to trust the system’s certificates.',
    'AWS_CA_BUNDLE이 가리키는 인증서를 읽을 수 없습니다: {file}',
    '경로를 고치거나, 시스템의 인증서를 쓰려면 변수를 비우세요.',
  ),
};
