/** S3 서버와 객체의 문제. */
export const s3Codes = {
  S3_ENDPOINT_INVALID: {
    message: 'S3 서버의 주소가 올바르지 않습니다',
    hint: 'http://호스트:포트 또는 https://호스트:포트 형식으로 쓰세요. 액세스 키와 비밀 키는 주소에 넣지 말고 따로 씁니다.',
  },
  S3_UNREACHABLE: {
    message: 'S3 서버가 응답하지 않습니다',
    hint: '서버를 시작하고, 호스트와 포트를 확인하세요.',
  },
  S3_UNTRUSTED: {
    message: 'S3 서버의 인증서를 신뢰할 수 없습니다',
    hint: '인증서에 서명한 기관의 인증서를 지정하거나 호스트 이름을 고치세요.',
  },
  S3_TLS: {
    message: 'S3 서버와의 암호화 연결에 실패했습니다',
    hint: '서버가 TLS를 쓰지 않으면 http://로 쓰고, 클라이언트 인증서가 필요한 서버라면 그것을 지정하세요.',
  },
  S3_REFUSED_CREDENTIALS: {
    message: 'S3 서버가 액세스 키를 받아들이지 않습니다',
    hint: '액세스 키와 비밀 키를 고치세요.',
  },
  S3_FORBIDDEN: {
    message: 'S3 서버가 요청을 허락하지 않습니다',
    hint: '액세스 키에 버킷의 목록 보기, 읽기, 쓰기, 지우기 권한을 주세요.',
  },
  S3_CLOCK_SKEW: {
    message: '이 컴퓨터와 S3 서버의 시계가 너무 다릅니다',
    hint: '두 쪽 모두 NTP로 시각을 맞추세요.',
  },
  S3_REGION: { message: 'S3 서버의 리전이 다릅니다', hint: '리전이나 주소를 고치세요.' },
  S3_BUCKET_MISSING: {
    message: 'S3 서버에 버킷이 없습니다',
    hint: '엔진을 다시 시작하면 버킷을 만듭니다. 직접 만들어도 됩니다.',
  },
  S3_BUCKET_TAKEN: {
    message: '버킷을 이 액세스 키로 쓸 수 없습니다',
    hint: '키에 버킷의 권한을 주거나, 아무도 쓰지 않는 버킷 이름 앞머리(prefix)를 고르세요.',
  },
  S3_BUCKET_PUBLIC: {
    message: '누구나 버킷을 읽을 수 있고, 여기서는 막을 수 없습니다',
    hint: '서버에서 버킷을 비공개로 바꾸거나 익명 접근을 끄세요.',
  },
  S3_FULL: { message: 'S3 서버에 공간이 없습니다', hint: '공간을 비우고 다시 시도하세요.' },
  S3_UNAVAILABLE: {
    message: 'S3 서버가 지금은 답할 수 없습니다',
    hint: '잠시 기다리거나 서버의 로그를 보세요.',
  },
  S3_FAILED: { message: 'S3 서버가 오류로 답했습니다', hint: '주소가 S3 서버의 것인지 확인하세요.' },
  S3_OBJECT_REPLACED: { message: '읽는 동안 객체가 바뀌었습니다', hint: '다시 읽으세요.' },
  S3_OBJECT_DAMAGED: {
    message: '객체의 내용이 이름(해시)과 다릅니다',
    hint: '누군가 덮어썼거나 서버의 디스크에 문제가 있습니다. 서버에서 그 객체를 지우고 데이터셋을 다시 가져오세요.',
  },
} as const;
