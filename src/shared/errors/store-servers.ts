import { badGateway, badRequest, entry, unavailable } from './entry.ts';

/** Errors of the servers that keep documents, caches and queues, and of Temporal. */
export const storeServerErrors = {
  MONGO_URL_INVALID: badRequest(
    'The MongoDB URL is not valid',
    'Write it as mongodb://user:password@host:27017/database, with %-escapes for special characters in the password.',
    'MongoDB URL이 올바르지 않습니다',
    'mongodb://사용자:비밀번호@호스트:27017/데이터베이스 형식으로 쓰세요(비밀번호의 특수 문자는 퍼센트 인코딩).',
  ),
  MONGO_UNREACHABLE: unavailable(
    'No MongoDB answers at {place}{why}',
    'Start the server, or correct the host and port.',
    '{place}의 MongoDB에 연결할 수 없습니다{why}',
    '서버를 시작하거나 호스트와 포트를 고치세요.',
  ),
  MONGO_REFUSED_CREDENTIALS: entry(
    401,
    'MongoDB at {place} refuses the user or the password, or the user may not use this database',
    'Correct the user, the password and authSource in the URL, or grant the user the roles readWrite and dbAdmin on the database.',
    '{place}의 MongoDB가 사용자나 비밀번호를 거부했거나, 사용자에게 이 데이터베이스의 권한이 없습니다',
    'URL의 사용자, 비밀번호, authSource를 고치거나, 사용자에게 데이터베이스의 readWrite와 dbAdmin 역할을 주세요.',
  ),
  MONGO_UNTRUSTED: badGateway(
    'The encrypted connection to MongoDB at {place} is not trusted ({system})',
    'Give the certificate of its authority, and the name that its certificate carries; or use a URL without TLS where it has none.',
    '{place}의 MongoDB와의 암호화 연결을 믿을 수 없습니다({system})',
    '인증 기관의 인증서와 인증서에 적힌 이름을 지정하세요. 서버가 TLS를 쓰지 않는다면 URL에서 TLS를 빼세요.',
  ),
  REDIS_URL_INVALID: badRequest(
    'The address of Redis cannot be used: {reason}',
    'Give redis://user:password@host:port/database, or rediss://… for TLS.',
    'Redis 주소를 쓸 수 없습니다: {reason}',
    'redis://사용자:비밀번호@호스트:포트/데이터베이스 형식으로, TLS라면 rediss://로 쓰세요.',
  ),
  REDIS_UNREACHABLE: unavailable(
    'No Redis answers at {place}{why}',
    'Start the server, or correct the host and port.',
    '{place}의 Redis가 응답하지 않습니다{why}',
    '서버를 시작하거나 호스트와 포트를 고치세요.',
  ),
  REDIS_REFUSED_CREDENTIALS: entry(
    401,
    'Redis at {place} refuses the user or the password, or the user may not run this command',
    'Correct the user and the password in the URL, or grant the user every command, key and channel that is used (`ACL SETUSER`).',
    '{place}의 Redis가 사용자나 비밀번호를 거부했거나, 사용자에게 이 명령의 권한이 없습니다',
    'URL의 사용자와 비밀번호를 고치거나, 쓰이는 명령과 키와 채널의 권한을 주세요(`ACL SETUSER`).',
  ),
  REDIS_UNTRUSTED: badGateway(
    'The encrypted connection to Redis at {place} is not trusted ({system})',
    'Give the certificate of its authority, and the name that its certificate carries; or use redis:// where it has no TLS.',
    '{place}의 Redis와의 암호화 연결을 믿을 수 없습니다({system})',
    '인증 기관의 인증서와 인증서에 적힌 이름을 지정하세요. 서버에 TLS가 없다면 redis://를 쓰세요.',
  ),
  REDIS_REFUSED: badGateway(
    'Redis at {place} refuses a command: {answer}',
    "See the server's log: it may be out of memory, unable to write to its disk, or a replica that only reads.",
    '{place}의 Redis가 명령을 거부했습니다: {answer}',
    '서버의 로그를 보세요. 메모리가 모자라거나, 디스크에 쓰지 못하거나, 읽기 전용 복제본일 수 있습니다.',
  ),
  QUEUE_MESSAGE_UNREADABLE: badRequest(
    'The message {tag} in {queue} is not a JSON task of Celery’s protocol 2. It is left for others to read',
    'Send tasks with the serializer json and without compression. If nobody needs the message, remove it yourself (`LRANGE`, `LREM`).',
    '대기열 {queue}의 메시지 {tag}{tag|은|는} Celery 프로토콜 2의 JSON 작업이 아닙니다. 읽을 수 있는 쪽에 남겨 둡니다',
    'Celery 작업은 json 직렬화로, 압축 없이 보내세요. 아무도 쓰지 않는다면 직접 지우세요(`LRANGE`, `LREM`).',
  ),
  MESSAGING_UNREACHABLE: unavailable(
    'No connection to the database listens for messages',
    'Check that PostgreSQL runs and accepts more connections (`trainyard doctor`).',
    '데이터베이스의 알림을 듣는 연결이 없습니다',
    'PostgreSQL이 실행 중인지, 연결을 더 받는지 확인하세요(`trainyard doctor`).',
  ),
  TEMPORAL_UNREACHABLE: unavailable(
    'The Temporal at {address} does not answer: {cause}',
    'Start it (`trainyard stack up temporal` for the local one), or correct its address. Runs continue without it.',
    '{address}의 Temporal이 응답하지 않습니다: {cause}',
    'Temporal을 시작하거나(이 컴퓨터라면 `trainyard stack up temporal`) 주소를 고치세요. 그동안에도 학습은 계속됩니다.',
  ),
  TEMPORAL_REFUSED_CREDENTIALS: unavailable(
    'The Temporal at {address} does not let us use the namespace "{namespace}"',
    'Correct the API key or the client certificate, or have the namespace opened for it.',
    '{address}의 Temporal이 네임스페이스 "{namespace}"의 사용을 거부했습니다',
    'API 키나 클라이언트 인증서를 고치거나, 네임스페이스 사용 권한을 받으세요.',
  ),
  TEMPORAL_UNTRUSTED: unavailable(
    'The certificate of the Temporal at {address} is not trusted: {cause}',
    '{hint}',
    '{address}에 있는 Temporal의 인증서를 신뢰할 수 없습니다: {cause}',
    'TLS 설정을 고치세요. {hint}',
  ),
  TEMPORAL_NAMESPACE_MISSING: unavailable(
    'The Temporal at {address} has no namespace "{namespace}"',
    'Make it (`temporal operator namespace create`, or `trainyard stack up` for the local one), or name another.',
    '{address}의 Temporal에 네임스페이스 "{namespace}"{namespace|이|가} 없습니다',
    '네임스페이스를 만들거나(`temporal operator namespace create`, 이 컴퓨터라면 `trainyard stack up`) 다른 이름을 지정하세요.',
  ),
  TEMPORAL_FAILED: unavailable(
    'Temporal at {address} cannot be used: {cause}',
    'See the engine’s log. Runs continue without it.',
    '{address}의 Temporal을 사용할 수 없습니다: {cause}',
    '엔진 로그를 확인하세요. 그동안에도 학습은 계속됩니다.',
  ),
  /** A server of a profile that was asked and failed with an error of nobody's. */
  STORE_FAILED: unavailable(
    'It fails with an unknown error',
    'See the server’s log.',
    '저장소가 제대로 답하지 않습니다',
    '그 서버의 로그를 확인하세요.',
  ),
};
