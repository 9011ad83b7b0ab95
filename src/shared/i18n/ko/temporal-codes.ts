/** Temporal과의 연결 문제. 그동안 학습은 엔진이 직접 이어 갑니다. */
export const temporalCodes = {
  TEMPORAL_UNREACHABLE: {
    message: 'Temporal이 응답하지 않습니다',
    hint: 'Temporal을 시작하거나("trainyard stack up temporal") 주소를 고치세요. 그동안에도 학습은 계속됩니다.',
  },
  TEMPORAL_REFUSED_CREDENTIALS: {
    message: 'Temporal이 접속 권한을 거부했습니다',
    hint: 'API 키나 클라이언트 인증서를 고치거나, 네임스페이스 사용 권한을 받으세요.',
  },
  TEMPORAL_UNTRUSTED: {
    message: 'Temporal의 인증서를 신뢰할 수 없습니다',
    hint: '서명한 인증 기관의 인증서와, 인증서에 적힌 이름을 지정하세요.',
  },
  TEMPORAL_NAMESPACE_MISSING: {
    message: 'Temporal에 그 네임스페이스가 없습니다',
    hint: '네임스페이스를 만들거나("trainyard stack up") 다른 이름을 지정하세요.',
  },
  TEMPORAL_FAILED: {
    message: 'Temporal을 사용할 수 없습니다',
    hint: '엔진 로그를 확인하세요. 그동안에도 학습은 계속됩니다.',
  },
};
