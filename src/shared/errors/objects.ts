import { badGateway, badRequest, conflict, entry, notFound, unavailable } from './entry.ts';

/** Errors of the object stores: files, and S3 servers. */
export const objectErrors = {
  INVALID_OBJECT_KEY: badRequest(
    "{key} can't be used as an object key",
    'Use one to eight segments of letters, digits, ".", "_" and "-", parted by "/".',
    '{key}{key|은|는} 객체의 키가 될 수 없습니다',
    '영문자, 숫자, ".", "_", "-"로 된 마디 1~8개를 "/"로 나누어 쓰세요.',
  ),
  OBJECT_NOT_FOUND: notFound(
    'The bucket "{bucket}" has no object "{key}"',
    'It was removed or never stored; import or train again what it belongs to.',
    '버킷 "{bucket}"에 객체 "{key}"{key|이|가} 없습니다',
    '지워졌거나 저장된 적이 없습니다. 해당하는 데이터셋을 다시 가져오거나 다시 학습하세요.',
  ),
  RANGE_NOT_SATISFIABLE: entry(
    416,
    'The range lies outside of "{key}" in "{bucket}", which has {size} bytes',
    'Ask for bytes from 0 to one less than the size.',
    '버킷 "{bucket}"의 객체 "{key}"{key|은|는} {size}바이트인데, 요청한 범위가 그 밖입니다',
    '0부터 크기보다 하나 작은 수까지의 바이트를 요청하세요.',
  ),
  OBJECT_STORE_LINK: conflict(
    'There is a link in the object store where none is allowed: {file}',
    'Remove the link from the state folder. Trainyard never makes one there.',
    '객체 저장소 안에 있어서는 안 되는 링크가 있습니다: {file}',
    '상태 폴더에서 그 링크를 지우세요. Trainyard는 거기에 링크를 만들지 않습니다.',
  ),
  OBJECT_KEY_CONFLICT: conflict(
    `"{key}" can't be stored in "{bucket}": a part of it is another object's key, or it is a part of one`,
    'Choose a key that neither begins with another nor is the beginning of one.',
    '"{key}"{key|을|를} "{bucket}"에 저장할 수 없습니다. 다른 객체의 키가 이 키의 앞부분이거나, 이 키가 다른 키의 앞부분입니다',
    '다른 키로 시작하지도, 다른 키의 시작이 되지도 않는 키를 고르세요.',
  ),
  S3_ENDPOINT_INVALID: badRequest(
    'The address of the S3 server is not one of the form http://host:port or https://host:port',
    'Correct it; the access key and its secret stand beside it, not in it.',
    'S3 서버의 주소가 http://호스트:포트나 https://호스트:포트 형식이 아닙니다',
    '주소를 고치세요. 액세스 키와 비밀 키는 주소에 넣지 말고 따로 씁니다.',
  ),
  S3_UNREACHABLE: unavailable(
    'No S3 server answers at {place} ({why})',
    'Start the server, or correct the host and port.',
    '{place}의 S3 서버가 응답하지 않습니다({why})',
    '서버를 시작하거나 호스트와 포트를 고치세요.',
  ),
  S3_UNTRUSTED: badGateway(
    'The certificate of the S3 server at {place} is not trusted ({system})',
    'Give the certificate of the authority that signed it, or correct the host’s name.',
    '{place}에 있는 S3 서버의 인증서를 신뢰할 수 없습니다({system})',
    '인증서에 서명한 기관의 인증서를 지정하거나 호스트 이름을 고치세요.',
  ),
  S3_TLS: badGateway(
    'The encrypted connection to the S3 server at {place} fails ({system})',
    'Write http:// where the server has no TLS, and give a client certificate where it wants one.',
    '{place}의 S3 서버와 암호화해서 연결하지 못했습니다({system})',
    '서버가 TLS를 쓰지 않으면 http://로 쓰고, 클라이언트 인증서가 필요한 서버라면 인증서를 지정하세요.',
  ),
  S3_REFUSED_CREDENTIALS: badGateway(
    'The S3 server at {place} does not accept the access key ({answer})',
    'Correct the access key and its secret.',
    '{place}의 S3 서버가 액세스 키를 받아들이지 않습니다({answer})',
    '액세스 키와 비밀 키를 고치세요.',
  ),
  S3_FORBIDDEN: badGateway(
    'The S3 server at {place} forbids what was asked{where} ({answer})',
    'Let the access key list, read, write and remove in the buckets.',
    '{place}의 S3 서버가 요청을 허락하지 않습니다{where}({answer})',
    '액세스 키에 버킷의 목록 보기, 읽기, 쓰기, 지우기 권한을 주세요.',
  ),
  S3_CLOCK_SKEW: badGateway(
    'The clocks of this machine and of the S3 server at {place} differ too much',
    'Set both by NTP.',
    '이 컴퓨터와 {place}에 있는 S3 서버의 시계가 너무 다릅니다',
    '두 쪽 모두 NTP로 시각을 맞추세요.',
  ),
  S3_REGION: badGateway(
    'The S3 server at {place} serves another region than "{region}"{where}',
    'Correct the region, or the address.',
    '{place}에 있는 S3 서버의 리전은 "{region}"{region|이|가} 아닙니다{where}',
    '리전이나 주소를 고치세요.',
  ),
  S3_BUCKET_MISSING: notFound(
    'The S3 server at {place} has no bucket "{bucket}"',
    'Look at its name, or make it on that server. Those of the stores an engine makes when it starts.',
    '{place}의 S3 서버에 버킷 "{bucket}"{bucket|이|가} 없습니다',
    '이름을 확인하거나 그 서버에 버킷을 만드세요. 저장소가 쓰는 버킷은 엔진이 시작할 때 만듭니다.',
  ),
  S3_BUCKET_TAKEN: conflict(
    'The bucket "{bucket}" of the S3 server at {place} is closed to this access key',
    'Give the key the right to it, or choose a prefix for the buckets’ names that nobody else has.',
    '{place}의 S3 서버에 있는 버킷 "{bucket}"{bucket|을|를} 이 액세스 키로 쓸 수 없습니다',
    '키에 버킷의 권한을 주거나, 아무도 쓰지 않는 버킷 이름 앞머리(prefix)를 고르세요.',
  ),
  S3_BUCKET_PUBLIC: conflict(
    'Everybody can read the bucket "{bucket}" of the S3 server at {place}, and Trainyard cannot change that',
    'Make the bucket private on the server, or switch anonymous access off there.',
    '{place}의 S3 서버에 있는 버킷 "{bucket}"{bucket|을|를} 누구나 읽을 수 있고, 여기서는 막을 수 없습니다',
    '서버에서 버킷을 비공개로 바꾸거나 익명 접근을 끄세요.',
  ),
  S3_FULL: entry(
    507,
    'The S3 server at {place} has no room left{where}',
    'Make room there and try again.',
    '{place}의 S3 서버에 공간이 없습니다{where}',
    '공간을 비우고 다시 시도하세요.',
  ),
  S3_UNAVAILABLE: unavailable(
    'The S3 server at {place} cannot answer now ({status} {answer})',
    'Wait a moment, or see its log.',
    '{place}의 S3 서버가 지금은 답할 수 없습니다({status} {answer})',
    '잠시 기다리거나 서버의 로그를 보세요.',
  ),
  S3_FAILED: badGateway(
    'The S3 server at {place} answered {status} {answer}{where}: {cause}',
    'Check that the address is an S3 server’s.',
    '{place}의 S3 서버가 오류로 답했습니다{where}: {status} {answer}, {cause}',
    '주소가 S3 서버의 것인지 확인하세요.',
  ),
  S3_OBJECT_REPLACED: conflict(
    'The object "{key}" in "{bucket}" was replaced while it was being read',
    'Read it again.',
    '버킷 "{bucket}"의 객체 "{key}"{key|이|가} 읽는 동안 바뀌었습니다',
    '다시 읽으세요.',
  ),
  S3_OBJECT_DAMAGED: conflict(
    'The object "{key}" in "{bucket}" does not match its name (a hash)',
    'It was overwritten, or the server’s disk is faulty. Remove it there and import the dataset again.',
    '버킷 "{bucket}"에 있는 객체 "{key}"의 내용이 이름(해시)과 다릅니다',
    '누군가 덮어썼거나 서버의 디스크에 문제가 있습니다. 서버에서 그 객체를 지우고 데이터셋을 다시 가져오세요.',
  ),
  LINK_IMPOSSIBLE: badRequest(
    "{file} can't be linked: {cause}",
    'Import with mode "copy", or with "in_place", which leaves the files where they are.',
    '{file}{file|을|를} 링크할 수 없습니다. {cause}',
    '복사("copy") 방식이나 파일을 그 자리에 두는 제자리("in_place") 방식으로 가져오세요.',
  ),
};
