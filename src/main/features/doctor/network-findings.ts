import { type Entry, error, ok, text, warning } from './finding-entry.ts';

/** Ports, names, and the servers of the profile “external”. */
export const networkFindings = {
  PORT_OK: ok('A port on 127.0.0.1 can be had.', '127.0.0.1의 포트를 쓸 수 있습니다.'),
  PORT_UNBINDABLE: error(
    text('No port on 127.0.0.1 can be had.', '127.0.0.1의 포트를 쓸 수 없습니다.'),
    text(
      'Bring up the loopback interface (ip link set lo up), and allow local servers in the sandbox or firewall.',
      '루프백을 켜고(ip link set lo up), 샌드박스나 방화벽에서 로컬 서버를 허용하세요.',
    ),
    'sudo ip link set lo up',
  ),
  DNS_OK: ok('Names on the network are found.', '네트워크의 이름을 찾을 수 있습니다.'),
  DNS_OFFLINE: ok(
    'This machine is on no network: what is here already works, nothing can be fetched.',
    '네트워크에 연결되지 않았습니다. 이미 받은 것은 작동하고 새로 받을 수는 없습니다.',
  ),
  DNS_NAME_UNKNOWN: warning(
    text(
      'The name server answers, but does not know the registry’s name: images cannot be pulled.',
      '이름 서버가 응답하지만 레지스트리 이름을 몰라 이미지를 받을 수 없습니다.',
    ),
    text(
      'Allow the name in the name server, or bring the images by "docker load".',
      '이름 서버에서 허용하거나 "docker load"로 이미지를 옮기세요.',
    ),
  ),
  DNS_DEAD: warning(
    text(
      'No name server answers: images and packages cannot be fetched.',
      '이름 서버가 응답하지 않아 이미지와 패키지를 받을 수 없습니다.',
    ),
    text(
      'Check the network and the name servers named. What is here already works without.',
      '네트워크와 표시된 이름 서버를 확인하세요. 이미 받은 것은 그대로 작동합니다.',
    ),
  ),
  CONTAINER_DNS_OK: ok('Names are found inside containers too.', '컨테이너 안에서도 이름을 찾습니다.'),
  CONTAINER_DNS_DEAD: warning(
    text(
      'Names are found on this machine, but not inside containers.',
      '이 컴퓨터에서는 이름을 찾지만 컨테이너 안에서는 찾지 못합니다.',
    ),
    text(
      'Give Docker a name server that containers can reach ("dns" in /etc/docker/daemon.json), or let the firewall pass docker0.',
      '컨테이너가 닿는 이름 서버를 Docker에 주거나(/etc/docker/daemon.json의 "dns") 방화벽에서 docker0을 허용하세요.',
    ),
  ),
  ENDPOINTS_UNKNOWN: error(
    text(
      'The addresses of the servers of the profile “external” cannot be used.',
      '“external” 프로필의 서버 주소를 쓸 수 없습니다.',
    ),
    text('Give them anew (docs/profiles.md says how).', '다시 지정하세요(방법은 docs/profiles.md).'),
  ),
  ENDPOINT_OK: ok('The server answers.', '서버가 응답합니다.'),
  ENDPOINT_UNREACHABLE: error(
    text('The server cannot be reached.', '서버에 닿을 수 없습니다.'),
    text(
      'Check its address and port in the settings, whether it runs, and the firewall between.',
      '설정의 주소와 포트, 서버가 실행 중인지, 중간의 방화벽을 확인하세요.',
    ),
  ),
  ENDPOINT_SILENT: error(
    text('The server takes the connection and never answers.', '서버가 연결을 받고 응답하지 않습니다.'),
    text(
      'Look at the server: it hangs, or something else listens at its address.',
      '서버를 확인하세요. 멈췄거나 그 주소에서 다른 것이 듣고 있습니다.',
    ),
  ),
  ENDPOINT_REFUSED_CREDENTIALS: error(
    text('The server refuses the user or the password.', '서버가 사용자나 비밀번호를 거부합니다.'),
    text('Correct the credentials in the settings.', '설정의 사용자와 비밀번호를 고치세요.'),
  ),
  ENDPOINT_UNTRUSTED: error(
    text('The server’s certificate is not trusted.', '서버의 인증서를 믿을 수 없습니다.'),
    text(
      'Give the certificate of its authority in the settings (TLS, ca), or correct the server’s name.',
      '설정(TLS, ca)에 인증 기관의 인증서를 주거나 서버 이름을 고치세요.',
    ),
  ),
  ENDPOINT_FAILED: error(
    text('The server answers, but not as it should.', '서버가 응답하지만 올바르지 않습니다.'),
    text('See what it says, and its own log.', '서버의 말과 서버의 로그를 확인하세요.'),
  ),
} as const satisfies Record<string, Entry>;
