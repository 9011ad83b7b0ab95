/** 운영체제, 디스크, 데이터베이스 파일의 문제. 경로와 수는 곁의 영어 문장에 있습니다. */
export const faultCodes = {
  DISK_FULL: {
    message: '디스크에 남은 공간이 없습니다',
    hint: '표시된 파일 시스템의 공간을 비우거나 상태 폴더를 더 큰 디스크로 옮기세요. 쓰지 않는 Docker 이미지는 docker image prune -a로 지웁니다. 공간이 생기면 기다리던 일은 저절로 이어집니다.',
  },
  DISK_READ_ONLY: {
    message: '파일 시스템이 읽기 전용입니다',
    hint: '쓸 수 있게 다시 마운트하거나 TRAINYARD_HOME을 다른 디스크로 지정하세요. 고장 난 디스크는 시스템이 읽기 전용으로 바꿉니다(dmesg 참고).',
  },
  DISK_FAULT: {
    message: '디스크를 읽거나 쓰지 못했습니다',
    hint: '시스템 로그(dmesg)를 보고 디스크나 네트워크 공유를 점검한 뒤, 상태 폴더를 다른 디스크에 복사하세요.',
  },
  FILE_IN_THE_WAY: {
    message: '폴더가 있어야 할 자리에 파일이 있습니다',
    hint: '그 파일을 다른 곳으로 옮기세요. 폴더는 Trainyard가 다시 만듭니다.',
  },
  FOLDER_IN_THE_WAY: {
    message: '파일이 있어야 할 자리에 폴더가 있습니다',
    hint: '그 폴더를 옮기거나 백업에서 파일을 되돌리세요.',
  },
  FILE_FORBIDDEN: {
    message: '이 사용자에게는 그 파일이나 폴더를 쓸 권한이 없습니다',
    hint: 'Trainyard를 실행하는 사용자에게 소유권을 돌려주거나(chown), 소유한 사용자로 Trainyard를 시작하세요.',
  },
  FILE_MISSING: {
    message: '있어야 할 파일이나 폴더가 없습니다',
    hint: '되돌려 놓거나 무엇이 지웠는지 확인하세요. Trainyard의 폴더는 시작할 때 다시 만들어집니다.',
  },
  FILE_EXISTS: { message: '같은 이름이 이미 있습니다', hint: '그것을 옮기거나 다른 이름을 고르세요.' },
  FILE_BUSY: {
    message: '다른 프로그램이 파일을 쓰고 있습니다',
    hint: '그 프로그램을 닫고 다시 시도하세요.',
  },
  FILE_TOO_LARGE: {
    message: '파일이 허용된 크기보다 큽니다',
    hint: '제한을 늘리거나(ulimit -f) 큰 파일을 담는 파일 시스템을 쓰세요.',
  },
  FILE_SYSTEM_UNSUITED: {
    message: '이 파일 시스템에서는 할 수 없는 일입니다',
    hint: 'TRAINYARD_HOME을 로컬 디스크의 폴더로 지정하세요. 무엇이 부족한지는 "trainyard doctor"가 알려 줍니다.',
  },
  TOO_MANY_OPEN_FILES: {
    message: '열린 파일이 너무 많습니다',
    hint: '다른 프로그램을 닫거나 제한을 늘리고(ulimit -n) 엔진을 다시 시작하세요.',
  },
  PATH_TOO_LONG: { message: '경로나 이름이 너무 깁니다', hint: '더 짧은 경로나 이름을 쓰세요.' },
  LINK_LOOP: { message: '링크가 돌고 돌아 끝이 없습니다', hint: '되돌아가는 링크를 지우세요.' },
  STATE_FILE_UNUSABLE: {
    message: '상태 파일을 열 수 없습니다',
    hint: '그 자리에 있는 것이 파일인지, 폴더에 쓸 권한이 있는지, 디스크에 공간이 있는지 확인하세요.',
  },
  DATABASE_DAMAGED: {
    message: '데이터베이스가 손상되었습니다',
    hint: '엔진을 멈추고 상태 폴더를 따로 복사한 뒤 마지막 백업을 되돌리세요. 디스크 고장은 dmesg에서 확인하세요.',
  },
  DATABASE_READ_ONLY: {
    message: '데이터베이스가 읽기 전용입니다',
    hint: '서버를 복구 상태나 읽기 전용 모드에서 꺼내거나, 주 서버의 주소를 지정하세요.',
  },
  DATABASE_OUT_OF_MEMORY: {
    message: '데이터베이스의 메모리가 부족합니다',
    hint: '다른 프로그램을 닫거나 서버에 메모리를 더 주고 다시 시도하세요.',
  },
};
