import { badGateway, badRequest, entry, notFound, unavailable } from './entry.ts';

const another = 'Open a new link: "npm start" and "trainyard open" print one.';
const anotherKo = '새 링크를 여세요. "npm start"와 "trainyard open"이 링크를 출력합니다.';

/** What the server refuses before a request reaches the contract: who asks, and in what form. */
export const serverErrors = {
  UNAUTHORIZED: entry(
    401,
    'This engine answers only to those with its token',
    'Open the link that "npm start" or "trainyard open" prints, or send the token of engine.json as "Authorization: Bearer …".',
    '이 엔진은 토큰을 아는 쪽에만 답합니다',
    '"npm start"나 "trainyard open"이 출력하는 링크를 열거나, engine.json의 토큰을 "Authorization: Bearer …"로 보내세요.',
  ),
  TICKET_USED: entry(
    401,
    'The link was used already, or is older than ten minutes',
    another,
    '이미 사용했거나 10분이 지난 링크입니다',
    anotherKo,
  ),
  PAGE_UNKNOWN: entry(
    401,
    'This engine does not know this browser',
    another,
    '엔진이 이 브라우저를 모릅니다',
    anotherKo,
  ),
  SIGN_IN_INVALID: badRequest(
    'This is not a sign-in request',
    'Update the client.',
    '로그인 요청이 아닙니다',
    '클라이언트를 최신 버전으로 바꾸세요.',
  ),
  ENGINE_NOT_PROVEN: badGateway(
    'The server at the engine’s address could not prove that it is this state folder’s engine',
    'Another program may have taken its port. See what listens there, and start the engine with "trainyard serve --port 0".',
    '엔진 주소의 서버가 이 상태 폴더의 엔진임을 증명하지 못했습니다',
    '다른 프로그램이 그 포트를 쓰고 있을 수 있습니다. 무엇이 쓰는지 확인하고 "trainyard serve --port 0"으로 엔진을 시작하세요.',
  ),
  FOREIGN_REQUEST: entry(
    403,
    'This engine does not serve {trait}',
    'Use its own address, http://127.0.0.1 with its port; over a network by an SSH tunnel (docs/remote.md).',
    '이 엔진은 {trait}에서 온 요청을 받지 않습니다',
    '엔진의 주소인 http://127.0.0.1과 포트로 여세요. 다른 컴퓨터에서는 SSH 터널을 쓰세요(docs/remote.md).',
  ),
  NOT_FOUND: notFound(
    'There is no {what}',
    'Look it up in {where}.',
    '{what}{what|을|를} 찾을 수 없습니다',
    '{where}에서 확인하세요.',
  ),
  METHOD_NOT_ALLOWED: entry(
    405,
    'The address {address} takes {methods}, not {method}',
    'Use one that it takes; /api/v1/openapi.json says what each does.',
    '주소 {address}에는 {methods}만 쓸 수 있고 {method}{method|은|는} 쓸 수 없습니다',
    '쓸 수 있는 메서드를 쓰세요. 하는 일은 /api/v1/openapi.json에 있습니다.',
  ),
  MALFORMED_REQUEST: badRequest(
    'The request could not be read: {fault}',
    'Send JSON in UTF-8 over HTTP/1.1 with the content type application/json, as /api/v1/openapi.json has it.',
    '요청을 읽을 수 없습니다({fault})',
    '/api/v1/openapi.json에 있는 대로 JSON을 UTF-8, 콘텐츠 형식 application/json으로 HTTP/1.1로 보내세요.',
  ),
  MEDIA_TYPE_UNSUPPORTED: entry(
    415,
    'The content type of the body is not supported',
    'Send JSON as application/json.',
    '본문의 콘텐츠 형식을 처리할 수 없습니다',
    'JSON을 application/json으로 보내세요.',
  ),
  BODY_TOO_LARGE: entry(
    413,
    'The body is larger than 4 MiB',
    'Send less at once; files go to /files/uploads.',
    '본문이 4 MiB보다 큽니다',
    '나누어 보내세요. 파일은 /files/uploads로 올립니다.',
  ),
  ADDRESS_INVALID: badRequest(
    'The address has an escape that is not UTF-8',
    'Write special characters as encodeURIComponent does.',
    '주소에 UTF-8이 아닌 문자 표기가 있습니다',
    '특수 문자는 encodeURIComponent 방식으로 쓰세요.',
  ),
  HEADERS_TOO_LARGE: entry(
    431,
    'The headers are larger than 16 KiB',
    'Send fewer or shorter headers; a browser may have collected cookies of other servers of this machine.',
    '요청 헤더가 16 KiB보다 큽니다',
    '헤더를 줄이세요. 브라우저에 이 컴퓨터의 다른 서버가 남긴 쿠키가 쌓였을 수 있습니다.',
  ),
  HEADER_REPEATED: badRequest(
    'The header {name} is repeated',
    'Send it once.',
    '{name} 헤더가 두 번 들어 있습니다',
    '한 번만 보내세요.',
  ),
  EXPECTATION_FAILED: entry(
    417,
    'The header Expect asks for something that is not supported',
    'Leave it out; only "100-continue" is supported.',
    'Expect 헤더가 요구하는 것을 처리할 수 없습니다',
    '헤더를 빼세요. "100-continue"만 처리합니다.',
    'Expect',
  ),
  REQUEST_TIMEOUT: entry(
    408,
    'The request did not arrive in time',
    'Send the headers within ten seconds.',
    '요청이 제때 도착하지 않았습니다',
    '헤더를 10초 안에 보내세요.',
  ),
  UPGRADE_INVALID: badRequest(
    'This is not a WebSocket handshake',
    'Use a WebSocket client.',
    'WebSocket 연결 요청이 올바르지 않습니다',
    'WebSocket 클라이언트로 연결하세요.',
  ),
  TOO_MANY_CONNECTIONS: unavailable(
    'This engine has too many open connections',
    'Close pages and programs that are connected to it.',
    '엔진에 열린 연결이 너무 많습니다',
    '엔진에 연결된 페이지와 프로그램을 닫으세요.',
  ),
  TOO_MANY_REQUESTS: entry(
    429,
    'Too many requests of this connection are under way',
    'Wait for answers before you send more.',
    '한 연결에서 진행 중인 요청이 너무 많습니다',
    '답을 받은 뒤에 다시 요청하세요.',
  ),
  UI_NOT_BUILT: notFound(
    'The UI is not built: {file} cannot be read ({cause})',
    'Run "npm run build", and start the engine again. Commands and the API work without it.',
    '화면이 빌드되어 있지 않습니다. {file}{file|을|를} 읽을 수 없습니다({cause})',
    '"npm run build"를 실행하고 엔진을 다시 시작하세요. 명령과 API는 화면 없이도 작동합니다.',
  ),
};
