/** 데이터셋을 검사하고 가져올 때의 문제. */
export const datasetCodes = {
  CHECK_NOT_FOUND: {
    message: '검사를 찾을 수 없습니다. 취소되었거나, 진행 상황을 묻는 곳이 없어 끝난 검사입니다',
    hint: '다시 검사하세요.',
  },
  TOO_MANY_CHECKS: {
    message: '이미 여러 검사가 진행 중입니다',
    hint: '하나가 끝나기를 기다리거나 취소하세요.',
  },
  PATH_ESCAPES: {
    message: '경로가 폴더 밖을 가리킵니다',
    hint: '폴더 안의 상대 경로만 쓰도록 다시 만드세요.',
  },
  PATH_NOT_FOUND: { message: '경로에 아무것도 없습니다', hint: '엔진이 있는 컴퓨터의 경로인지 확인하세요.' },
  PATH_NOT_ABSOLUTE: { message: '절대 경로가 아닙니다', hint: '/로 시작하는 전체 경로를 쓰세요.' },
  NOT_AN_IMAGE: { message: '이미지가 아닌 파일입니다', hint: '파일을 지우거나 클래스 폴더 밖으로 옮기세요.' },
  IMAGE_UNREADABLE: { message: '이미지를 읽을 수 없습니다', hint: '원본에서 다시 복사하거나 지우세요.' },
  IMAGE_TYPE_UNSUPPORTED: {
    message: '학습에 쓸 수 없는 이미지 형식입니다',
    hint: 'PNG나 JPEG로 변환하거나 지우세요.',
  },
  PIXELS_UNSUPPORTED: {
    message: '픽셀값이 부동소수점이거나 부호 있는 정수, 또는 32비트 정수라서 밝기의 기준을 알 수 없습니다',
    hint: '모든 이미지의 값을 같은 기준으로 변환하여 8비트나 16비트 PNG 또는 TIFF로 저장하세요.',
  },
  IMAGE_DAMAGED: {
    message: '손상된 이미지입니다. 읽을 수 있는 만큼만 사용합니다',
    hint: '이미지를 열어 보고, 깨진 부분이 있으면 원본에서 다시 복사하거나 지우세요.',
  },
  ONE_CLASS: {
    message: '클래스가 하나뿐이어서 학습할 것이 없습니다',
    hint: '다른 클래스의 이미지를 폴더로 추가하세요.',
  },
  FEW_IMAGES: {
    message: '학습할 이미지가 10장도 안 되는 클래스가 있습니다',
    hint: '해당 클래스의 이미지를 더 넣으세요. 클래스마다 수백 장이면 좋습니다.',
  },
  CLASS_NOT_VALIDATED: {
    message: '검증(val) 이미지가 없는 클래스가 있습니다',
    hint: '해당 클래스의 이미지 일부를 val로 옮기세요.',
  },
  IMBALANCED_CLASSES: {
    message: '클래스별 이미지 수가 50배 넘게 차이 납니다',
    hint: '적은 클래스에 이미지를 더 넣거나 많은 클래스에서 줄이고, 클래스별 정확도를 확인하세요.',
  },
  DUPLICATES_ACROSS_SPLITS: {
    message: '학습용과 검증용(또는 테스트용)에 똑같은 이미지가 있습니다',
    hint: '한쪽에서 지우세요. 학습한 이미지로는 성능을 검증할 수 없습니다.',
  },
  NEAR_DUPLICATES: {
    message: '학습용과 검증용(또는 테스트용)에 거의 같아 보이는 이미지가 있습니다',
    hint: '예로 든 이미지를 확인하세요. 복사본이나 같은 영상의 장면은 한쪽에 모으고, 서로 다른 사진이면 그대로 두어도 됩니다.',
  },
  SINGLE_VALUE: {
    message: '모든 픽셀의 밝기가 같아서 아무것도 보이지 않는 이미지뿐인 클래스가 있습니다',
    hint: '이미지를 열어 보고, 값이 0~255(16비트는 0~65,535) 범위가 되도록 다시 저장하세요.',
  },
  IMAGE_TOO_LARGE: { message: '이미지가 너무 큽니다', hint: '크기를 줄여 다시 저장하세요.' },
  IMAGE_OUTSIDE_CLASS: {
    message: '클래스 폴더 밖에 있는 이미지는 빼고 가져옵니다',
    hint: '쓰려면 해당하는 클래스의 폴더로 옮기세요.',
  },
  LAYOUT_UNCLEAR: {
    message: '폴더 구조를 두 가지로 읽을 수 있습니다',
    hint: '클래스 폴더가 몇 번째 단계에 있는지 지정하세요(--classes-at, 가져오기 화면의 “클래스 폴더”).',
  },
  LAYOUT_GUESSED: {
    message: '폴더 구조를 두 가지로 읽을 수 있어 흔한 쪽으로 읽었습니다',
    hint: '다르게 읽어야 한다면 클래스 폴더의 단계를 지정하세요(--classes-at, 가져오기 화면의 “클래스 폴더”).',
  },
  EMPTY_SPLIT: {
    message: '이미지가 없는 분할 폴더입니다',
    hint: '이미지를 넣거나 그대로 두세요. 그대로 두면 나머지 이미지에서 나눕니다.',
  },
  HIDDEN_LEFT_OUT: {
    message: '숨김 폴더나 숨김 파일의 이미지는 빼고 가져옵니다',
    hint: '클래스라면 이름 앞의 점을 지우세요.',
  },
  PATH_TOO_LONG: {
    message: '경로가 너무 길어서 그 아래는 살펴보지 못했습니다',
    hint: '폴더를 위로 옮기거나 이름을 줄이세요. 잘못 만들어진 폴더라면 지우세요.',
  },
  NAMES_MERGED: {
    message: '자모를 푼 이름과 합친 이름의 폴더를 한 클래스로 읽었습니다',
    hint: '같은 클래스라면 그대로 두고, 다른 클래스라면 이름을 바꾸세요.',
  },
  NAMES_GUESSED: {
    message: '압축 파일에 이름의 인코딩이 적혀 있지 않아 추정했습니다',
    hint: '이름이 깨져 보이면 인코딩을 지정하세요(--names-encoding, 가져오기 화면의 “압축 파일 속 이름의 인코딩”).',
  },
  NAMES_ENCODING_UNKNOWN: {
    message: '압축 파일에 있는 이름의 인코딩을 알 수 없습니다',
    hint: '인코딩을 지정하세요(--names-encoding cp949 등, 가져오기 화면의 “압축 파일 속 이름의 인코딩”).',
  },
  NAMES_UNDECODABLE: {
    message: '인코딩에 맞지 않는 글자가 든 이름이 있어 %E9처럼 바이트로 적었습니다',
    hint: '다른 이름도 깨져 보이면 인코딩을 지정하세요(--names-encoding).',
  },
  IMAGE_NOT_FOUND: { message: '이미지를 찾을 수 없습니다', hint: '데이터셋의 파일을 확인해 보세요.' },
  UNREADABLE_FILE: { message: '파일을 읽을 수 없습니다', hint: '파일 권한을 확인하세요.' },
  FILE_TOO_LARGE: { message: '파일이 너무 큽니다', hint: '작게 다시 저장하거나 지우세요.' },
  TOO_DEEP: { message: '폴더가 너무 깊습니다', hint: '클래스 폴더 바로 아래에 이미지를 두세요.' },
  NAME_UNUSABLE: { message: '쓸 수 없는 이름입니다', hint: '이름을 바꾸세요.' },
  DUPLICATE_IMAGE: { message: '내용이 같은 이미지가 또 있습니다', hint: '둘 중 하나를 지우세요.' },
  SINGLE_IMAGE_CLASS: {
    message: '이미지가 한 장뿐인 클래스입니다',
    hint: '이미지를 더 넣거나 클래스를 지우세요. 한 장으로는 검증할 수 없습니다.',
  },
  EMPTY_CLASS: { message: '이미지가 없는 클래스입니다', hint: '이미지를 넣거나 폴더를 지우세요.' },
  NO_CLASSES: {
    message: '클래스 폴더가 없습니다',
    hint: '클래스마다 폴더를 하나씩 만들고 이미지를 넣으세요.',
  },
  TOO_FEW_CLASSES: { message: '클래스가 너무 적습니다', hint: '클래스가 둘 이상 있어야 합니다.' },
  EXTENSION_MISMATCH: { message: '확장자가 파일 내용과 다릅니다', hint: '내용에 맞게 확장자를 바꾸세요.' },
  CASE_COLLISION: {
    message: '대소문자만 다른 이름이 겹칩니다',
    hint: '이름을 바꾸거나 한 폴더로 합치세요.',
  },
  ARCHIVE_UNREADABLE: { message: '압축 파일을 읽을 수 없습니다', hint: 'zip이나 tar로 다시 만드세요.' },
  ARCHIVE_TRUNCATED: { message: '압축 파일이 중간에 끊겼습니다', hint: '다시 복사하거나 내려받으세요.' },
  ZIP_BOMB: { message: '풀면 지나치게 커지는 압축 파일입니다', hint: '믿을 수 있는 곳에서 다시 받으세요.' },
  SOURCE_CHANGED: { message: '가져오는 동안 파일이 바뀌었습니다', hint: '바뀌지 않을 때 다시 가져오세요.' },
  MODE_NEEDS_FOLDER: {
    message: '이 보관 방식에는 폴더가 있어야 합니다',
    hint: '압축 파일은 복사해서 가져오세요.',
  },
  LINK_UNSUPPORTED: {
    message: '이 프로필의 객체는 S3 서버에 있어서 파일을 링크로 가져올 수 없습니다',
    hint: '복사(mode "copy")로 가져오거나 파일을 제자리에 두세요(--in-place).',
  },
  LINK_IMPOSSIBLE: { message: '이 디스크에서는 링크할 수 없습니다', hint: '복사나 제자리 방식을 쓰세요.' },
  IMPORT_CANCELLED: {
    message: '가져오기를 취소했습니다. 가져온 것은 남지 않았습니다',
    hint: '필요하면 다시 가져오세요.',
  },
  NOTHING_TO_CANCEL: {
    message: '진행 중인 가져오기가 없습니다',
    hint: '데이터셋 목록에서 상태를 확인하세요.',
  },
  UPLOAD_NOT_FOUND: { message: '보낸 파일이 남아 있지 않습니다', hint: '파일을 다시 보내세요.' },
  MANIFEST_DAMAGED: { message: '매니페스트가 손상되었습니다', hint: '데이터셋을 다시 가져오세요.' },
};
