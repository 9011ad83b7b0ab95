/** MongoDB의 문제. */
export const mongoCodes = {
  MONGO_URL_INVALID: {
    message: 'MongoDB URL이 올바르지 않습니다',
    hint: 'mongodb://사용자:비밀번호@호스트:27017/데이터베이스 형식으로 쓰세요(비밀번호의 특수 문자는 퍼센트 인코딩).',
  },
  MONGO_UNREACHABLE: {
    message: 'MongoDB에 연결할 수 없습니다',
    hint: '서버를 시작하고, 호스트와 포트를 확인하세요.',
  },
  MONGO_REFUSED_CREDENTIALS: {
    message: 'MongoDB가 사용자나 비밀번호를 거부했거나, 사용자에게 이 데이터베이스의 권한이 없습니다',
    hint: 'URL의 사용자, 비밀번호, authSource를 고치거나, 사용자에게 데이터베이스의 readWrite와 dbAdmin 역할을 주세요.',
  },
  MONGO_UNTRUSTED: {
    message: 'MongoDB와의 암호화 연결을 믿을 수 없습니다',
    hint: '인증 기관의 인증서와 인증서에 적힌 이름을 지정하세요. 서버가 TLS를 쓰지 않는다면 URL에서 TLS를 빼세요.',
  },
};
