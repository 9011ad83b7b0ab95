import { type Bilingual, badRequest, phrase } from './entry.ts';

/** What a check finds in a folder or archive, and a verification in a version; the path stands beside the sentences. */
export const datasetFindings = {
  PATH_ESCAPES: badRequest(
    'It points outside the dataset: {why}',
    '{remedy}',
    '데이터셋 밖을 가리킵니다. {why}',
    '{remedy}',
  ),
  NAME_UNUSABLE: badRequest(
    "The name can't be used: {why}",
    '{remedy}',
    '쓸 수 없는 이름입니다. {why}',
    '{remedy}',
  ),
  TOO_DEEP: badRequest(
    'The path has {levels} levels; at most {most} are read',
    'Move the images up: class/image.png is enough.',
    '경로가 {levels}단계인데, {most}단계까지만 읽습니다',
    '이미지를 위로 옮기세요. 클래스/이미지.png면 충분합니다.',
  ),
  HIDDEN_LEFT_OUT: badRequest(
    'The name begins with a dot, so it is hidden: {count} {count|image is|images are} left out, the first is {first}',
    'Rename it without the dot if it is a class or an image of one.',
    '이름이 점으로 시작하는 숨김 항목이라 이미지 {count}장을 제외합니다(첫 번째: {first})',
    '클래스이거나 클래스의 이미지라면 이름 앞의 점을 지우세요.',
  ),
  NAMES_MERGED: badRequest(
    'There are two folders of this name, one with composed and one with decomposed letters (as macOS writes them): they are read as one',
    'If they are the same class, leave them. Otherwise rename one of them.',
    '자모를 합친 이름과 (macOS처럼) 푼 이름의 폴더가 하나씩 있어 한 폴더로 읽었습니다',
    '같은 클래스라면 그대로 두고, 다른 클래스라면 한쪽 이름을 바꾸세요.',
  ),
  NAMES_GUESSED: badRequest(
    'The archive does not say how its names are encoded; they were read as {encoding}: the bytes {bytes} are "{name}"',
    'If that is wrong, choose the encoding: {others} ([cli:"--names-encoding"][page:“Encoding of names in the archive” in the form]).',
    '압축 파일에 이름의 인코딩이 적혀 있지 않아 {encoding}{encoding|으로|로} 읽었습니다. 바이트 {bytes}{bytes|은|는} "{name}"입니다',
    '틀렸다면 인코딩을 지정하세요: {others}([cli:"--names-encoding"][page:가져오기 화면의 “압축 파일 속 이름의 인코딩”]).',
  ),
  NAMES_ENCODING_UNKNOWN: badRequest(
    'The archive does not say how its names are encoded, and they make sense in more than one way or in none: the bytes {bytes} are {readings}',
    'Choose the right one ([cli:for example "--names-encoding cp949"][page:“Encoding of names in the archive” in the form]).',
    '압축 파일에 이름의 인코딩이 적혀 있지 않고, 맞는 인코딩이 여럿이거나 없습니다. 바이트 {bytes}: {readings}',
    '맞는 것을 지정하세요([cli:"--names-encoding cp949" 등][page:가져오기 화면의 “압축 파일 속 이름의 인코딩”]).',
  ),
  NAMES_UNDECODABLE: badRequest(
    '{count} {count|name has|names have} bytes that are not {encoding}; they are written as in %E9',
    'If other names look wrong too, choose another encoding[cli: ("--names-encoding")]. Otherwise leave them.',
    '이름 {count}개에 {encoding}에 맞지 않는 바이트가 있어 %E9처럼 적었습니다',
    '다른 이름도 깨져 보이면 인코딩을 지정하고[cli:("--names-encoding")], 아니면 그대로 두세요.',
  ),
  ARCHIVE_TRUNCATED: badRequest(
    'The archive ends in the middle: what comes after this is lost',
    'Copy or download the archive again, or pack it again.',
    '압축 파일이 중간에 끊겨 이 뒤의 내용이 없습니다',
    '압축 파일을 다시 복사하거나 내려받거나, 새로 압축하세요.',
  ),
  ZIP_BOMB: badRequest(
    'The archive expands far beyond its size: {why}',
    'Get the dataset from a source that you trust, or unpack it yourself and give its folder.',
    '풀면 지나치게 커지도록 만들어진 압축 파일입니다. {why}',
    '믿을 수 있는 곳에서 다시 받거나, 직접 풀어 폴더를 지정하세요.',
  ),
  LAYOUT_UNCLEAR: badRequest(
    'The folders can be read in two ways: {readings}',
    'Choose which is meant: {options}.',
    '폴더 구조를 두 가지로 읽을 수 있습니다. {readings}',
    '어느 쪽인지 지정하세요. {options}',
  ),
  LAYOUT_GUESSED: badRequest(
    'The folders can be read in two ways; the first was taken: {readings}',
    'If it is not the first, choose which is meant: {options}.',
    '폴더 구조를 두 가지로 읽을 수 있어 첫 번째로 읽었습니다. {readings}',
    '첫 번째가 아니라면 어느 쪽인지 지정하세요. {options}',
  ),
  EMPTY_SPLIT: badRequest(
    'The split has no image',
    'Put images into it, or leave it. An empty split is filled from the other images.',
    '이미지가 없는 분할 폴더입니다',
    '이미지를 넣거나 그대로 두세요. 그대로 두면 나머지 이미지에서 나눕니다.',
  ),
  NO_CLASSES: badRequest(
    'There are no classes: no folder with images was found',
    'Give a folder (or an archive of one) that has a folder for each class with its images inside.',
    '이미지가 든 폴더가 없어 클래스를 찾지 못했습니다',
    '클래스마다 폴더를 만들어 이미지를 넣은 폴더나 그 압축 파일을 지정하세요.',
  ),
  EMPTY_CLASS: badRequest(
    'The class has no image that can be used{where}',
    'Put images into the folder, or remove it.',
    '클래스에 쓸 수 있는 이미지가 없습니다{where}',
    '폴더에 이미지를 넣거나 폴더를 지우세요.',
  ),
  SINGLE_IMAGE_CLASS: badRequest(
    'The class "{class}" has a single image: it can be trained on or validated on, not both',
    'Add images of this class, or remove it.',
    '"{class}" 클래스에 이미지가 한 장뿐이어서 학습과 검증 중 하나만 할 수 있습니다',
    '이 클래스의 이미지를 더 넣거나 클래스를 지우세요.',
  ),
  CASE_COLLISION: badRequest(
    'The {kind} has the same name as {other}',
    'Rename one of the two.',
    '이 {kind}의 이름이 {other} 같습니다',
    '둘 중 하나의 이름을 바꾸세요.',
  ),
  DUPLICATE_IMAGE: badRequest(
    'The image is the same as "{other}"{where}',
    'Keep one of them: in the class that it belongs to, and in one split. Images that were trained on cannot validate the model.',
    '"{other}"{other|과|와} 똑같은 이미지입니다{where}',
    '하나만 남기세요. 맞는 클래스에, 한 분할에만 있어야 합니다. 학습한 이미지로는 성능을 검증할 수 없습니다.',
  ),
  NOT_AN_IMAGE: badRequest(
    'It is left out: {why}',
    'Put an image file in its place, or move it elsewhere if it does not belong here.',
    '{why}{why|이라|라} 제외합니다',
    '그 자리에 이미지 파일을 두거나, 여기에 있을 것이 아니면 다른 곳으로 옮기세요.',
  ),
  IMAGE_OUTSIDE_CLASS: badRequest(
    '{count} {count|image lies|images lie} {where}, in no class, and {count|is|are} left out; {count|it|the first} is {first}',
    'Move them into the folders of their classes (class/image.png) if they are to be used.',
    '{where} 있는 이미지 {count}장은 어느 클래스에도 속하지 않아 제외합니다(예: {first})',
    '쓰려면 해당하는 클래스의 폴더로 옮기세요(클래스/이미지.png).',
  ),
  IMAGE_TYPE_UNSUPPORTED: badRequest(
    "The image can't be trained on: {why}",
    'Convert it to PNG or JPEG (baseline, 8 bits a sample), or remove it. Supported types: {types}.',
    '학습에 쓸 수 없는 이미지입니다. {why}',
    'PNG나 JPEG(baseline, 표본당 8비트)로 변환하거나 지우세요. 지원하는 형식: {types}.',
  ),
  PIXELS_UNSUPPORTED: badRequest(
    'The pixels are {depth}: the file does not say which value is black and which is white',
    'Scale the values of all images by the same rule, and save them as 8-bit or 16-bit whole numbers without sign (PNG or TIFF).',
    '픽셀값이 {depth}{depth|이라|라} 어느 값이 검정이고 흰색인지 알 수 없습니다',
    '모든 이미지의 값을 같은 기준으로 변환하여 부호 없는 8비트나 16비트 정수(PNG 또는 TIFF)로 저장하세요.',
  ),
  IMAGE_DAMAGED: badRequest(
    'The image is damaged and is used only as far as it can be decoded: {why}',
    'Look at it. If parts are wrong, get the file again or remove it. If it looks right, save it again in an image editor.',
    '손상된 이미지이며, 읽을 수 있는 만큼만 사용합니다. {why}',
    '이미지를 열어 보고, 깨진 부분이 있으면 원본에서 다시 복사하거나 지우세요. 멀쩡해 보이면 편집기에서 다시 저장하면 됩니다.',
  ),
  IMAGE_TOO_LARGE: badRequest(
    'The image has more than {most} million pixels',
    'Scale it down or cut it into tiles.',
    '이미지가 {most}백만 픽셀을 넘습니다',
    '크기를 줄이거나 여러 조각으로 자르세요.',
  ),
  EXTENSION_MISMATCH: badRequest(
    'The file’s contents are a {type}, but its name says something else',
    'Rename it so that it ends with ".{extension}".',
    '파일의 내용은 {type}인데 이름은 그렇지 않습니다',
    '이름이 ".{extension}"{extension|으로|로} 끝나도록 바꾸세요.',
  ),
  MISSING: badRequest(
    '{what} is gone',
    'Put it back as it was, connect the disk that it lies on, or import again.',
    '{what}{what|이|가} 없습니다',
    '원래대로 되돌리거나, 들어 있던 디스크를 연결하거나, 다시 가져오세요.',
  ),
  CHANGED: badRequest(
    'The file has changed since it was imported',
    'Put it back as it was, or import again: that makes a new version.',
    '파일의 내용이 가져왔을 때와 다릅니다',
    '원래대로 되돌리거나 다시 가져와 새 버전을 만드세요.',
  ),
  ADDED: badRequest(
    'The file was added after the import and is not part of this version',
    'Import the folder again to have it in a new version.',
    '가져온 뒤에 생긴 파일이라 이 버전에 들어 있지 않습니다',
    '새 버전에 넣으려면 폴더를 다시 가져오세요.',
  ),
  MORE: badRequest(
    '{count} more {count|problem is|problems are} not listed',
    'Fix these first.',
    '이 밖에 문제가 {count}개 더 있습니다',
    '여기 나온 것부터 고치세요.',
  ),
};

/** What a file has its name in common with. */
export function nameTwin(path: string, other: string): Bilingual {
  return path === other
    ? { en: 'another entry of the archive', ko: '압축 파일 안의 다른 항목과' }
    : phrase(
        '"{other}" where upper and lower case, or composed and decomposed letters, are not told apart',
        '대소문자나 자모의 조합을 가리지 않는 시스템에서 "{other}"{other|과|와}',
        { other },
      );
}
