import type { Messages } from '../messages.ts';

type Part = Pick<
  Messages,
  | 'common'
  | 'nav'
  | 'shell'
  | 'theme'
  | 'connection'
  | 'disk'
  | 'shortcuts'
  | 'palette'
  | 'unauthorized'
  | 'notFound'
  | 'gone'
  | 'refused'
  | 'outdated'
  | 'problems'
  | 'system'
>;

/** 화면의 틀과 어디서나 쓰는 말. */
export const shell: Part = {
  common: {
    retry: '다시 시도',
    cancel: '취소',
    sent: '이미 엔진에 보냈습니다. 응답을 기다리는 중입니다.',
    close: '닫기',
    save: '저장',
    create: '만들기',
    delete: '삭제',
    copy: '복사',
    copied: '복사됨',
    more: '더 보기',
    yes: '예',
    no: '아니요',
    failed: '문제가 생겼습니다',
    noMatch: '찾은 것이 없습니다',
    noMatchHint: '다른 말로 찾거나 필터를 지워 보세요.',
    clearFilters: '필터 지우기',
  },
  nav: {
    projects: '프로젝트',
    datasets: '데이터셋',
    runs: '학습',
    compare: '비교',
    stack: '스택',
    doctor: '진단',
    system: '시스템',
  },
  shell: {
    skip: '본문으로 건너뛰기',
    menu: '메뉴',
    breadcrumb: '현재 위치',
    navigation: '주 메뉴',
    search: '검색',
    language: '언어',
    theme: '테마',
    shortcuts: '키보드 단축키',
  },
  theme: { light: '밝게', dark: '어둡게', auto: '시스템 설정' },
  connection: {
    open: '엔진에 연결됨',
    connecting: '연결하는 중…',
    waiting: '엔진에 연결할 수 없음',
    retryIn: '{{seconds}}초 뒤 다시 시도',
    retryNow: '지금 시도',
  },
  disk: {
    full: '디스크가 가득 찼습니다',
    refused: '디스크에 쓸 수 없습니다',
    low: '디스크 공간이 얼마 남지 않았습니다',
    room: '{{path}}의 {{total}} 가운데 {{free}}가 남았습니다.',
    fullText:
      '지금은 볼 수만 있고, 저장하거나 시작할 수 없습니다. 공간을 비우거나 상태 폴더를 더 큰 디스크로 옮기세요. 기다리던 일은 저절로 이어집니다.',
    refusedText:
      '지금은 볼 수만 있고, 저장하거나 시작할 수 없습니다. 읽기 전용으로 마운트되었거나 할당량을 다 썼을 수 있습니다. 다시 쓸 수 있게 되면 기다리던 일은 저절로 이어집니다.',
    lowText: '학습이나 가져오기로 가득 차기 전에 공간을 비우세요.',
    hide: '이 경고 숨기기',
  },
  shortcuts: {
    palette: '검색과 명령',
    help: '이 도움말',
    search: '검색',
    newRun: '새 학습',
    projects: '프로젝트로 이동',
    datasets: '데이터셋으로 이동',
    runs: '학습으로 이동',
    compare: '비교로 이동',
    stack: '스택으로 이동',
    doctor: '진단으로 이동',
    system: '시스템으로 이동',
    theme: '밝게/어둡게 전환',
  },
  palette: {
    placeholder: '학습, 프로젝트, 데이터셋을 찾거나 명령을 입력하세요',
    place: '이동',
    action: '동작',
    nothing: '찾은 것이 없습니다',
  },
  unauthorized: {
    title: '이 브라우저에는 세션이 없습니다',
    why: 'Trainyard는 전용 링크로 들어온 브라우저에만 응답합니다. 이 링크는 이미 쓰였거나 세션이 끝났습니다.',
    how: 'Trainyard가 있는 컴퓨터의 터미널에서 아래 명령을 실행하고, 출력된 새 링크를 여세요.',
    note: 'Trainyard가 이미 실행 중이면 이 명령은 거기에 연결해 링크만 출력합니다.',
  },
  notFound: {
    title: '여기에는 아무것도 없습니다',
    hint: '주소가 잘못되었거나 있던 것이 삭제되었을 수 있습니다.',
    back: '학습 목록으로',
  },
  gone: {
    hint: '“{{name}}” 항목이 삭제되었거나 주소가 잘못되었을 수 있습니다.',
    run: { title: '이 학습을 찾을 수 없습니다', back: '학습 목록으로' },
    dataset: { title: '이 데이터셋을 찾을 수 없습니다', back: '데이터셋 목록으로' },
    project: { title: '이 프로젝트를 찾을 수 없습니다', back: '프로젝트 목록으로' },
    version: '버전 {{version}}이(가) 없습니다',
    versionHint: '“{{name}}”에 있는 버전: {{versions}}',
    newest: '최신 버전 보기',
    notReady: '아직 쓸 수 없는 데이터셋입니다',
    notReadyHint: '“{{name}}”에 완성된 버전이 없습니다. 가져오는 중이거나 가져오기에 실패했습니다.',
    open: '데이터셋 열기',
    choose: '학습할 대상 고르기',
  },
  outdated: {
    title: 'Trainyard가 업데이트되었습니다',
    hint: '이 페이지는 이전 버전입니다. 새로고침하세요. 저장하지 않은 입력 내용은 사라집니다.',
    reload: '새로고침',
  },
  refused: {
    title: '이 주소를 열 수 없습니다',
    hint: '주소의 이 부분이 무슨 뜻인지 알 수 없어, 엉뚱한 내용을 보여 주는 대신 멈췄습니다.',
    back: '이 부분 없이 열기',
  },
  problems: {
    kind: '종류',
    place: '파일',
    whatAndFix: '무엇이 문제이고 어떻게 고치는지',
    error: '오류',
    warning: '경고',
    more_one: '그 밖에 {{count}}건이 더 있습니다.',
    more_other: '그 밖에 {{count}}건이 더 있습니다.',
  },
  system: {
    subtitle: '이 화면 뒤에서 움직이는 엔진입니다.',
    openapi: 'REST API (OpenAPI)',
    engine: '엔진',
    version: '버전',
    profile: '프로필',
    home: '상태 폴더',
    process: '프로세스',
    started: '시작',
    platform: '플랫폼',
    machine: '컴퓨터',
    cpus_one: 'CPU 코어 {{count}}개',
    cpus_other: 'CPU 코어 {{count}}개',
    database: '데이터베이스',
    schema: '스키마 (현재 / 최신)',
    databaseState: '데이터베이스 상태',
    executors: '실행기',
  },
};
