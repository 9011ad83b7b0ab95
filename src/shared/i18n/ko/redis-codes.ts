/** Redis와 그 대기열에서 생기는 문제. */
export const redisCodes = {
  REDIS_URL_INVALID: {
    message: 'Redis 주소를 쓸 수 없습니다',
    hint: 'redis://user:password@host:port/database 꼴로, TLS라면 rediss://로 적으세요.',
  },
  REDIS_UNREACHABLE: {
    message: 'Redis가 응답하지 않습니다',
    hint: '서버를 시작하거나 호스트와 포트를 고치세요.',
  },
  REDIS_REFUSED_CREDENTIALS: {
    message: 'Redis가 사용자나 비밀번호를 거부했거나, 이 사용자에게 명령 권한이 없습니다',
    hint: 'URL의 사용자와 비밀번호를 고치거나, 쓰이는 명령과 키와 채널의 권한을 주세요(`ACL SETUSER`).',
  },
  REDIS_UNTRUSTED: {
    message: 'Redis로의 암호화 연결을 믿을 수 없습니다',
    hint: '발급 기관의 인증서와 인증서에 적힌 이름을 지정하세요. 서버에 TLS가 없다면 redis://를 쓰세요.',
  },
  REDIS_REFUSED: {
    message: 'Redis가 명령을 거부했습니다',
    hint: '서버의 로그를 보세요. 메모리가 모자라거나, 디스크에 쓰지 못하거나, 읽기 전용 복제본일 수 있습니다.',
  },
  QUEUE_MESSAGE_UNREADABLE: {
    message: '대기열에 읽을 수 없는 메시지가 있습니다',
    hint: 'Celery 작업은 json 직렬화로, 압축 없이 보내세요. 아무도 쓰지 않는다면 직접 지우세요(`LRANGE`, `LREM`).',
  },
};
