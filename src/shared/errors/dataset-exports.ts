import { badRequest, conflict, entry } from './entry.ts';

/** Errors of the export of datasets, and what a format can't hold, which is said before one. */
export const exportErrors = {
  EXPORT_NEEDS_OBJECTS: conflict(
    'The images of "{dataset}" have classes and no labelled objects, which is what {format} is for',
    'Use the folder that it was imported from: a folder of images for each class is read by every trainer of classes.',
    '"{dataset}"의 이미지에는 클래스만 있고 라벨링된 객체가 없습니다. {format}{format|은|는} 객체 라벨을 담는 형식입니다',
    '가져올 때 쓴 폴더를 그대로 쓰세요. 클래스별 이미지 폴더는 분류 학습 프로그램이 모두 읽습니다.',
  ),
  EXPORT_EMPTY: conflict(
    'Nothing that is labelled in version {version} can be written as {format}',
    'YOLO holds objects with boxes, not crowds or areas of whole classes: export it as COCO.',
    '버전 {version}에는 {format} 형식으로 쓸 수 있는 라벨이 없습니다',
    'YOLO에는 상자가 있는 객체만 담을 수 있고 무리(crowd)나 클래스 영역은 담을 수 없습니다. COCO로 내보내세요.',
  ),
  EXPORT_TARGET_TAKEN: badRequest(
    '{path} is there already{what}',
    'Nothing is ever overwritten: name a folder that is missing or empty, or a .tar file that is not there.',
    '{path}{path|이|가} 이미 있습니다{what}',
    '아무것도 덮어쓰지 않습니다. 없거나 빈 폴더, 또는 아직 없는 .tar 파일을 지정하세요.',
  ),
  EXPORT_DOES_NOT_FIT: entry(
    507,
    'The export needs {bytes}, and {free} of {total} are free at {disk}',
    'Make room there, or export to another disk.',
    '내보내려면 {bytes}가 필요한데 {disk}에는 전체 {total} 중 {free}만 남아 있습니다',
    '공간을 비우거나 다른 디스크로 내보내세요.',
  ),
  EXPORT_CANCELLED: conflict(
    'The export was cancelled; nothing of it was kept',
    'Export again.',
    '내보내기를 취소했습니다. 내보낸 것은 남지 않았습니다',
    '필요하면 다시 내보내세요.',
  ),
  EXPORT_BROKEN_OFF: entry(
    502,
    'The export broke off after {done} of {total}: {why}; nothing of it was kept',
    'Export again. If it breaks off again, use “Verify files” on the dataset’s page, and see the engine’s log in the state folder.',
    '전체 {total} 중 {done}까지 내보내고 끊겼습니다({why}). 내보낸 것은 남지 않았습니다',
    '다시 내보내세요. 또 끊기면 데이터셋 화면의 “파일 확인”을 해 보고 상태 폴더의 엔진 로그를 확인하세요.',
  ),
  EXPORT_CROWDS_LEFT_OUT: badRequest(
    '{count} {count|crowd is|crowds are} left out: YOLO has none',
    'Export as COCO to keep them.',
    '무리(crowd) {count}개를 제외합니다. YOLO에는 무리가 없습니다',
    '남기려면 COCO로 내보내세요.',
  ),
  EXPORT_MASKS_LEFT_OUT: badRequest(
    '{count} {count|mask is|masks are} left out, and all objects are written as boxes: YOLO has polygons for all objects or for none, and {why}',
    'Export as COCO to keep them.',
    '마스크 {count}개를 제외하고 모든 객체를 상자로 씁니다. YOLO는 모든 객체가 폴리곤이어야 합니다({why})',
    '남기려면 COCO로 내보내세요.',
  ),
  EXPORT_MASKS_JOINED: badRequest(
    'The masks of {count} {count|object have|objects have} several parts, which are joined by lines without width: YOLO has one polygon for an object',
    'The pixels are the same; export as COCO to keep the parts.',
    '여러 조각으로 된 객체 {count}개의 마스크를 너비 없는 선으로 이어 붙입니다. YOLO는 객체마다 폴리곤이 하나입니다',
    '픽셀은 같습니다. 조각을 그대로 두려면 COCO로 내보내세요.',
  ),
  EXPORT_BOXES_BY_MASKS: badRequest(
    'The boxes of {count} {count|object differ|objects differ} from those of their polygons and are lost: YOLO takes the box from the polygon',
    'Export as COCO to keep them.',
    '객체 {count}개는 상자가 폴리곤의 상자와 달라 없어집니다. YOLO는 폴리곤에서 상자를 구합니다',
    '남기려면 COCO로 내보내세요.',
  ),
  EXPORT_REGIONS_LEFT_OUT: badRequest(
    '{count} {count|area|areas} of whole classes {count|is|are} left out: {count|it is|they are} no {count|object|objects}',
    'Keep the masks that the dataset was imported from.',
    '클래스 전체를 나타내는 영역 {count}개를 제외합니다. 개별 객체가 아니기 때문입니다',
    '가져올 때 쓴 마스크 파일을 보관하세요.',
  ),
  EXPORT_REGIONS_AS_OBJECTS: badRequest(
    '{count} {count|area|areas} of whole classes {count|is|are} written as {count|an annotation|annotations} with run lengths, as COCO’s own of "stuff"',
    'Imported again, each is one object with a mask.',
    '클래스 전체를 나타내는 영역 {count}개를 COCO의 "stuff"처럼 런 길이(RLE) 어노테이션으로 씁니다',
    '다시 가져오면 영역 하나가 마스크 있는 객체 하나가 됩니다.',
  ),
  EXPORT_IGNORED_LEFT_OUT: badRequest(
    '{count} {count|area that is|areas that are} left out of training {count|is|are} not written: the format has none',
    'Keep the masks that the dataset was imported from.',
    '학습에서 제외하는 영역 {count}개는 쓰지 않습니다. 이 형식에 없기 때문입니다',
    '가져올 때 쓴 마스크 파일을 보관하세요.',
  ),
  EXPORT_DIFFICULT_UNMARKED: badRequest(
    '{count} {count|object|objects} marked as difficult {count|is|are} written without the mark: the format has none',
    'They count as all others where the export is used.',
    '어려움 표시가 있는 객체 {count}개를 표시 없이 씁니다. 이 형식에 없기 때문입니다',
    '내보낸 곳에서는 다른 객체와 똑같이 다루어집니다.',
  ),
  EXPORT_IMAGES_LEFT_OUT: badRequest(
    '{count} {count|image|images} of which nothing that is labelled can be written {count|is|are} left out, so that {count|it is|they are} not taken for background',
    'Export as COCO to keep crowds.',
    '라벨을 하나도 쓸 수 없는 이미지 {count}장을 제외합니다. 배경으로 잘못 쓰이지 않게 하기 위해서입니다',
    '무리(crowd)를 남기려면 COCO로 내보내세요.',
  ),
  EXPORT_TWINS_JOINED: badRequest(
    '{count} {count|object|objects} that would be written just like another {count|is|are} written once',
    'Nothing needs to be done.',
    '다른 객체와 똑같이 쓰일 객체 {count}개는 한 번만 씁니다',
    '그대로 두어도 됩니다.',
  ),
  EXPORT_IMAGES_RENAMED: badRequest(
    '{count} {count|image gets|images get} another name, as two would have one: {first} becomes {name}',
    'Nothing needs to be done.',
    '이름이 겹치는 이미지 {count}장의 이름을 바꿉니다(예: {first} → {name})',
    '그대로 두어도 됩니다.',
  ),
  EXPORT_WITHOUT_SPLITS: badRequest(
    'The version has no splits, and YOLO wants them: "train" and "val" are all images',
    'Divide the images before you train elsewhere: a validation on what was trained on proves nothing.',
    '이 버전에는 분할이 없는데 YOLO에는 있어야 하므로 "train"과 "val"에 모든 이미지를 씁니다',
    '다른 곳에서 학습하기 전에 이미지를 나누세요. 학습한 이미지로 검증하면 아무것도 증명하지 못합니다.',
  ),
  EXPORT_WITHOUT_VAL: badRequest(
    'The version has no images for "val", and YOLO wants some: they are those of "train"',
    'Divide the images before you train elsewhere: a validation on what was trained on proves nothing.',
    '이 버전에는 "val" 이미지가 없는데 YOLO에는 있어야 하므로 "train"과 같은 이미지를 씁니다',
    '다른 곳에서 학습하기 전에 이미지를 나누세요. 학습한 이미지로 검증하면 아무것도 증명하지 못합니다.',
  ),
  EXPORT_SPLIT_GIVEN: badRequest(
    '{count} {count|image|images} without a split {count|is|are} put into "train", as YOLO has none without',
    'Export as COCO to keep them apart.',
    '분할이 없는 이미지 {count}장을 "train"에 넣습니다. YOLO에서는 모든 이미지가 분할에 속합니다',
    '따로 두려면 COCO로 내보내세요.',
  ),
};
